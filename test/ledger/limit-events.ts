import { expect } from 'chai';
import fc from 'fast-check';
import type { Ledger, Refusal, Reservation } from '../../src/ledger/ledger.js';
import { TurningClock } from '../turning-clock.js';
import { respond } from './ask-ledger.js';

/** A ledger that may restart. */
export interface RestartingLedger {
  readonly ledger: Ledger;
  /** The process dies, and begins again with what it saved. */
  restart(): void;
  /** Fails if units are held for attempts that are over. */
  expectNothingHeld(targets: readonly string[]): Promise<void>;
}

const TARGETS = ['a/x', 'a/y'] as const;
const LIMIT = 5;
const WINDOW_MS = 10_000;
const TOKENS = 1_000;
const SLOTS = 4;

/** What may happen to a ledger. `which` chooses among the open reservations. */
export const LIMIT_EVENT = fc.oneof(
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

/**
 * Lets events happen to a ledger, and fails if it grants more than a limit in any window, holds something in the end, or
 * refuses without a reason and a time.
 */
export const expectLimitsHold = async (
  events: readonly (typeof LIMIT_EVENT extends fc.Arbitrary<infer Event> ? Event : never)[],
  create: (clock: TurningClock) => RestartingLedger,
): Promise<void> => {
  const clock = new TurningClock();
  const world = create(clock);
  const configure = (): void =>
    world.ledger.configure(
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
  let lost = 0;
  let open: { reservation: Reservation; counted: Counted }[] = [];
  const all: Counted[] = [];
  const close = (which: number): (typeof open)[number] | undefined =>
    open.splice(which % Math.max(1, open.length), 1)[0];

  for (const event of events) {
    const { ledger } = world;
    if (event.kind === 'turn') clock.turn(event.ms);
    else if (event.kind === 'reserve') {
      const need = { tokens: event.tokens, inputTokens: event.tokens };
      const { reservation, refusals } = await ledger.reserve([{ target: event.target, need }]);
      const answer = reservation ?? (refusals[0] as Refusal);
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
        if (answer.retryAt === undefined) expect(open.length + lost, 'attempts to wait for').to.be.greaterThan(0);
        else expect(answer.retryAt).to.be.greaterThan(clock.now());
      }
    } else if (event.kind === 'restart') {
      // The provider counted what was in flight by the time the process died.
      for (const { counted } of open) counted.answeredAt = Math.min(counted.answeredAt, clock.now());
      lost += open.length;
      open = [];
      world.restart();
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
  await world.expectNothingHeld(TARGETS);
};
