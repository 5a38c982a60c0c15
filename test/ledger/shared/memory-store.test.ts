import { expect } from 'chai';
import { MemoryStore } from '../../../src/ledger/shared/memory-store.js';
import { MemoryUnits } from '../../../src/ledger/shared/memory-units.js';
import { TurningClock } from '../../turning-clock.js';
import { STORE_CASES } from './store-cases.js';

describe('The store in memory', () => {
  for (const [title, cases] of Object.entries(STORE_CASES)) {
    describe(title, () => {
      for (const { says, shows } of cases) {
        it(says, async () => {
          const clock = new TurningClock();
          const units = new MemoryUnits(clock.now);
          await shows({
            store: new MemoryStore(units),
            other: new MemoryStore(units),
            now: clock.now,
            turn: (ms) => clock.turn(ms),
          });
        });
      }
    });
  }

  it('counts the processes that are connected, and at least one', () => {
    const units = new MemoryUnits(new TurningClock().now);
    const [one, other] = [new MemoryStore(units), new MemoryStore(units)];
    expect(one.replicas).to.equal(2);
    one.close();
    expect(other.replicas).to.equal(1);
    other.close();
    expect(other.replicas).to.equal(1);
  });
});
