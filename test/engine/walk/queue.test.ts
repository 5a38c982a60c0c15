import { expect } from 'chai';
import sinon from 'sinon';
import { Caller } from '../../../src/engine/caller.js';
import type { PreparedTarget } from '../../../src/engine/target.js';
import { Queue, type WaitResult } from '../../../src/engine/walk/queue.js';
import type { Refusal, ReserveResult } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';

const TARGET = { id: 'a/x' } as PreparedTarget;

/** A ledger whose next answers a test chooses. */
class ChosenLedger extends MemoryLedger {
  asked = 0;
  refusal: Omit<Refusal, 'granted'> = { code: 'quota', reason: 'spent' };

  override reserve(): ReserveResult {
    this.asked++;
    return { refusals: [{ granted: false, ...this.refusal }] };
  }
}

describe('Queue', () => {
  let time: sinon.SinonFakeTimers;
  let ledger: ChosenLedger;
  let queue: Queue;

  const wait = (ms: number): Promise<WaitResult> =>
    queue.wait({
      targets: [TARGET],
      needOf: () => ({ tokens: 1, inputTokens: 1 }),
      notBefore: () => undefined,
      ms,
      caller: new Caller(),
    });

  beforeEach(() => {
    time = sinon.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const clock = { now: () => Date.now(), monotonic: () => Date.now() };
    ledger = new ChosenLedger(clock);
    queue = new Queue(ledger, clock, 10);
  });

  afterEach(() => {
    queue.close();
    time.restore();
  });

  it('is not woken again and again by a target that is kept for an earlier request', async () => {
    // Both are told of a window that begins anew in a second.
    ledger.refusal = { code: 'quota', reason: 'spent', retryAt: 1_000, resetsAtOnce: true };
    void wait(60_000);
    void wait(60_000);
    await time.tickAsync(1_000);
    // Then the first is told to wait for an attempt in flight: the target is kept for it, and the second is not asked.
    ledger.refusal = { code: 'probing', reason: 'just come back' };
    await time.tickAsync(10);
    const before = ledger.asked;
    await time.tickAsync(10_000);
    expect(ledger.asked - before).to.equal(0);
  });

  it('keeps no request for ever that waits for nothing (pitfall 34: queued for ever)', async () => {
    const waiting = wait(5_000);
    await time.tickAsync(5_000);
    expect(await waiting).to.equal('late');
    expect(queue).to.have.length(0);
  });

  it('ends every wait when it is closed', async () => {
    const waiting = [wait(60_000), wait(60_000)];
    queue.close();
    expect(await Promise.all(waiting)).to.deep.equal(['closed', 'closed']);
    expect(time.countTimers()).to.equal(0);
  });
});
