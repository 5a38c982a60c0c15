import { expect } from 'chai';
import fc from 'fast-check';
import { Caller } from '../../src/engine/caller.js';
import type { PreparedTarget } from '../../src/engine/target.js';
import { Queue } from '../../src/engine/walk/queue.js';
import type { Reservation } from '../../src/ledger/ledger.js';
import { MemoryLedger } from '../../src/ledger/memory/memory-ledger.js';
import { TurningClock } from '../turning-clock.js';
import { reserveOne, respond } from './ask-ledger.js';

const TARGETS = ['a/x', 'a/y'] as const;
const LIMIT = 5;
const WINDOW_MS = 10_000;
const TOKENS = 1_000;
const SLOTS = 4;

/** What may happen to a ledger. `which` chooses among the open reservations. */
const EVENT = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reserve' as const),
      target: fc.constantFrom(...TARGETS),
      tokens: fc.integer({ min: 1, max: 600 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('turn' as const), ms: fc.integer({ min: 0, max: 4_000 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      which: fc.nat(),
      served: fc.boolean(),
      remaining: fc.option(fc.integer({ min: 0, max: 9 })),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      which: fc.nat(),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('coolDown' as const),
      which: fc.nat(),
      class: fc.constantFrom('rate_limit' as const, 'overloaded' as const, 'quota' as const),
      hint: fc.option(fc.integer({ min: -1_000, max: 30_000 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('configure' as const) }) },
);

/** One attempt as a provider may have counted it: at some moment between dispatch and answer. */
interface Counted {
  readonly sentAt: number;
  answeredAt: number;
  readonly tokens: number;
  counts: boolean;
}

const withinLimits = (attempts: readonly Counted[], at: (attempt: Counted) => number): void => {
  const times = attempts.filter(({ counts }) => counts).map((attempt) => ({ at: at(attempt), tokens: attempt.tokens }));
  for (const { at: end } of times) {
    const inside = times.filter((each) => each.at > end - WINDOW_MS && each.at <= end);
    expect(inside.length, 'requests in a window').to.be.at.most(LIMIT);
  }
};

describe('Whatever the order of events, a ledger', () => {
  it('never grants more than a limit in any window, holds nothing in the end, and refuses with a reason and a time', () => {
    fc.assert(
      fc.property(fc.array(EVENT, { minLength: 20, maxLength: 200 }), (events) => {
        const clock = new TurningClock();
        let ledger = new MemoryLedger(clock);
        const configure = (): void =>
          ledger.configure(
            [{ provider: 'a', fingerprint: '' }],
            TARGETS.map((target) => ({ target, provider: 'a' })),
            [
              {
                scope: 'a',
                limits: [{ requests: LIMIT, per: '10s' }, { tokens: TOKENS, per: '10s' }, { concurrent: SLOTS }],
                source: 'manual',
              },
            ],
          );
        configure();
        let open: { reservation: Reservation; counted: Counted }[] = [];
        const all: Counted[] = [];
        const close = (which: number): (typeof open)[number] | undefined =>
          open.splice(which % Math.max(1, open.length), 1)[0];

        for (const event of events) {
          if (event.kind === 'turn') clock.turn(event.ms);
          else if (event.kind === 'reserve') {
            const answer = reserveOne(ledger, event.target, { tokens: event.tokens, inputTokens: event.tokens });
            if (answer.granted) {
              const counted = {
                sentAt: clock.now(),
                answeredAt: Number.POSITIVE_INFINITY,
                tokens: event.tokens,
                counts: true,
              };
              open.push({ reservation: answer, counted });
              all.push(counted);
              expect(open.length, 'slots').to.be.at.most(SLOTS);
            } else {
              expect(answer.reason).to.match(/\S/);
              if (answer.retryAt === undefined) expect(open.length, 'attempts to wait for').to.be.greaterThan(0);
              else expect(answer.retryAt).to.be.greaterThan(clock.now());
            }
          } else if (event.kind === 'restart') {
            const kept = JSON.parse(JSON.stringify(ledger.snapshot()));
            // The provider counted what was in flight by the time the process died.
            for (const { counted } of open) counted.answeredAt = Math.min(counted.answeredAt, clock.now());
            open = [];
            ledger = new MemoryLedger(clock);
            ledger.restore(kept);
            configure();
          } else if (event.kind === 'configure') configure();
          else {
            const entry =
              event.kind === 'answer' || event.kind === 'coolDown'
                ? open[event.which % Math.max(1, open.length)]
                : close(event.which);
            if (entry === undefined) continue;
            const { reservation, counted } = entry;
            const answered = counted.answeredAt < Number.POSITIVE_INFINITY;
            if (event.kind === 'coolDown') {
              ledger.coolDown(reservation, 'target', {
                class: event.class,
                reason: 'because',
                until: event.hint === null ? undefined : clock.now() + event.hint,
              });
            } else if (event.kind === 'answer' && !answered) {
              counted.answeredAt = clock.now();
              const signal = {
                dimension: 'requests',
                window: '1m',
                limit: 9,
                remaining: event.remaining ?? 0,
                resetAt: clock.now() + 3_000,
              } as const;
              respond(ledger, reservation, event.remaining === null ? [] : [signal], event.served);
            } else if (event.kind === 'settle') {
              if (!answered) counted.answeredAt = clock.now();
              reservation.settle({ input: Math.floor(event.share * counted.tokens), output: 0 });
            } else if (event.kind === 'release') {
              // Only an attempt that was never answered can be released.
              if (answered) reservation.settle();
              else {
                counted.counts = false;
                reservation.release();
              }
            }
          }
        }
        for (const { reservation, counted } of open) {
          counted.answeredAt = Math.min(counted.answeredAt, clock.now());
          reservation.settle();
        }
        withinLimits(all, ({ sentAt }) => sentAt);
        withinLimits(all, ({ answeredAt }) => answeredAt);
        withinLimits(all, ({ sentAt, answeredAt }) => (sentAt + answeredAt) / 2);
        for (const target of TARGETS) {
          for (const { inFlight } of ledger.status(target).quotas) expect(inFlight).to.equal(0);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('and its queue serve requests in the order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { minLength: 5, maxLength: 40 }),
        async (slots, steps) => {
          const clock = new TurningClock();
          const ledger = new MemoryLedger(clock);
          ledger.configure(
            [{ provider: 'a', fingerprint: '' }],
            [{ target: 'a/x', provider: 'a' }],
            [{ scope: 'a/x', limits: [{ concurrent: slots }], source: 'manual' }],
          );
          const queue = new Queue(ledger, clock, 1_000);
          const target = { id: 'a/x' } as PreparedTarget;
          const order: number[] = [];
          const held: Reservation[] = [];
          let arrived = 0;
          const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
          for (const arrives of steps) {
            if (arrives) {
              const number = arrived++;
              const needOf = () => ({ tokens: 1, inputTokens: 1 });
              void queue
                .wait({ targets: [target], needOf, notBefore: () => undefined, ms: 60_000, caller: new Caller() })
                .then((result) => {
                  if (typeof result === 'string') return;
                  order.push(number);
                  held.push(result.reservation);
                });
            } else held.shift()?.settle();
            await settled();
          }
          while (held.length > 0) {
            held.shift()?.settle();
            await settled();
          }
          queue.close();
          expect(order).to.deep.equal(Array.from({ length: arrived }, (_, index) => index));
        },
      ),
      { numRuns: 50 },
    );
  });
});
