import { expect } from 'chai';
import { counterOf, SlotCounter } from './counting.js';

describe("A simulated provider's counter", () => {
  let now = 0;
  const clock = () => now;

  beforeEach(() => {
    now = 1_000_000_000_123;
  });

  it('begins a fixed window with the minute of its clock', () => {
    const counter = counterOf('fixed', 10, 60_000, clock);
    counter.charge(10);
    expect(counter.left()).to.equal(0);
    now += counter.waitFor(1) - 1;
    expect(counter.left()).to.equal(0);
    now += 1;
    expect(now % 60_000).to.equal(0);
    expect(counter.left()).to.equal(10);
  });

  it('frees a unit of a sliding window one window after it was counted', () => {
    const counter = counterOf('sliding', 3, 10_000, clock);
    counter.charge(2);
    now += 4_000;
    counter.charge(1);
    expect(counter.left()).to.equal(0);
    expect(counter.waitFor(1)).to.equal(6_000);
    expect(counter.waitFor(3)).to.equal(10_000);
    now += 6_000;
    expect(counter.left()).to.equal(2);
  });

  it('refills a bucket continuously, never beyond its limit', () => {
    const counter = counterOf('refilling', 30, 60_000, clock);
    counter.charge(30);
    expect(counter.waitFor(1)).to.equal(2_000);
    now += 2_000;
    expect(counter.left()).to.equal(1);
    now += 600_000;
    expect(counter.left()).to.equal(30);
  });

  for (const counting of ['fixed', 'sliding', 'refilling'] as const) {
    it(`counts what does not fit, and returns the surplus: ${counting}`, () => {
      const counter = counterOf(counting, 100, 60_000, clock);
      const giveBack = counter.charge(150);
      expect(counter.left()).to.equal(-50);
      giveBack(90);
      expect(counter.left()).to.equal(40);
    });
  }

  for (const counting of ['fixed', 'sliding'] as const) {
    it(`returns nothing to a window that is over: ${counting}`, () => {
      const counter = counterOf(counting, 100, 60_000, clock);
      const giveBack = counter.charge(80);
      now += 60_000;
      counter.charge(10);
      giveBack(40);
      expect(counter.left()).to.equal(90);
    });
  }

  it('frees slots only when they are returned', () => {
    const counter = new SlotCounter(2);
    const giveBack = counter.charge(2);
    now += 86_400_000;
    expect(counter.left()).to.equal(0);
    giveBack(1);
    expect(counter.left()).to.equal(1);
  });
});
