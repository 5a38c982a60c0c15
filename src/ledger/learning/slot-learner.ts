/** So many refusals while nothing is served at as many in flight show that the number is the reason. */
const REFUSALS = 3;
/** A learned number is tested upward after this, and later each time it proves right. */
const TEST_MS = 30_000;
const MOST_DOUBLINGS = 5;

/**
 * Learns how many attempts at once a provider bears that says so only by refusing the next one, as servers of one's own
 * do. An overload that has other reasons comes at any number, and teaches nothing.
 */
export class SlotLearner {
  limit: number | undefined;
  /** The fewest others in flight at a refusal, and refusals since, while nothing was served at as many. */
  #level = Number.POSITIVE_INFINITY;
  #refusals = 0;
  #testsInVain = 0;
  #testAt = Number.POSITIVE_INFINITY;

  /** An attempt was refused that was sent while `others` were in flight. @returns whether `limit` has changed. */
  refused(others: number, now: number): boolean {
    // Of several at once the first that is refused tells the number; those after it only confirm that.
    this.#refusals = others < this.#level ? 1 : this.#refusals + 1;
    this.#level = Math.min(this.#level, others);
    if (this.#level === 0) return false;
    if (this.limit !== undefined && this.#level >= this.limit) {
      this.#testsInVain = Math.min(this.#testsInVain + 1, MOST_DOUBLINGS);
      this.tested(now);
      return false;
    }
    if (this.#refusals < REFUSALS) return false;
    this.limit = this.#level;
    this.tested(now);
    return true;
  }

  /** An attempt was served that was sent while `others` were in flight. @returns whether `limit` has changed. */
  served(others: number): boolean {
    if (others >= this.#level) {
      this.#refusals = 0;
      this.#level = Number.POSITIVE_INFINITY;
    }
    if (this.limit === undefined || others < this.limit) return false;
    this.limit = others + 1;
    this.#testsInVain = 0;
    return true;
  }

  /** Is it time for one attempt beyond the limit? */
  mayTest(now: number): boolean {
    return now >= this.#testAt;
  }

  tested(now: number): void {
    this.#testAt = now + TEST_MS * 2 ** this.#testsInVain;
  }
}
