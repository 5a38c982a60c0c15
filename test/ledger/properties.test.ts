import { expect } from 'chai';
import fc from 'fast-check';
import { Caller } from '../../src/engine/caller.js';
import type { PreparedTarget } from '../../src/engine/target.js';
import { Queue } from '../../src/engine/walk/queue.js';
import type { Reservation } from '../../src/ledger/ledger.js';
import { MemoryLedger } from '../../src/ledger/memory/memory-ledger.js';
import { TurningClock } from '../turning-clock.js';
import { expectLimitsHold, LIMIT_EVENT, type RestartingLedger } from './limit-events.js';

describe('Whatever the order of events, a ledger', () => {
  it('never grants more than a limit in any window, holds nothing in the end, and refuses with a reason and a time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(LIMIT_EVENT, { minLength: 20, maxLength: 200 }), (events) =>
        expectLimitsHold(events, inMemory),
      ),
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

const inMemory = (clock: TurningClock): RestartingLedger => {
  let ledger = new MemoryLedger(clock);
  return {
    get ledger() {
      return ledger;
    },
    restart: () => {
      const kept = JSON.parse(JSON.stringify(ledger.snapshot()));
      ledger = new MemoryLedger(clock);
      ledger.restore(kept);
    },
    expectNothingHeld: async (targets) => {
      for (const target of targets)
        for (const { inFlight } of ledger.status(target).quotas) expect(inFlight).to.equal(0);
    },
  };
};
