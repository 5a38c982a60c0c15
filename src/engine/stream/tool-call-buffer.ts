import type { SseEvent } from './events.js';

/** So long may tool calls hold back comments behind them. */
const LONGEST_SILENCE_MS = 5_000;
/** Bytes of tool calls that are held back. Longer ones go out as they come. */
const LONGEST = 8 * 1024 * 1024;

/** Tool calls, and what came behind them, until they are whole: until then another target can begin them anew. */
export class ToolCallBuffer {
  #held: Buffer[] | undefined;
  #bytes = 0;
  #since = 0;

  /** Something is held back. */
  get holding(): boolean {
    return this.#held !== undefined;
  }

  /** The next frame; what may go out by now goes behind `out`. `whole`: every choice came to its end. */
  take({ bytes, content, silent }: SseEvent, whole: boolean, out: Buffer[]): void {
    if (content.calls && this.#held === undefined) {
      this.#held = [];
      this.#since = performance.now();
    }
    // A comment keeps a connection alive: behind long calls it would come too late.
    const late = silent && performance.now() - this.#since > LONGEST_SILENCE_MS;
    if (this.#held === undefined || late) {
      out.push(bytes);
      return;
    }
    this.#held.push(bytes);
    this.#bytes += bytes.length;
    if (!whole && this.#bytes < LONGEST) return;
    for (const held of this.#held) out.push(held);
    this.#held = whole ? undefined : [];
  }
}
