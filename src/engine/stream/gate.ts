import type { Block } from './events.js';

/** Decides what of a stream's beginning is for the caller, who sees nothing of it until then. */
export interface Opening {
  /** The next frame. @returns frames for the caller, once that is certain. @throws NoOverlap */
  take(block: Block): readonly Block[] | undefined;
  /** Nothing more comes. @returns frames for the caller; `undefined`: this was no answer. @throws NoOverlap */
  end(): readonly Block[] | undefined;
}

/** A new answer: all of it, as soon as something real has come. */
export class FirstEvent implements Opening {
  readonly #held: Block[] = [];

  take(block: Block): readonly Block[] | undefined {
    this.#held.push(block);
    return block.content.real ? this.#held : undefined;
  }

  end(): undefined {
    return undefined;
  }
}
