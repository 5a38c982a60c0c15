import { UNNAMED_WINDOW_MS } from '../windows/window.js';

const DAY_MS = 86_400_000;
/** A limit may be probed once in a shorter window than this, but no more often. */
const MIN_INTERVAL_MS = 60_000;

/**
 * Decides when a request may go beyond a limit that keeps it back: what a provider stated may be wrong, and nothing would
 * show that if the target were never asked again. After a day without a request, or for a request that never fits, after
 * one window; less often each time that the provider does not serve it.
 */
export class LockProbe {
  /** When a request was last sent, or the limit was last stated, epoch ms. */
  askedAt: number | undefined;
  /** The latest dispatch beyond the limit. */
  #sequence = 0;
  #failed = 0;

  /**
   * Returns whether a request may be sent now.
   * @param fits the limit allows the request as soon as enough of it is left
   */
  isDue(fits: boolean, windowMs: number | undefined, now: number): boolean {
    if (this.askedAt === undefined) return false;
    const firstMs = fits ? DAY_MS : Math.max(windowMs ?? UNNAMED_WINDOW_MS, MIN_INTERVAL_MS);
    return now >= this.askedAt + Math.min(firstMs * 2 ** this.#failed, DAY_MS);
  }

  /** A request beyond the limit is sent. */
  sent(sequence: number): void {
    this.#sequence = sequence;
    this.#failed++;
  }

  /** An attempt was served. Returns whether it was the latest one beyond the limit. */
  served(sequence: number): boolean {
    if (sequence !== this.#sequence) return false;
    this.#failed = 0;
    return true;
  }
}
