import { expect } from 'chai';
import fc from 'fast-check';
import type { Ledger, Refusal, Reservation, ReserveResult } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import { MemoryStore } from '../../../src/ledger/shared/memory-store.js';
import { MemoryUnits } from '../../../src/ledger/shared/memory-units.js';
import { SharedLedger } from '../../../src/ledger/shared/shared-ledger.js';
import { MemoryLog } from '../../proxy.js';
import type { TurningClock } from '../../turning-clock.js';
import { EVENTS, EventfulLedger, TARGETS } from '../ledger-events.js';
import { expectLimitsHold, LIMIT_EVENT, type RestartingLedger } from '../limit-events.js';

const REPLICAS = 3;
/** Longer than any lease. */
const LEASE_MS = 600_000;

/** Returns a ledger that gives each call to the next of several processes, and reports to the one that holds the reservation. */
const replicas = (clock: TurningClock): RestartingLedger => {
  const units = new MemoryUnits(clock.now);
  const join = (from?: MemoryLedger): { ledger: SharedLedger; store: MemoryStore; local: MemoryLedger } => {
    const local = new MemoryLedger(clock);
    if (from !== undefined) local.restore(JSON.parse(JSON.stringify(from.snapshot())));
    const ledger = new SharedLedger(local, clock, new MemoryLog());
    const store = new MemoryStore(units);
    ledger.use(store);
    return { ledger, store, local };
  };
  let all = Array.from({ length: REPLICAS }, () => join());
  const owners = new WeakMap<Reservation, Ledger>();
  const of = (reservation: Reservation): Ledger => owners.get(reservation) as Ledger;
  let turn = 0;
  const next = (): SharedLedger => (all[turn++ % REPLICAS] as (typeof all)[number]).ledger;
  return {
    ledger: {
      configure: (...configuration) => all.forEach(({ ledger }) => void ledger.configure(...configuration)),
      reserve: async (...asked) => {
        const ledger = next();
        const result = await ledger.reserve(...asked);
        if (result.reservation !== undefined) owners.set(result.reservation, ledger);
        return result;
      },
      observe: (reservation, ...rest) => of(reservation).observe(reservation, ...rest),
      served: (reservation) => of(reservation).served(reservation),
      refused: (reservation) => of(reservation).refused(reservation),
      coolDown: (reservation, ...rest) => of(reservation).coolDown(reservation, ...rest),
    } as Ledger,
    restart: () => {
      all = all.map(({ local, store, ledger }) => {
        store.close();
        ledger.use(undefined);
        return join(local);
      });
    },
    expectNothingHeld: async () => {
      clock.turn(LEASE_MS);
      units.hold([], 0);
      const { store, local } = all[0] as (typeof all)[number];
      const ids = [...local.registry.scopes].map((scope) => local.registry.sharedId(scope) as string);
      const counts = await store.counts(ids);
      expect(counts.filter(({ held }) => held > 0)).to.deep.equal([]);
    },
  };
};

const overStore = (local: MemoryLedger, clock: TurningClock): SharedLedger => {
  const ledger = new SharedLedger(local, clock, new MemoryLog());
  ledger.use(new MemoryStore(new MemoryUnits(clock.now)));
  return ledger;
};

const plain = ({ code, reason, retryAt }: Refusal) => ({ code, reason, retryAt });

describe('Whatever the order of events, ledgers that count together', () => {
  it('never grant more than a limit in any window, hold nothing in the end, and refuse with a reason and a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(LIMIT_EVENT, { minLength: 20, maxLength: 200 }), (events) =>
        expectLimitsHold(events, replicas),
      ),
      { numRuns: 150 },
    );
  });

  it('grant the same to a chain that is asked in one call and to one that is asked target by target', async () => {
    await fc.assert(
      fc.asyncProperty(EVENTS, async (events) => {
        const [together, oneByOne] = [
          new EventfulLedger(undefined, overStore),
          new EventfulLedger(undefined, overStore),
        ];
        for (const event of events) {
          if (event.kind === 'reserve') {
            const first = await together.ledger.reserve(event.candidates, event.options);
            const refusals: Refusal[] = [];
            let reservation: Reservation | undefined;
            for (const candidate of event.candidates) {
              const result: ReserveResult = await oneByOne.ledger.reserve([candidate], event.options);
              reservation = result.reservation;
              if (reservation !== undefined) break;
              refusals.push(...result.refusals);
            }
            expect(refusals.map(plain)).to.deep.equal(first.refusals.map(plain));
            expect(reservation?.target).to.equal(first.reservation?.target);
            if (first.reservation !== undefined) together.reservations.push(first.reservation);
            if (reservation !== undefined) oneByOne.reservations.push(reservation);
          } else {
            together.apply(event);
            oneByOne.apply(event);
          }
          expect(oneByOne.state).to.deep.equal(together.state);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('have room at all targets once everything is over', async () => {
    await fc.assert(
      fc.asyncProperty(EVENTS, async (events) => {
        const world = new EventfulLedger(undefined, overStore);
        for (const event of events) {
          if (event.kind !== 'reserve') world.apply(event);
          else {
            const { reservation } = await world.ledger.reserve(event.candidates, event.options);
            if (reservation !== undefined) world.reservations.push(reservation);
          }
        }
        for (const reservation of world.reservations) reservation.settle({ input: 1, output: 1 });
        // Longer than any window, and than any bucket takes to refill.
        world.clock.turn(50_000 * 86_400_000);
        for (const { target } of TARGETS) {
          const asked = { target, need: { tokens: 1, inputTokens: 1 } };
          const { reservation, refusals } = await world.ledger.reserve([asked]);
          expect(refusals.map(plain), target).to.deep.equal([]);
          reservation?.release();
        }
      }),
      { numRuns: 40 },
    );
  });
});
