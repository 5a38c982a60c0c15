import { CallerGone } from './causes.js';

const NO_LISTENERS: readonly ((cause: Error) => void)[] = [];

/** The caller of one request, who may leave at any moment. A cheaper AbortSignal. */
export class Caller {
  #cause: Error | undefined;
  /** Hardly ever more than one. */
  #listeners: readonly ((cause: Error) => void)[] = NO_LISTENERS;

  /** Why the caller no longer waits; absent while it does. */
  get gone(): Error | undefined {
    return this.#cause;
  }

  /** The caller left, or 429chain ends its request with `cause`. The first cause counts. */
  leave(cause: Error = new CallerGone()): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    const listeners = this.#listeners;
    this.#listeners = NO_LISTENERS;
    for (const listener of listeners) listener(cause);
  }

  /** Calls `listener` when the caller leaves; never if it has left before. Returns a function that stops this. */
  onLeave(listener: (cause: Error) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((each) => each !== listener);
    };
  }
}
