import { NoOverlap } from '../causes.js';
import { type SseEvent, withText } from '../stream/frames/events.js';
import type { StreamGate } from '../stream/gate.js';
import { type Overlap, OverlapFinder, type ResumeMode } from './overlap.js';
import type { Transcript } from './transcript.js';

/**
 * Lets through what continues an answer that broke off, without the part that the caller already has. Leaves out reasoning:
 * the caller has the first target's, or none.
 */
export class ResumeGate implements StreamGate {
  readonly #transcript: Transcript;
  readonly #finder: OverlapFinder;
  /** Events that may be for the caller. */
  readonly #held: SseEvent[] = [];

  constructor(transcript: Transcript, mode: ResumeMode) {
    this.#transcript = transcript;
    this.#finder = new OverlapFinder(transcript.text, mode);
  }

  take(event: SseEvent): readonly SseEvent[] | undefined {
    const { text, calls, finished } = event.content;
    if (text !== '' || calls || finished.length > 0) this.#held.push(event);
    if (calls) return this.#after(this.#overlapBeforeCalls());
    const overlap = text === '' ? undefined : this.#finder.take(text);
    if (finished.length > 0) return this.#after(overlap ?? this.#finder.end());
    return overlap === undefined ? undefined : this.#after(overlap);
  }

  end(): readonly SseEvent[] | undefined {
    return this.#held.length === 0 ? undefined : this.#after(this.#finder.end());
  }

  /** If the caller has no text, or the first target broke off in a tool call, text before the new call is left out. */
  #overlapBeforeCalls(): Overlap {
    const { callsBroken, text } = this.#transcript;
    return callsBroken || text === '' ? { cut: Number.POSITIVE_INFINITY } : this.#finder.end();
  }

  /** @throws NoOverlap */
  #after(overlap: Overlap): readonly SseEvent[] {
    if (overlap === 'none') throw new NoOverlap();
    let { cut } = overlap;
    return this.#held.flatMap((event) => {
      const { text, calls, finished } = event.content;
      const repeated = Math.min(cut, text.length);
      cut -= repeated;
      if (repeated === 0) return [event];
      if (repeated === text.length && !calls && finished.length === 0) return [];
      return [withText(event, text.slice(repeated))];
    });
  }
}
