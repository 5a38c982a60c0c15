import { expect } from 'chai';
import { Repairs } from '../../src/engine/repairs.js';
import { TurningClock } from '../turning-clock.js';

describe('A trial of a changed request', () => {
  it('waits twice as long after each failure, and counts failures at the same time as one', () => {
    const clock = new TurningClock();
    const { smallBound } = new Repairs(clock);
    for (const pauseMs of [30_000, 60_000, 120_000]) {
      for (let failure = 0; failure < 5; failure++) smallBound.failed();
      clock.turn(pauseMs - 1);
      expect(smallBound.isDue).to.equal(false);
      clock.turn(1);
      expect(smallBound.isDue).to.equal(true);
    }
  });

  it('keeps what it has helped, but for one failure at a time', () => {
    const { smallBound } = new Repairs(new TurningClock());
    smallBound.succeeded();
    smallBound.succeeded();
    for (let failure = 0; failure < 5; failure++) smallBound.failed();
    expect(smallBound.helped).to.equal(1);
  });
});
