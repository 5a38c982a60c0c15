/** Refusals, with nothing served at as many in flight, that show that the number is the reason. */
const MIN_REFUSALS = 3;
/** A learned limit is tested upward after this, and twice as late each time it proves right. */
const TEST_MS = 30_000;
const MAX_DOUBLINGS = 5;

/**
 * Learns how many concurrent attempts a provider accepts that states it only by refusing the next one, as a self-hosted
 * server does. An overload for other reasons occurs at any number, and nothing is learned from it.
 */
export class SlotLearner {
  limit: number | undefined;
  /** The fewest others in flight at a refusal, and the refusals since; nothing was served at as many. */
  #level = Number.POSITIVE_INFINITY;
  #refusals = 0;
  #failedTests = 0;
  #testAt = Number.POSITIVE_INFINITY;

  /** An attempt was refused that was sent while `others` were in flight. Returns whether `limit` has changed. */
  refused(others: number, now: number): boolean {
    // Of several concurrent attempts the first that is refused shows the number; later ones only confirm it.
    this.#refusals = others < this.#level ? 1 : this.#refusals + 1;
    this.#level = Math.min(this.#level, others);
    if (this.#level === 0) return false;
    if (this.limit !== undefined && this.#level >= this.limit) {
      this.#failedTests = Math.min(this.#failedTests + 1, MAX_DOUBLINGS);
      this.tested(now);
      return false;
    }
    if (this.#refusals < MIN_REFUSALS) return false;
    this.limit = this.#level;
    this.tested(now);
    return true;
  }

  /** An attempt was served that was sent while `others` were in flight. Returns whether `limit` has changed. */
  served(others: number): boolean {
    if (others >= this.#level) {
      this.#refusals = 0;
      this.#level = Number.POSITIVE_INFINITY;
    }
    if (this.limit === undefined || others < this.limit) return false;
    this.limit = others + 1;
    this.#failedTests = 0;
    return true;
  }

  /** Returns whether one attempt may go beyond the limit. */
  mayTest(now: number): boolean {
    return now >= this.#testAt;
  }

  /** A test was sent; the next one waits. */
  tested(now: number): void {
    this.#testAt = now + TEST_MS * 2 ** this.#failedTests;
  }
}
