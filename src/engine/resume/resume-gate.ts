import { NoOverlap } from '../causes.js';
import { type SseEvent, withText } from '../stream/events.js';
import type { StreamGate } from '../stream/gate.js';
import { type Overlap, OverlapFinder, type ResumeMode } from './overlap.js';
import type { Transcript } from './transcript.js';

/**
 * An answer that takes up another one where it broke: only what follows the seam. Reasoning is left out: the caller has
 * got that of the first target, or does without.
 */
export class ResumeGate implements StreamGate {
  readonly #transcript: Transcript;
  readonly #seam: OverlapFinder;
  /** Frames that may be for the caller. */
  #held: SseEvent[] = [];

  constructor(transcript: Transcript, mode: ResumeMode) {
    this.#transcript = transcript;
    this.#seam = new OverlapFinder(transcript.text, mode);
  }

  take(block: SseEvent): readonly SseEvent[] | undefined {
    const { text, calls, finished } = block.content;
    if (text !== '' || calls || finished.length > 0) this.#held.push(block);
    if (calls) return this.#behind(this.#beforeCalls());
    if (finished.length > 0) {
      const early = text === '' ? undefined : this.#seam.take(text);
      return this.#behind(early ?? this.#seam.end());
    }
    const joint = text === '' ? undefined : this.#seam.take(text);
    return joint === undefined ? undefined : this.#behind(joint);
  }

  end(): readonly SseEvent[] | undefined {
    return this.#held.length === 0 ? undefined : this.#behind(this.#seam.end());
  }

  /** Where no text went out, or the first target broke off in a tool call, text before the new one is but a preface. */
  #beforeCalls(): Overlap {
    const { callsBroken, text } = this.#transcript;
    return callsBroken || text === '' ? { cut: Number.POSITIVE_INFINITY } : this.#seam.end();
  }

  #behind(joint: Overlap): readonly SseEvent[] {
    if (joint === 'none') throw new NoOverlap();
    let { cut } = joint;
    return this.#held.flatMap((block) => {
      const { text, calls, finished } = block.content;
      const repeated = Math.min(cut, text.length);
      cut -= repeated;
      if (repeated === 0) return [block];
      if (repeated === text.length && !calls && finished.length === 0) return [];
      return [{ ...block, bytes: withText(block, text.slice(repeated)) }];
    });
  }
}
