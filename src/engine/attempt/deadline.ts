import { TimedOut, type TimeoutKind } from '../causes.js';
import type { TargetTimeouts } from '../target.js';

/** All time limits of one attempt on one timer. A chunk costs a time stamp, not a timer. */
export class Deadline {
  readonly #timeouts: TargetTimeouts;
  readonly #onExpire: (cause: TimedOut) => void;
  readonly #startedAt = performance.now();
  #touchedAt = this.#startedAt;
  #streaming = false;
  /** Since when the caller keeps us waiting. */
  #heldAt: number | undefined;
  #heldMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(timeouts: TargetTimeouts, onExpire: (cause: TimedOut) => void) {
    this.#timeouts = timeouts;
    this.#onExpire = onExpire;
    this.#arm();
  }

  /** The first token has come; from now on the time between chunks counts. */
  started(): void {
    this.#streaming = true;
    this.touch();
    this.#arm();
  }

  touch(): void {
    this.#touchedAt = performance.now();
  }

  /** A caller who reads slowly is not the provider's fault. */
  hold(): void {
    this.#heldAt ??= performance.now();
  }

  unhold(): void {
    if (this.#heldAt !== undefined) this.#heldMs += performance.now() - this.#heldAt;
    this.#heldAt = undefined;
    this.touch();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const { kind, at } = this.#next();
    // A millisecond more, since timers may fire a fraction early.
    this.#timer = setTimeout(() => this.#fire(kind), Math.max(0, at - performance.now()) + 1);
  }

  #fire(kind: TimeoutKind): void {
    if (this.#heldAt !== undefined && kind === 'idle') this.touch();
    const next = this.#next();
    if (next.at <= performance.now()) this.#onExpire(new TimedOut(next.kind, this.#timeouts[next.kind]));
    else this.#arm();
  }

  #next(): { kind: TimeoutKind; at: number } {
    const { firstToken, idle, total } = this.#timeouts;
    const heldMs = this.#heldMs + (this.#heldAt === undefined ? 0 : performance.now() - this.#heldAt);
    const ends = this.#startedAt + total + heldMs;
    const step = this.#streaming ? this.#touchedAt + idle : this.#startedAt + firstToken;
    return step < ends ? { kind: this.#streaming ? 'idle' : 'firstToken', at: step } : { kind: 'total', at: ends };
  }
}
