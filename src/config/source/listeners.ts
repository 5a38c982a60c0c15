/** Those who wait for one kind of news. */
export class Listeners<T> {
  readonly #listeners = new Set<(news: T) => void>();
  readonly #onFailure: (cause: unknown) => void;

  /** @param onFailure is told what a listener threw: nobody else is there to catch it */
  constructor(onFailure: (cause: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Returns what ends it. */
  add(listener: (news: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One listener's failure is not the others'. */
  tell(news: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(news);
      } catch (cause) {
        this.#onFailure(cause);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
