/** A timer that is this late did not come late by itself: the process was busy, or the machine slept. */
const LATE_MS = 50;
/** How long a late timer waits at most for what has come in the meantime. */
const LONGEST_GRACE_MS = 1_000;

/**
 * A time limit for a provider. When it is reached, bytes that have arrived are read first: after a busy moment, Node fires timers
 * before it reads sockets. If the process was busy for longer, the provider gets as long again, at most a second: meanwhile
 * 429chain itself could do nothing, such as finish a handshake.
 */
export class PatientTimer {
  readonly #onExpire: () => void;
  #at = 0;
  #timer: NodeJS.Timeout | undefined;
  #look: NodeJS.Immediate | undefined;

  /** @param onExpire called once for each `set` that is not cleared */
  constructor(onExpire: () => void) {
    this.#onExpire = onExpire;
  }

  /** @param at when it expires, as `performance.now()` shows it; so does `now` */
  set(at: number, now = performance.now()): void {
    this.clear();
    this.#at = at;
    // One millisecond more, since timers may fire a fraction early.
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, at - now) + 1);
  }

  clear(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#look);
  }

  #fire(): void {
    const lateMs = performance.now() - this.#at;
    if (lateMs <= LATE_MS) this.#lookFirst();
    else this.#timer = setTimeout(() => this.#lookFirst(), Math.min(lateMs, LONGEST_GRACE_MS));
  }

  /** Node reads sockets before it calls this. */
  #lookFirst(): void {
    this.#look = setImmediate(this.#onExpire);
  }
}
