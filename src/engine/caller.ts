/** Whoever waits for the answer, and may leave at any moment. Cheaper than an AbortSignal, which is all it replaces. */
export class Caller {
  #gone = false;
  readonly #listeners = new Set<() => void>();

  get gone(): boolean {
    return this.#gone;
  }

  leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }

  /** Calls `listener` when the caller leaves; never if it has left already. @returns how to stop it. */
  onLeave(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The caller left before its answer was whole. */
export class CallerGone extends Error {
  constructor() {
    super('The caller left.');
    this.name = 'CallerGone';
  }
}
