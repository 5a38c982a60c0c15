import { CallerGone } from './causes.js';

/** Whoever waits for the answer, and may leave at any moment. Cheaper than an AbortSignal, which is all it replaces. */
export class Caller {
  #cause: Error | undefined;
  readonly #listeners = new Set<(cause: Error) => void>();

  /** Why nobody waits any more; absent while somebody does. */
  get gone(): Error | undefined {
    return this.#cause;
  }

  /** The caller is gone, or is sent away with `cause`. */
  leave(cause: Error = new CallerGone()): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    for (const listener of [...this.#listeners]) listener(cause);
    this.#listeners.clear();
  }

  /** Calls `listener` when the caller leaves; never if it has left already. @returns how to stop it. */
  onLeave(listener: (cause: Error) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
