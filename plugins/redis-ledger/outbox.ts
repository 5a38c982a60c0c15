/** A call whose result nothing waits for. */
interface Call {
  readonly name: string;
  readonly args: readonly string[];
}

/** While Redis is away, no attempt begins there: few calls wait for it, those of attempts that end meanwhile. */
const MOST_WAITING = 10_000;

/**
 * Sends calls at once and in their order. While Redis is away they wait, and those without an answer are sent again: each call
 * may be carried out twice without harm.
 */
export class Outbox {
  readonly #send: (name: string, args: readonly string[]) => Promise<unknown>;
  readonly #mayRepeat: (error: Error) => boolean;
  #isOpen = false;
  /** Sent without an answer. They are older than those that wait. */
  #unanswered: Call[] = [];
  #waiting: Call[] = [];

  /** @param mayRepeat whether a call that failed in this way may succeed later */
  constructor(send: (name: string, args: readonly string[]) => Promise<unknown>, mayRepeat: (error: Error) => boolean) {
    this.#send = send;
    this.#mayRepeat = mayRepeat;
  }

  add(name: string, args: readonly string[]): void {
    if (this.#isOpen) this.#sendNow({ name, args });
    else if (this.#waiting.push({ name, args }) > MOST_WAITING) this.#waiting.shift();
  }

  /** Sends what waits, and from now on everything at once. */
  open(): void {
    this.#isOpen = true;
    const calls = [...this.#unanswered, ...this.#waiting];
    this.#unanswered = [];
    this.#waiting = [];
    for (const call of calls) this.#sendNow(call);
  }

  /** Keeps what comes until `open`. */
  close(): void {
    this.#isOpen = false;
  }

  #sendNow(call: Call): void {
    this.#send(call.name, call.args).catch((error: Error) => {
      if (this.#mayRepeat(error)) this.#unanswered.push(call);
    });
  }
}
