/** The listeners of one kind of event. */
export class Listeners<T> {
  readonly #listeners = new Set<(event: T) => void>();
  readonly #onFailure: (cause: unknown) => void;

  /** @param onFailure called with what a listener throws */
  constructor(onFailure: (cause: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** @returns a function that removes the listener */
  add(listener: (event: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls every listener, also after one throws. */
  emit(event: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (cause) {
        this.#onFailure(cause);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
