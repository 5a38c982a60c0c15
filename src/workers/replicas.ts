import type { UnitStore } from '../plugin/door/unit-store.js';

/** The replicas on all machines that share a unit store, if the store passes on what they tell. */
export class Replicas {
  readonly #listeners = new Map<string, (value: unknown) => void>();
  readonly #onConnected = new Set<() => void>();
  #store: UnitStore | undefined;
  #unsubscribe = (): void => {};

  /** Uses this store from now on. */
  use(store: UnitStore | undefined): void {
    if (store === this.#store) return;
    this.#unsubscribe();
    this.#store = store;
    this.#unsubscribe =
      store?.onEvent((event) => {
        if (event.type === 'told') this.#listeners.get(event.topic)?.(event.value);
        else if (event.type === 'connection' && event.connected) this.#connect();
      }) ?? (() => {});
    if (this.connected) this.#connect();
  }

  /** Whether `tell` can reach others. */
  get connected(): boolean {
    return this.#store?.tell !== undefined && this.#store.connected;
  }

  /** Tells the others, if they are connected. */
  tell(topic: string, value?: unknown): void {
    this.#store?.tell?.(topic, value);
  }

  /** Hears what others tell. A topic has one listener. */
  hear(topic: string, listener: (value: unknown) => void): void {
    this.#listeners.set(topic, listener);
  }

  /** Calls `listener` when this process is connected: it does not know what was told before. */
  onConnected(listener: () => void): void {
    this.#onConnected.add(listener);
  }

  #connect(): void {
    for (const listener of this.#onConnected) listener();
  }
}
