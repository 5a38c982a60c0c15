import { CallerGone } from './causes.js';

/** The caller of one request, who may leave at any moment. A cheaper AbortSignal. */
export class Caller {
  #cause: Error | undefined;
  readonly #listeners: ((cause: Error) => void)[] = [];

  /** Why the caller no longer waits; absent while it does. */
  get gone(): Error | undefined {
    return this.#cause;
  }

  /** The caller left, or 429chain ends its request with `cause`. The first cause counts. */
  leave(cause: Error = new CallerGone()): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    for (const listener of this.#listeners.splice(0)) listener(cause);
  }

  /** Calls `listener` when the caller leaves; never if it has left before. Returns a function that stops this. */
  onLeave(listener: (cause: Error) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      const at = this.#listeners.indexOf(listener);
      if (at !== -1) this.#listeners.splice(at, 1);
    };
  }
}
