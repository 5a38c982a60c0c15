/** A call whose result is not awaited. */
interface Call {
  readonly name: string;
  readonly args: readonly string[];
}

/** Calls for attempts that end while Redis is away are few: without Redis, no attempt begins there. */
const MOST_WAITING = 10_000;

/**
 * Sends calls in their order, many at once. Calls without an answer are sent again when the connection is back: each may be
 * carried out twice without harm.
 */
export class Outbox {
  readonly #send: (name: string, args: readonly string[]) => Promise<unknown>;
  readonly #mayRepeat: (error: Error) => boolean;
  /** Sent once without an answer; older than those that wait. */
  #failed: Call[] = [];
  #waiting: Call[] = [];
  #sending = 0;
  #isOpen = false;
  #scheduled = false;
  #dropped = 0;

  /** @param mayRepeat whether a call that failed in this way succeeds later */
  constructor(send: (name: string, args: readonly string[]) => Promise<unknown>, mayRepeat: (error: Error) => boolean) {
    this.#send = send;
    this.#mayRepeat = mayRepeat;
  }

  /** Calls that wait or have no answer yet. */
  get size(): number {
    return this.#failed.length + this.#waiting.length + this.#sending;
  }

  /** Calls that were given up. */
  get dropped(): number {
    return this.#dropped;
  }

  add(name: string, args: readonly string[]): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#waiting.shift();
      this.#dropped++;
    }
    this.#waiting.push({ name, args });
    if (this.#scheduled || !this.#isOpen) return;
    this.#scheduled = true;
    queueMicrotask(() => this.flush());
  }

  /** Sends what waits, from now on at once. */
  open(): void {
    this.#isOpen = true;
    this.flush();
  }

  /** Keeps what comes until `open`. */
  hold(): void {
    this.#isOpen = false;
  }

  /** Sends what waits, now: before a call that must come after it. */
  flush(): void {
    this.#scheduled = false;
    if (!this.#isOpen || this.#failed.length + this.#waiting.length === 0) return;
    const calls = [...this.#failed, ...this.#waiting];
    this.#failed = [];
    this.#waiting = [];
    for (const call of calls) {
      this.#sending++;
      this.#send(call.name, call.args).then(
        () => {
          this.#sending--;
        },
        (error: Error) => {
          this.#sending--;
          if (this.#mayRepeat(error)) this.#failed.push(call);
          else this.#dropped++;
        },
      );
    }
  }
}
