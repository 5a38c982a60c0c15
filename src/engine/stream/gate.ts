import type { SseEvent } from './events.js';

/** Decides what of a stream's beginning is for the caller, who sees nothing of it until then. */
export interface StreamGate {
  /** The next frame. @returns frames for the caller, once that is certain. @throws NoOverlap */
  take(block: SseEvent): readonly SseEvent[] | undefined;
  /** Nothing more comes. @returns frames for the caller; `undefined`: this was no answer. @throws NoOverlap */
  end(): readonly SseEvent[] | undefined;
}

/** A new answer: all of it, as soon as something real has come. */
export class FirstTokenGate implements StreamGate {
  readonly #held: SseEvent[] = [];

  take(block: SseEvent): readonly SseEvent[] | undefined {
    this.#held.push(block);
    return block.content.real ? this.#held : undefined;
  }

  end(): undefined {
    return undefined;
  }
}
