import { expect } from 'chai';
import { createSteadyClock } from '../src/clock.js';

const HOUR = 3_600_000;

describe('createSteadyClock', () => {
  let wall: number;
  let monotonic: number;

  /** Advances both clocks, and sets the wall clock by `adjustment` ms more. */
  const pass = (ms: number, adjustment = 0): void => {
    monotonic += ms;
    wall += ms + adjustment;
  };

  const start = () => {
    wall = Date.UTC(2026, 0, 1);
    monotonic = 5_000;
    return createSteadyClock(
      () => wall,
      () => monotonic,
    );
  };

  it('returns the wall-clock time', () => {
    const clock = start();
    pass(1_500);
    expect(clock.now()).to.equal(Date.UTC(2026, 0, 1) + 1_500);
  });

  it('ignores a wall clock that is set back', () => {
    const clock = start();
    const before = clock.now();
    pass(1_000, -HOUR);
    expect(clock.now() - before).to.equal(1_000);
  });

  it('follows a wall clock that is set forward, or a machine that has slept', () => {
    const clock = start();
    const before = clock.now();
    pass(1_000, HOUR);
    expect(clock.now() - before).to.equal(HOUR + 1_000);
    pass(1_000);
    expect(clock.now() - before).to.equal(HOUR + 2_000);
  });

  it('ignores small corrections', () => {
    const clock = start();
    const before = clock.now();
    pass(1_000, 300);
    expect(clock.now() - before).to.equal(1_000);
  });
});
