import { inTime } from './in-time.js';

/** How long a value may take to close. */
const CLOSING_MS = 5_000;

interface Entry {
  holders: number;
  /** Absent until a holder uses the value for the first time. */
  made?: { readonly value: unknown; readonly close: () => unknown };
}

/** The values of one app that outlive a reload: each is created at its first use and closed when its last holder releases it. */
export class SharedValues {
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Map<string, Promise<void>>();

  /** Keeps the value of `id` open until `release`. */
  hold(id: string): void {
    const entry = this.#entries.get(id) ?? { holders: 0 };
    entry.holders++;
    this.#entries.set(id, entry);
  }

  /** Resolves once no earlier value of `id` is being closed. */
  async closed(id: string): Promise<void> {
    await this.#closing.get(id);
  }

  /**
   * The value of `id`, made by `create` if no holder has used it yet. A promise that rejects is forgotten: the next use creates
   * the value again.
   * @throws what `create` throws; an Error without a holder
   */
  valueOf<T>(id: string, create: () => T, close: (value: T) => unknown): T {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error('this shared value is closed');
    if (entry.made === undefined) {
      const value = create();
      const made = { value, close: () => close(value) };
      entry.made = made;
      if (value instanceof Promise) {
        value.catch(() => {
          if (entry.made === made) delete entry.made;
        });
      }
    }
    return entry.made.value as T;
  }

  /** @throws what `close` throws, and an Error after `CLOSING_MS`: the value is gone then all the same */
  async release(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.holders--;
    if (entry.holders > 0) return;
    this.#entries.delete(id);
    if (entry.made === undefined) return;
    const { close } = entry.made;
    const closing = inTime(Promise.resolve().then(close), CLOSING_MS, 'it did not end');
    const settled = closing.then(
      () => {},
      () => {},
    );
    this.#closing.set(id, settled);
    await settled;
    if (this.#closing.get(id) === settled) this.#closing.delete(id);
    await closing;
  }
}
