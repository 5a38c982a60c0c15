import type { Clock } from '../clock.js';
import type { Ledger, Need, Reservation } from '../ledger/ledger.js';
import type { Caller } from './caller.js';
import type { PreparedTarget } from './target.js';

/** Room at one target, held already. */
export interface Grant {
  readonly target: PreparedTarget;
  readonly reservation: Reservation;
}

/** `gone`: the caller left · `late`: nothing came free in time. */
export type WaitResult = Grant | 'gone' | 'late';

interface Waiter {
  readonly targets: readonly PreparedTarget[];
  readonly need: Need;
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
  readonly #waiters = new Set<Waiter>();
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  #woken = false;

  constructor(ledger: Ledger, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#unsubscribe = ledger.onChange(() => this.#wake());
  }

  get length(): number {
    return this.#waiters.size;
  }

  /** Somebody who came earlier waits for this target, and could use it. */
  isAwaited(target: PreparedTarget): boolean {
    for (const waiter of this.#waiters) if (waiter.targets.includes(target)) return true;
    return false;
  }

  /** Waits until one of `targets` has room, at most `ms`. The first of them in their order is granted. */
  wait(targets: readonly PreparedTarget[], need: Need, ms: number, caller: Caller): Promise<WaitResult> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.done('late'), Math.min(ms, LONGEST_TIMER_MS));
      const unwatch = caller.onLeave(() => waiter.done('gone'));
      const waiter: Waiter = {
        targets,
        need,
        done: (result) => {
          if (!this.#waiters.delete(waiter)) return;
          clearTimeout(timer);
          unwatch();
          resolve(result);
          this.#wake();
        },
      };
      this.#waiters.add(waiter);
      this.#wake();
    });
  }

  /** Everybody who still waits is told that it is too late. */
  close(): void {
    this.#unsubscribe();
    clearTimeout(this.#timer);
    for (const waiter of [...this.#waiters]) waiter.done('late');
    clearTimeout(this.#timer);
  }

  /** Many changes of one turn are one look at the queue. */
  #wake(): void {
    if (this.#woken || this.#waiters.size === 0) return;
    this.#woken = true;
    queueMicrotask(() => void this.#serve());
  }

  async #serve(): Promise<void> {
    let next = Number.POSITIVE_INFINITY;
    /** Refused to somebody who came earlier: later ones must not take it from under him. */
    const awaited = new Set<string>();
    for (const waiter of [...this.#waiters]) {
      if (!this.#waiters.has(waiter)) continue;
      for (const target of waiter.targets) {
        if (awaited.has(target.id)) continue;
        const asked = this.#ledger.reserve(target.id, waiter.need);
        const answer = asked instanceof Promise ? await asked : asked;
        if (answer.granted) {
          if (this.#waiters.has(waiter)) waiter.done({ target, reservation: answer });
          else answer.release();
          break;
        }
        if (answer.retryAt !== Number.POSITIVE_INFINITY) awaited.add(target.id);
        next = Math.min(next, answer.retryAt ?? Number.POSITIVE_INFINITY);
      }
    }
    this.#woken = false;
    this.#arm(next);
  }

  #arm(next: number): void {
    clearTimeout(this.#timer);
    if (this.#waiters.size === 0 || next === Number.POSITIVE_INFINITY) return;
    const ms = Math.min(Math.max(1, next - this.#clock.now() + 1), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#wake(), ms);
  }
}
