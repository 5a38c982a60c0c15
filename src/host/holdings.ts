import type { SharedValues } from './shared-values.js';

/** The shared values that the plugins of one runtime hold, from its start to its end. */
export class Holdings {
  readonly #values: SharedValues;
  readonly #keys = new Map<string, { readonly plugin: string; readonly key: string }>();
  #phase: 'built' | 'started' | 'ended' = 'built';

  constructor(values: SharedValues) {
    this.#values = values;
  }

  /** A function that returns the value which `plugin` shares under `key`. It throws before `start`. */
  add<T>(plugin: string, key: string, create: () => T, close: (value: T) => unknown): () => T {
    const id = JSON.stringify([plugin, key]);
    if (!this.#keys.has(id)) {
      this.#keys.set(id, { plugin, key });
      if (this.#phase === 'started') this.#values.hold(id);
    }
    return () => {
      if (this.#phase !== 'built') return this.#values.valueOf(id, create, close);
      throw new Error(`the shared value "${key}" is used in apply. Use it in onReady, a hook or a route`);
    };
  }

  /** Holds every value. Resolves once none of them is being closed by an earlier runtime. */
  async start(): Promise<void> {
    this.#phase = 'started';
    for (const id of this.#keys.keys()) this.#values.hold(id);
    for (const id of this.#keys.keys()) await this.#values.closed(id);
  }

  /** Releases every value. Calls `onFailure` for each that cannot be closed. */
  async end(onFailure: (plugin: string, key: string, error: unknown) => void): Promise<void> {
    const held = this.#phase === 'started' ? [...this.#keys] : [];
    this.#phase = 'ended';
    const release = ([id, { plugin, key }]: (typeof held)[number]): Promise<void> =>
      this.#values.release(id).catch((error: unknown) => onFailure(plugin, key, error));
    await Promise.all(held.map(release));
  }
}
