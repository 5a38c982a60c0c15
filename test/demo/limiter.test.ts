import { expect } from 'chai';
import fc from 'fast-check';
import { type Counting, dayLimiter, type Limiter, Slots, windowLimiter } from '../../src/demo/limiter.js';
import { TurningClock } from '../turning-clock.js';

interface Grant {
  readonly at: number;
  readonly units: number;
}

/** A limit, and attempts: the ms to wait before each, and its units. */
const aLimit = fc.record({ limit: fc.integer({ min: 1, max: 100 }), windowMs: fc.integer({ min: 1, max: 10_000 }) });
const tries = fc.array(fc.tuple(fc.nat(3_000), fc.integer({ min: 1, max: 40 })), { maxLength: 60 });
const counting = fc.constantFrom<Counting>('fixed', 'sliding', 'refilling');

const sum = (grants: readonly Grant[]): number => grants.reduce((total, { units }) => total + units, 0);

const play = (
  kind: Counting,
  { limit, windowMs }: { limit: number; windowMs: number },
  steps: readonly (readonly [number, number])[],
  check: (limiter: Limiter, units: number, clock: TurningClock) => void = () => {},
): Grant[] => {
  const clock = new TurningClock();
  const limiter = windowLimiter(kind, limit, windowMs, clock.now);
  const grants: Grant[] = [];
  for (const [ms, units] of steps) {
    clock.turn(ms);
    check(limiter, units, clock);
    if (limiter.tryTake(units).granted) grants.push({ at: clock.now(), units });
  }
  return grants;
};

describe('Limiters', () => {
  it('a fixed window never grants more than its limit within a window of the wall clock', () => {
    fc.assert(
      fc.property(aLimit, tries, (limit, steps) => {
        const grants = play('fixed', limit, steps);
        for (const { at } of grants) {
          const window = Math.floor(at / limit.windowMs);
          expect(sum(grants.filter((each) => Math.floor(each.at / limit.windowMs) === window))).to.be.at.most(
            limit.limit,
          );
        }
      }),
    );
  });

  it('a sliding window never grants more than its limit in any period of its length', () => {
    fc.assert(
      fc.property(aLimit, tries, (limit, steps) => {
        const grants = play('sliding', limit, steps);
        for (const { at } of grants) {
          const span = grants.filter((each) => each.at > at - limit.windowMs && each.at <= at);
          expect(sum(span)).to.be.at.most(limit.limit);
        }
      }),
    );
  });

  it('a bucket never grants more than its capacity plus the refill', () => {
    fc.assert(
      fc.property(aLimit, tries, (limit, steps) => {
        const grants = play('refilling', limit, steps);
        for (const [first, { at: from }] of grants.entries()) {
          for (let last = first; last < grants.length; last++) {
            const span = grants.slice(first, last + 1);
            const refilled = (((span.at(-1) as Grant).at - from) * limit.limit) / limit.windowMs;
            expect(sum(span)).to.be.at.most(limit.limit + refilled + 0.001 * limit.limit);
          }
        }
      }),
    );
  });

  it('slots never exceed their limit, and can be released', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.array(fc.boolean()), (limit, takes) => {
        const slots = new Slots(limit);
        let held = 0;
        for (const take of takes) {
          if (take) {
            const { granted } = slots.tryTake(1);
            expect(granted).to.equal(held < limit);
            if (granted) held++;
          } else if (held > 0) {
            slots.giveBack(1);
            held--;
          }
          expect(slots.standing()).to.deep.equal({ limit, remaining: limit - held, resetAt: undefined });
        }
      }),
    );
  });

  it('the remaining units are granted, but not more', () => {
    fc.assert(
      fc.property(counting, aLimit, tries, (kind, limit, steps) => {
        play(kind, limit, steps, (limiter, units) => {
          const { remaining } = limiter.standing();
          expect(remaining).to.be.within(0, limit.limit);
          expect(limiter.refuse(units) === undefined).to.equal(units <= remaining);
        });
      }),
    );
  });

  it('a refusal contains the exact millisecond at which the units are available, or that they never are', () => {
    fc.assert(
      fc.property(counting, aLimit, tries, (kind, limit, steps) => {
        const clock = new TurningClock();
        const limiter = windowLimiter(kind, limit.limit, limit.windowMs, clock.now);
        for (const [ms, units] of steps) {
          clock.turn(ms);
          const taken = limiter.tryTake(units);
          if (taken.granted) continue;
          const wait = taken.retryAfterMs as number;
          expect(wait === Number.POSITIVE_INFINITY).to.equal(units > limit.limit);
          if (wait === Number.POSITIVE_INFINITY) continue;
          expect(wait).to.be.greaterThan(0);
          clock.turn(wait - 1);
          expect(limiter.tryTake(units).granted).to.equal(false);
          clock.turn(1);
          expect(limiter.tryTake(units).granted).to.equal(true);
        }
      }),
    );
  });

  it('everything is available at the reported reset', () => {
    fc.assert(
      fc.property(counting, aLimit, tries, (kind, limit, steps) => {
        const clock = new TurningClock();
        const limiter = windowLimiter(kind, limit.limit, limit.windowMs, clock.now);
        for (const [ms, units] of steps) {
          clock.turn(ms);
          limiter.tryTake(units);
        }
        clock.turn((limiter.standing().resetAt as number) - clock.now());
        expect(limiter.standing().remaining).to.equal(limit.limit);
      }),
    );
  });

  for (const [what, at, ends] of [
    ['in winter', '2026-01-15T12:00:00Z', '2026-01-16T08:00:00Z'],
    ['in summer', '2026-07-15T12:00:00Z', '2026-07-16T07:00:00Z'],
    ['just before it', '2026-07-16T06:59:59Z', '2026-07-16T07:00:00Z'],
    ['on the day with 23 hours', '2026-03-08T09:00:00Z', '2026-03-09T07:00:00Z'],
    ['on the day with 25 hours', '2026-11-01T08:00:00Z', '2026-11-02T08:00:00Z'],
  ] as const) {
    it(`a day of Los Angeles ends at its midnight, ${what}`, () => {
      const clock = new TurningClock(Date.parse(at));
      const limiter = dayLimiter(1, 'America/Los_Angeles', clock.now);
      expect(limiter.tryTake(1).granted).to.equal(true);
      expect(limiter.standing().resetAt).to.equal(Date.parse(ends));
      clock.turn(Date.parse(ends) - clock.now() - 1);
      expect(limiter.tryTake(1)).to.include({ granted: false, retryAfterMs: 1 });
      clock.turn(1);
      expect(limiter.tryTake(1).granted).to.equal(true);
    });
  }

  it('a fixed window of a minute begins with the minute, one of a day at 00:00 UTC', () => {
    const clock = new TurningClock(Date.parse('2026-10-01T12:00:30Z'));
    expect(windowLimiter('fixed', 5, 60_000, clock.now).standing().resetAt).to.equal(
      Date.parse('2026-10-01T12:01:00Z'),
    );
    expect(windowLimiter('fixed', 5, 86_400_000, clock.now).standing().resetAt).to.equal(
      Date.parse('2026-10-02T00:00:00Z'),
    );
  });
});
