import type { Clock } from '../../clock.js';
import type { Ledger, Need, Refusal } from '../../ledger/ledger.js';
import type { Caller } from '../caller.js';
import type { PreparedTarget } from '../target.js';
import type { Grant } from './commands.js';

/** `gone`: the caller left · `late`: nothing came free in time · `full`: too many wait already · `closed`: nobody may. */
export type WaitResult = Grant | 'gone' | 'late' | 'full' | 'closed';

export interface WaitOptions {
  /** In the order in which they are preferred. */
  readonly targets: readonly PreparedTarget[];
  readonly needOf: (target: PreparedTarget) => Need;
  /** Epoch ms: the request is not to ask the target before then. */
  readonly notBefore: (target: PreparedTarget) => number | undefined;
  /** At most so long. */
  readonly ms: number;
  readonly caller: Caller;
}

interface Waiter extends WaitOptions {
  /** What kept each target back when it was last looked at. */
  readonly refusals: Map<string, Refusal>;
  readonly done: (result: WaitResult) => void;
}

/** setTimeout takes no longer span. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Requests that wait for capacity, first come, first served. Woken by the ledger when room may have returned, and by one
 * timer at the earliest moment that anybody waits for; never by polling.
 */
export class Queue {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #most: number;
  readonly #waiters = new Set<Waiter>();
  readonly #unsubscribe: () => void;
  #onLength: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  /** Something changed that nobody has looked at yet. */
  #changed = false;
  #serving = false;
  #closed = false;
  /** Of what was found in one look: an older refusal may name a moment that is over, and would wake us without end. */
  #earliest = Number.POSITIVE_INFINITY;

  /** `most` may wait at once; who comes then is refused. */
  constructor(ledger: Ledger, clock: Clock, most: number) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#most = most;
    this.#unsubscribe = ledger.onChange(() => this.#wake());
  }

  get length(): number {
    return this.#waiters.size;
  }

  /** Calls back whenever somebody begins to wait, or ceases to. */
  onLength(listener: () => void): void {
    this.#onLength = listener;
  }

  /** Who comes now is refused. */
  get full(): boolean {
    return this.#waiters.size >= this.#most;
  }

  /** How many who came earlier wait for this target and could use what is left of it. */
  ahead(target: PreparedTarget): number {
    const now = this.#clock.now();
    let ahead = 0;
    for (const waiter of this.#waiters) if (claims(waiter, target, now)) ahead++;
    return ahead;
  }

  /** Waits until one of the targets has room. The first of them in their order is granted. */
  wait(options: WaitOptions): Promise<WaitResult> {
    if (options.caller.gone) return Promise.resolve('gone');
    if (this.#closed) return Promise.resolve('closed');
    if (this.full) return Promise.resolve('full');
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.done('late'), Math.min(options.ms, LONGEST_TIMER_MS));
      const unwatch = options.caller.onLeave(() => waiter.done('gone'));
      const waiter: Waiter = {
        ...options,
        refusals: new Map(),
        done: (result) => {
          if (!this.#waiters.delete(waiter)) return;
          clearTimeout(timer);
          unwatch();
          resolve(result);
          this.#onLength();
          this.#wake();
        },
      };
      this.#waiters.add(waiter);
      this.#onLength();
      this.#wake();
    });
  }

  /** Nobody waits any more. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const waiter of [...this.#waiters]) waiter.done('closed');
    clearTimeout(this.#timer);
  }

  /** Many changes of one turn are one look at the queue. */
  #wake(): void {
    this.#changed = true;
    if (this.#serving || this.#waiters.size === 0) return;
    this.#serving = true;
    queueMicrotask(() => void this.#serve());
  }

  async #serve(): Promise<void> {
    try {
      while (this.#changed) {
        this.#changed = false;
        this.#arm(await this.#look());
      }
    } catch {
      // A ledger that cannot answer: who waits is told that it is too late, by and by, and the next change is looked at.
    } finally {
      this.#serving = false;
    }
  }

  /** Grants what can be granted. @returns the earliest moment that somebody still waits for. */
  async #look(): Promise<number> {
    this.#earliest = Number.POSITIVE_INFINITY;
    /** Kept for somebody who came earlier: later ones must not take it from under him. */
    const claimed = new Set<string>();
    for (const waiter of [...this.#waiters]) {
      if (!this.#waiters.has(waiter)) continue;
      const grant = await this.#grant(waiter, claimed);
      if (grant === undefined) continue;
      if (this.#waiters.has(waiter)) waiter.done(grant);
      else grant.reservation.release();
    }
    return this.#earliest;
  }

  /** Holds room at the first of a waiter's targets that has some and that no earlier waiter claims. */
  async #grant(waiter: Waiter, claimed: Set<string>): Promise<Grant | undefined> {
    const now = this.#clock.now();
    const open: PreparedTarget[] = [];
    for (const target of waiter.targets) {
      if (claimed.has(target.id)) continue;
      const notBefore = waiter.notBefore(target) ?? 0;
      if (notBefore > now) this.#keepBack(waiter, target, deniedUntil(notBefore));
      else open.push(target);
    }
    if (open.length === 0) return undefined;
    const asked = this.#ledger.reserve(open.map((target) => ({ target: target.id, need: waiter.needOf(target) })));
    const { reservation, refusals } = asked instanceof Promise ? await asked : asked;
    for (const [index, refusal] of refusals.entries()) {
      const target = open[index] as PreparedTarget;
      this.#keepBack(waiter, target, refusal);
      if (refusal.retryAt !== Number.POSITIVE_INFINITY && !refusal.resetsAtOnce) claimed.add(target.id);
    }
    return reservation && { target: open[refusals.length] as PreparedTarget, reservation };
  }

  #keepBack({ refusals }: Waiter, target: PreparedTarget, refusal: Refusal): void {
    refusals.set(target.id, refusal);
    this.#earliest = Math.min(this.#earliest, refusal.retryAt ?? Number.POSITIVE_INFINITY);
  }

  #arm(next: number): void {
    clearTimeout(this.#timer);
    if (this.#waiters.size === 0 || next === Number.POSITIVE_INFINITY) return;
    const ms = Math.min(Math.max(1, next - this.#clock.now() + 1), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#wake(), ms);
  }
}

/** What is denied to one request, others may have. */
const deniedUntil = (retryAt: number): Refusal => ({
  granted: false,
  code: 'cooldown',
  reason: 'denied',
  retryAt,
  resetsAtOnce: true,
});

/** Would a newcomer that takes from this target make the waiter wait longer? */
const claims = ({ targets, refusals }: Waiter, target: PreparedTarget, now: number): boolean => {
  if (!targets.includes(target)) return false;
  const refusal = refusals.get(target.id);
  if (refusal === undefined) return true;
  const { retryAt = 0, resetsAtOnce = false } = refusal;
  if (retryAt === Number.POSITIVE_INFINITY) return false;
  return !resetsAtOnce || retryAt <= now;
};
