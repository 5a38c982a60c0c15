import { expect } from 'chai';
import { createSteadyClock } from '../src/clock.js';

const HOUR = 3_600_000;

describe('The clock', () => {
  let wall: number;
  let monotonic: number;

  /** Advances both clocks by `ms`, and sets the wall clock by `put` in addition. */
  const pass = (ms: number, put = 0): void => {
    monotonic += ms;
    wall += ms + put;
  };

  const start = () => {
    wall = Date.UTC(2026, 0, 1);
    monotonic = 5_000;
    return createSteadyClock(
      () => wall,
      () => monotonic,
    );
  };

  it('shows the time of day', () => {
    const clock = start();
    pass(1_500);
    expect(clock.now()).to.equal(Date.UTC(2026, 0, 1) + 1_500);
  });

  it('keeps spans unchanged if the wall clock is set back', () => {
    const clock = start();
    const before = clock.now();
    pass(1_000, -HOUR);
    expect(clock.now() - before).to.equal(1_000);
  });

  it('follows if the wall clock is set forward or the machine slept', () => {
    const clock = start();
    const before = clock.now();
    pass(1_000, HOUR);
    expect(clock.now() - before).to.equal(HOUR + 1_000);
    pass(1_000);
    expect(clock.now() - before).to.equal(HOUR + 2_000);
  });

  it('does not follow every small correction', () => {
    const clock = start();
    const before = clock.now();
    pass(1_000, 300);
    expect(clock.now() - before).to.equal(1_000);
  });
});
