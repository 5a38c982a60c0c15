import { expect } from 'chai';
import fc from 'fast-check';
import type { Refusal, Reservation, ReserveOptions, ReserveResult } from '../../src/ledger/ledger.js';
import type { MemoryLedger } from '../../src/ledger/memory/memory-ledger.js';
import { EVENTS, EventfulLedger, type LedgerEvent, TARGETS } from './ledger-events.js';

type Reserve = Extract<LedgerEvent, { kind: 'reserve' }>;

/** A refusal as a plain value: its reason is worked out when it is read. */
const plain = ({ granted, code, reason, retryAt, resetsAtOnce, capacityAtRetry, ...rest }: Refusal): Refusal => ({
  granted,
  code,
  class: rest.class,
  reason,
  retryAt,
  ...(resetsAtOnce === undefined ? {} : { resetsAtOnce }),
  capacityAtRetry,
});

const reserveAtOnce = (ledger: MemoryLedger, { candidates, options }: Reserve): ReserveResult =>
  ledger.reserve(candidates, options);

const reserveOneByOne = (ledger: MemoryLedger, { candidates, options }: Reserve): ReserveResult => {
  const refusals: Refusal[] = [];
  for (const candidate of candidates) {
    const { reservation, refusals: own }: ReserveResult = ledger.reserve([candidate], options);
    if (reservation !== undefined) return { reservation, refusals };
    refusals.push(...own);
  }
  return { refusals };
};

describe('Whatever happens to a ledger,', () => {
  it('a chain that is asked in one call gets the same grants as a chain that is asked target by target', () => {
    fc.assert(
      fc.property(EVENTS, (events) => {
        const [together, oneByOne] = [new EventfulLedger(), new EventfulLedger()];
        for (const event of events) {
          if (event.kind === 'reserve') {
            const [first, second] = [reserveAtOnce(together.ledger, event), reserveOneByOne(oneByOne.ledger, event)];
            expect(second.refusals.map(plain)).to.deep.equal(first.refusals.map(plain));
            expect(second.reservation?.target).to.equal(first.reservation?.target);
            if (first.reservation !== undefined) together.reservations.push(first.reservation);
            if (second.reservation !== undefined) oneByOne.reservations.push(second.reservation);
          } else {
            together.apply(event);
            oneByOne.apply(event);
          }
          expect(oneByOne.state).to.deep.equal(together.state);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('a preview answers what `reserve` would answer, and changes nothing', () => {
    fc.assert(
      fc.property(EVENTS, (events) => {
        const [previewed, other] = [new EventfulLedger(), new EventfulLedger()];
        for (const event of events) {
          if (event.kind === 'reserve') {
            const { hasRoom, refusals } = previewed.ledger.preview(event.candidates, event.options);
            const expected = refusals.map(plain);
            expect(previewed.ledger.preview(event.candidates, event.options).refusals.map(plain)).to.deep.equal(
              expected,
            );
            // The other ledger was never previewed.
            for (const { ledger, reservations } of [previewed, other]) {
              const result = ledger.reserve(event.candidates, event.options);
              expect(result.refusals.map(plain)).to.deep.equal(expected);
              expect(result.reservation !== undefined).to.equal(hasRoom);
              if (result.reservation !== undefined) reservations.push(result.reservation);
            }
          } else {
            previewed.apply(event);
            previewEverything(previewed);
            other.apply(event);
          }
        }
        expect(previewed.state).to.deep.equal(other.state);
      }),
      { numRuns: 100 },
    );
  });

  it('a refusal that it calls steady holds for every request, until the time or the version that it names', () => {
    let steadyOnes = 0;
    fc.assert(
      fc.property(EVENTS, (events) => {
        const world = new EventfulLedger([]);
        const { ledger, clock } = world;
        let known: (() => void)[] = [];
        for (const event of events) {
          if (event.kind !== 'reserve') world.apply(event);
          else {
            const { restVersion } = ledger;
            const { reservation, refusals, steady } = reserveAtOnce(ledger, event);
            if (reservation !== undefined) world.reservations.push(reservation);
            const first = event.candidates.slice(0, steady?.count);
            const expected = refusals.slice(0, steady?.count).map(plain);
            const check = (): void => {
              if (steady === undefined || ledger.restVersion !== restVersion || clock.now() >= steady.until) return;
              steadyOnes++;
              for (const tokens of [1, 1e9]) {
                const asked = first.map(({ target }) => ({ target, need: { tokens, inputTokens: tokens } }));
                expect(ledger.preview(asked).refusals.map(plain)).to.deep.equal(expected);
              }
            };
            if (steady !== undefined) known = [...known.slice(-4), check];
          }
          for (const check of known) check();
        }
      }),
      { numRuns: 100 },
    );
    expect(steadyOnes).to.be.greaterThan(0);
  });

  it('its units never leak: every unit held belongs to an open reservation, and in the end all targets have room', () => {
    fc.assert(
      fc.property(EVENTS, (events) => {
        const world = new EventfulLedger();
        const open = new Set<Reservation>();
        for (const event of events) {
          if (event.kind === 'reserve') {
            const { reservation } = reserveAtOnce(world.ledger, event);
            if (reservation === undefined) continue;
            world.reservations.push(reservation);
            open.add(reservation);
          } else {
            world.apply(event);
            if (event.kind === 'settle' || event.kind === 'release')
              open.delete(world.reservations.at(-1 - event.which) as Reservation);
          }
          expectHeldByOpen(world, open);
        }
        for (const reservation of open) reservation.settle();
        expectHeldByOpen(world, new Set());
        for (const { target } of TARGETS) world.ledger.reset(target);
        // Longer than any window, and than any bucket takes to refill that more was used of than it holds.
        world.clock.turn(50_000 * 86_400_000);
        for (const { target } of TARGETS) {
          const { refusals } = world.ledger.preview([{ target, need: { tokens: 1, inputTokens: 1 } }]);
          expect(refusals.map(plain), target).to.deep.equal([]);
        }
      }),
      { numRuns: 200 },
    );
  });
});

const previewEverything = ({ ledger }: EventfulLedger): void => {
  const options: ReserveOptions[] = [{}, { skipProbation: true }];
  for (const each of options)
    for (const { target } of TARGETS) ledger.preview([{ target, need: { tokens: 9, inputTokens: 4 } }], each);
};

/** A scope holds no more than its open reservations need, and slots exactly as many as there are reservations. */
const expectHeldByOpen = ({ ledger }: EventfulLedger, open: ReadonlySet<Reservation>): void => {
  for (const { target, provider, pool } of TARGETS) {
    const { inFlight, quotas } = ledger.status(target);
    expect(inFlight, target).to.equal([...open].filter((each) => each.target === target).length);
    for (const { scope, dimension, inFlight: held } of quotas) {
      const covered = TARGETS.filter((each) => [each.target, each.pool, each.provider].includes(scope));
      expect([target, pool, provider]).to.include(scope);
      const count = [...open].filter((each) => covered.some((one) => one.target === each.target)).length;
      expect(held, `${scope} ${dimension}`).to.be.at.least(0);
      if (dimension === 'concurrent') expect(held, `slots of ${scope}`).to.equal(count);
      if (dimension === 'requests') expect(held, `requests of ${scope}`).to.be.at.most(count);
      if (count === 0) expect(held, `${dimension} of ${scope}`).to.equal(0);
    }
  }
};
