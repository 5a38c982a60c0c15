import type { SseEvent } from './frames/events.js';

/** Decides what the caller gets of the beginning of a stream. The caller gets nothing until the gate opens. */
export interface StreamGate {
  /**
   * Takes the next event. Returns the events for the caller once the gate opens, and `undefined` until then.
   * @throws NoOverlap
   */
  take(event: SseEvent): readonly SseEvent[] | undefined;
  /**
   * The stream is over. Returns the events for the caller, or `undefined` when it contained no answer.
   * @throws NoOverlap
   */
  end(): readonly SseEvent[] | undefined;
}

/** Opens at the first event with content, and lets everything through. */
export class FirstTokenGate implements StreamGate {
  #held: SseEvent[] = [];
  readonly #mayBeEmpty: boolean;

  /** `mayBeEmpty`: a stream without content is an answer if it ended with a finish reason. */
  constructor(mayBeEmpty = false) {
    this.#mayBeEmpty = mayBeEmpty;
  }

  take(event: SseEvent): readonly SseEvent[] | undefined {
    if (!event.content.real) {
      this.#held.push(event);
      return undefined;
    }
    const events = this.#held.length === 0 ? [event] : [...this.#held, event];
    this.#held = [];
    return events;
  }

  end(): readonly SseEvent[] | undefined {
    const hasEnded = this.#held.some(({ content }) => content.finished.length > 0);
    return this.#mayBeEmpty && hasEnded ? this.#held : undefined;
  }
}
