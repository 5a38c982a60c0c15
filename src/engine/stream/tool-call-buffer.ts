import type { SseEvent } from './events.js';

/** A comment passes held tool calls after this time, to keep the caller's connection alive. */
const LONGEST_SILENCE_MS = 5_000;
/** Bytes of tool calls that are held. Larger ones pass as they come. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Holds tool calls, and everything after them, until they are whole. Until then another target can start them over. */
export class ToolCallBuffer {
  #held: Buffer[] | undefined;
  #bytes = 0;
  #heldSince = 0;

  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  /** Takes the next event and adds what may pass to `out`. `isWhole`: every choice has ended. */
  take({ bytes, content, silent }: SseEvent, isWhole: boolean, out: Buffer[]): void {
    if (content.calls && this.#held === undefined) {
      this.#held = [];
      this.#heldSince = performance.now();
    }
    const keepsAlive = silent && performance.now() - this.#heldSince > LONGEST_SILENCE_MS;
    if (this.#held === undefined || keepsAlive) {
      out.push(bytes);
      return;
    }
    this.#held.push(bytes);
    this.#bytes += bytes.length;
    if (!isWhole && this.#bytes < MOST_BYTES) return;
    for (const held of this.#held) out.push(held);
    this.#held = isWhole ? undefined : [];
  }
}
