import { TimedOut, type TimeoutKind } from '../../causes.js';
import type { TargetTimeouts } from '../../target.js';
import { PatientTimer } from './patient-timer.js';

/** All time limits of one attempt, on one timer. A chunk costs a time stamp, not a timer. */
export class Deadline {
  readonly #timeouts: TargetTimeouts;
  readonly #onExpire: (cause: TimedOut) => void;
  readonly #startedAt = performance.now();
  #touchedAt = this.#startedAt;
  #isStreaming = false;
  /** When the caller stopped reading. */
  #heldAt: number | undefined;
  #heldMs = 0;
  readonly #timer = new PatientTimer(() => this.#fire());
  /** The limit that the timer is set to. */
  #kind: TimeoutKind = 'firstToken';

  constructor(timeouts: TargetTimeouts, onExpire: (cause: TimedOut) => void) {
    this.#timeouts = timeouts;
    this.#onExpire = onExpire;
    this.#arm(this.#startedAt);
  }

  /** The first token has come. From now on the time between chunks counts. */
  started(): void {
    this.#isStreaming = true;
    this.touch();
    this.#arm();
  }

  /** A chunk has come. */
  touch(): void {
    this.#touchedAt = performance.now();
  }

  /** The caller does not read. The time until `unhold` does not count against the provider. */
  hold(): void {
    this.#heldAt ??= performance.now();
  }

  unhold(): void {
    if (this.#heldAt !== undefined) this.#heldMs += performance.now() - this.#heldAt;
    this.#heldAt = undefined;
    this.touch();
  }

  clear(): void {
    this.#timer.clear();
  }

  #arm(now = performance.now()): void {
    const { kind, at } = this.#next();
    this.#kind = kind;
    this.#timer.set(at, now);
  }

  #fire(): void {
    if (this.#heldAt !== undefined && this.#kind === 'idle') this.touch();
    const next = this.#next();
    if (next.at <= performance.now()) this.#onExpire(new TimedOut(next.kind, this.#timeouts[next.kind]));
    else this.#arm();
  }

  /** Returns the limit that expires next, and when. */
  #next(): { kind: TimeoutKind; at: number } {
    const { firstToken, idle, total } = this.#timeouts;
    const heldMs = this.#heldMs + (this.#heldAt === undefined ? 0 : performance.now() - this.#heldAt);
    const end = this.#startedAt + total + heldMs;
    const step = this.#isStreaming ? this.#touchedAt + idle : this.#startedAt + firstToken;
    return step < end ? { kind: this.#isStreaming ? 'idle' : 'firstToken', at: step } : { kind: 'total', at: end };
  }
}
