import type { SseEvent } from '../frames/events.js';

/** How much of a streamed answer has ended. */
export class Completion {
  readonly #choices: number;
  /** Choices that have ended, once there is one. */
  #finished: Set<number> | undefined;
  /** The stream sent `[DONE]`. */
  isDone = false;

  /** `choices` is the number of choices that the caller asked for. Each must come to its end. */
  constructor(choices: number) {
    this.#choices = choices;
  }

  add({ content, done }: SseEvent): void {
    for (const index of content.finished) {
      this.#finished ??= new Set();
      this.#finished.add(index);
    }
    if (done) this.isDone = true;
  }

  /** Every choice has ended with a finish reason. */
  get isFinished(): boolean {
    return (this.#finished?.size ?? 0) >= this.#choices;
  }

  /** Every choice has ended. What follows is not part of the answer. */
  get isWhole(): boolean {
    return this.isDone || this.isFinished;
  }
}
