import { expect } from 'chai';
import sinon from 'sinon';
import { Caller } from '../../../src/engine/caller.js';
import type { PreparedTarget } from '../../../src/engine/target.js';
import { Queue, type WaitResult } from '../../../src/engine/walk/queue.js';
import type { Refusal, Reservation, ReserveResult } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';

const TARGET = { id: 'a/x' } as PreparedTarget;

const RESERVATION: Reservation = { granted: true, target: 'a/x', sequence: 1, settle: () => {}, release: () => {} };

/** A ledger whose next answers a test chooses. */
class ChosenLedger extends MemoryLedger {
  asked = 0;
  /** So many of the next requests are granted. */
  hasRoom = 0;
  refusal: Omit<Refusal, 'granted'> = { code: 'quota', reason: 'spent' };

  override reserve(): ReserveResult {
    this.asked++;
    if (this.hasRoom-- > 0) return { reservation: RESERVATION, refusals: [] };
    return { refusals: [{ granted: false, ...this.refusal }] };
  }
}

describe('Queue', () => {
  let time: sinon.SinonFakeTimers;
  let ledger: ChosenLedger;
  let queue: Queue;

  const wait = (ms: number, caller = new Caller()): Promise<WaitResult> =>
    queue.wait({
      targets: [TARGET],
      needOf: () => ({ tokens: 1, inputTokens: 1 }),
      notBefore: () => undefined,
      ms,
      caller,
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

  it('keeps the place of a request that waits again', async () => {
    ledger.refusal = { code: 'quota', reason: 'spent', retryAt: 1_000 };
    const [first, second] = [new Caller(), new Caller()];
    const order: string[] = [];
    const note = (name: string, waiting: Promise<WaitResult>): Promise<WaitResult> => {
      void waiting.then((result) => typeof result === 'object' && order.push(name));
      return waiting;
    };
    void note('first', wait(5_000, first));
    void note('second', wait(60_000, second));
    await time.tickAsync(100);
    ledger.hasRoom = 1;
    await time.tickAsync(1_000);
    void note('first again', wait(60_000, first));
    await time.tickAsync(100);
    ledger.hasRoom = 2;
    ledger.refusal = { code: 'quota', reason: 'spent' };
    void note('third', wait(60_000));
    await time.tickAsync(2_000);
    expect(order).to.deep.equal(['first', 'first again', 'second']);
  });

  it('ends every wait when it is closed', async () => {
    const waiting = [wait(60_000), wait(60_000)];
    queue.close();
    expect(await Promise.all(waiting)).to.deep.equal(['closed', 'closed']);
    expect(time.countTimers()).to.equal(0);
  });
});
