import type { SseEvent } from '../frames/events.js';

/** Bytes of tool calls that are held. Larger ones pass as they come. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Holds tool calls, and everything after them, until they are whole. Until then another target can start them over. */
export class ToolCallBuffer {
  #held: SseEvent[] | undefined;
  #bytes = 0;

  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  /** Takes the next event and adds what may pass to `out`. `isWhole`: every choice has ended. */
  take(event: SseEvent, isWhole: boolean, out: SseEvent[]): void {
    if (event.content.calls) this.#held ??= [];
    if (this.#held === undefined) {
      out.push(event);
      return;
    }
    this.#held.push(event);
    this.#bytes += event.bytes.length;
    if (!isWhole && this.#bytes < MOST_BYTES) return;
    for (const held of this.#held) out.push(held);
    this.#held = isWhole ? undefined : [];
  }
}
