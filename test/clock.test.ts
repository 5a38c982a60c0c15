import { expect } from 'chai';
import { createSteadyClock } from '../src/clock.js';

const HOUR = 3_600_000;

describe('createSteadyClock', () => {
  let wall: number;
  let monotonic: number;
  let awake: number;

  /** Advances both clocks, and sets the wall clock by `adjustment` ms more. */
  const pass = (ms: number, adjustment = 0): void => {
    monotonic += ms;
    awake += ms;
    wall += ms + adjustment;
  };

  const start = () => {
    wall = Date.UTC(2026, 0, 1);
    monotonic = 5_000;
    awake = 77_000;
    return createSteadyClock(
      () => wall,
      () => monotonic,
      () => awake,
    );
  };

  it('returns the wall-clock time', () => {
    const clock = start();
    pass(1_500);
    expect(clock.now()).to.equal(Date.UTC(2026, 0, 1) + 1_500);
  });

  for (const { what, aheadMs, askedEveryMs } of [
    { what: 'a minute', aheadMs: 60_000, askedEveryMs: 1_000 },
    { what: 'an hour', aheadMs: HOUR, askedEveryMs: 10_000 },
    { what: 'a day, with a request in three hours', aheadMs: 24 * HOUR, askedEveryMs: 3 * HOUR },
  ]) {
    it(`runs at half speed after a wall clock that was ahead is set back, until both agree: ${what}`, () => {
      const clock = start();
      pass(1_000, aheadMs);
      clock.now();
      pass(61_000);
      expect(clock.now()).to.equal(wall);
      pass(0, -aheadMs);
      let last = clock.now();
      for (let ms = 0; ms < 2 * aheadMs; ms += askedEveryMs) {
        pass(askedEveryMs);
        expect(clock.now() - last).to.be.within(askedEveryMs / 2, askedEveryMs);
        last = clock.now();
      }
      expect(clock.now() - wall).to.be.within(0, 5_000);
    });
  }

  it('follows again when a wall clock was behind for a while', () => {
    const clock = start();
    pass(1_000, -HOUR);
    clock.now();
    pass(600_000);
    clock.now();
    pass(1, HOUR);
    expect(wall - clock.now()).to.be.within(300_000, 301_000);
    pass(61_000);
    expect(clock.now()).to.equal(wall);
  });

  it('follows at once when the machine has slept', () => {
    const clock = start();
    const before = clock.now();
    for (const times of [1, 2]) {
      pass(1_000, HOUR);
      awake += HOUR;
      expect(clock.now() - before).to.equal(times * (HOUR + 1_000));
    }
  });

  it('ignores a wall clock that is ahead for less than a minute', () => {
    const clock = start();
    const before = clock.now();
    pass(1_000, 24 * HOUR);
    expect(clock.now() - before).to.equal(1_000);
    pass(50_000);
    expect(clock.now() - before).to.equal(51_000);
    pass(1_000, -24 * HOUR);
    expect(clock.now() - before).to.equal(52_000);
    pass(60_000, 24 * HOUR);
    expect(clock.now() - before).to.equal(112_000);
  });

  it('follows a wall clock that is set forward for longer', () => {
    const clock = start();
    const before = clock.now();
    pass(1_000, HOUR);
    expect(clock.now() - before).to.equal(1_000);
    pass(59_000);
    expect(clock.now() - before).to.equal(60_000);
    pass(1_000);
    expect(clock.now() - before).to.equal(HOUR + 61_000);
    pass(1_000);
    expect(clock.now() - before).to.equal(HOUR + 62_000);
  });

  it('ignores small corrections', () => {
    const clock = start();
    const before = clock.now();
    pass(1_000, 300);
    expect(clock.now() - before).to.equal(1_000);
  });
});
