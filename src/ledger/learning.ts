/** Windows that providers use. A minute is by far the commonest, so that is what is believed first. */
const WINDOWS = [1_000, 10_000, 60_000, 3_600_000, 86_400_000] as const;
const MINUTE = 2;
/** Served attempts that are remembered: more than any silent free tier allows in an hour. */
const REMEMBERED = 4_096;
/** After so many tests in vain the next one is put off no further. */
const MOST_DOUBLINGS = 8;

/** What bare refusals have taught: at most `limit` requests in any `windowMs`. */
export interface Learned {
  readonly limit: number;
  readonly windowMs: number;
}

/**
 * Learns the requests limit of a provider that tells nothing but 429: from what it served before it refused. A learned
 * limit is tested upward now and then, and given up for another window when it proves wrong.
 */
export class Learner {
  /** When each attempt was served, oldest first; those before `#first` are forgotten. */
  #served: number[] = [];
  #first = 0;
  #window = MINUTE;
  /** A window as short as this one has been refuted. */
  #refuted = -1;
  /** The most that was served within the present window. */
  #proven = 0;
  #limit: number | undefined;
  #testsInVain = 0;
  #testAt = Number.POSITIVE_INFINITY;

  get learned(): Learned | undefined {
    return this.#limit === undefined ? undefined : { limit: this.#limit, windowMs: this.windowMs };
  }

  get windowMs(): number {
    return WINDOWS[this.#window] as number;
  }

  /** An attempt was served at `now`. @returns whether what was learned has changed. */
  served(now: number): boolean {
    this.#served.push(now);
    if (this.#served.length - this.#first > REMEMBERED) this.#first++;
    if (this.#first > REMEMBERED) {
      this.#served = this.#served.slice(this.#first);
      this.#first = 0;
    }
    const count = this.count(now);
    this.#proven = Math.max(this.#proven, count);
    if (this.#limit === undefined || count <= this.#limit) return false;
    // More than was thought to be possible: a test has found room, so the next may come sooner.
    this.#limit = count;
    this.#testsInVain = 0;
    this.#putOff(now);
    return true;
  }

  /** A bare 429. What was served until then is the limit; what contradicts an earlier lesson changes the window. */
  refused(now: number): Learned {
    const count = this.count(now);
    const shorter = this.#window - 1;
    if (this.#limit !== undefined && count === 0 && this.#window < WINDOWS.length - 1) {
      // Refused although nothing was served for a whole window: it must be longer.
      this.#refuted = this.#window;
      this.#use(this.#window + 1, now);
    } else if (this.#limit !== undefined && count > 0 && count < this.#proven && shorter > this.#refuted) {
      // More than this was served within the window before: what is full must be a shorter one.
      this.#use(shorter, now);
    } else {
      this.#limit = Math.max(1, count);
      this.#proven = this.#limit;
    }
    this.#testsInVain = Math.min(this.#testsInVain + 1, MOST_DOUBLINGS);
    this.#putOff(now);
    return { limit: this.#limit as number, windowMs: this.windowMs };
  }

  /** Is it time for one attempt beyond the learned limit? Asking counts as testing. */
  mayTest(now: number): boolean {
    return now >= this.#testAt;
  }

  tested(now: number): void {
    this.#putOff(now);
  }

  /** Attempts served within the present window. */
  count(now: number): number {
    const from = now - this.windowMs;
    let count = 0;
    for (let index = this.#served.length - 1; index >= this.#first && (this.#served[index] as number) > from; index--) count++;
    return count;
  }

  /** When each attempt that still counts was served. */
  recent(now: number): readonly number[] {
    return this.#served.slice(this.#served.length - this.count(now));
  }

  #use(window: number, now: number): void {
    this.#window = window;
    this.#limit = Math.max(1, this.count(now));
    this.#proven = this.#limit;
    this.#testsInVain = 0;
  }

  #putOff(now: number): void {
    this.#testAt = now + this.windowMs * 2 ** this.#testsInVain;
  }
}
