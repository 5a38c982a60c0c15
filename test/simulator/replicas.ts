import { MemoryStore } from '../../src/ledger/shared/memory-store.js';
import { MemoryUnits } from '../../src/ledger/shared/memory-units.js';
import type { UnitStore, UnitStoreEvent } from '../../src/plugin/door/unit-store.js';
import type { Run } from './simulation.js';

/** From a process to a store in the same network, and back, in ms. Parts of a millisecond would not keep calls in their order. */
const ONE_WAY_MS = 1;
/** How long a process waits for the store. */
const DEADLINE_MS = 50;
const MINUTE_MS = 60_000;

/** When no process reaches the store, in minutes after the start. */
export interface Away {
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** Returns how a workload runs on several processes that count together. */
export const together = (replicas: number, away?: Away): Run => {
  const units = new MemoryUnits(() => Date.now());
  let start: number | undefined;
  const connect = (): DistantStore => {
    start ??= Date.now();
    return new DistantStore(new MemoryStore(units, 'store'), away, start);
  };
  return { replicas, connect };
};

/** The store, as a process sees it over a network. A process that dies leaves its leases behind. */
class DistantStore implements UnitStore {
  readonly name = 'store';
  readonly #store: MemoryStore;
  readonly #isAway: () => boolean;
  readonly #listeners = new Set<(event: UnitStoreEvent) => void>();
  #dead = false;
  #replicas = 1;

  constructor(store: MemoryStore, away: Away | undefined, start: number) {
    this.#store = store;
    const [from, to] = away === undefined ? [0, 0] : [away.fromMinute * MINUTE_MS, away.toMinute * MINUTE_MS];
    this.#isAway = () => Date.now() >= start + from && Date.now() < start + to;
    store.onEvent((event) => {
      if (!this.#isAway()) this.#tell(event);
    });
    if (away !== undefined)
      setTimeout(
        () => this.#tell({ type: 'connection', connected: true }),
        Math.max(0, start + to - Date.now()),
      ).unref();
  }

  get connected(): boolean {
    return !this.#isAway();
  }

  get replicas(): number {
    if (!this.#isAway()) this.#replicas = this.#store.replicas;
    return this.#replicas;
  }

  hold(...asked: Parameters<UnitStore['hold']>): ReturnType<UnitStore['hold']> {
    return this.#ask(() => this.#store.hold(...asked));
  }

  counts(scopes: readonly string[]): ReturnType<UnitStore['counts']> {
    return this.#ask(() => this.#store.counts(scopes));
  }

  known(scopes: readonly string[]): ReturnType<UnitStore['known']> {
    return this.#ask(() => this.#store.known(scopes));
  }

  report(...sent: Parameters<UnitStore['report']>): void {
    this.#send(() => this.#store.report(...sent));
  }

  end(...sent: Parameters<UnitStore['end']>): void {
    this.#send(() => this.#store.end(...sent));
  }

  share(...sent: Parameters<UnitStore['share']>): void {
    this.#send(() => this.#store.share(...sent));
  }

  endCooldown(...sent: Parameters<UnitStore['endCooldown']>): void {
    this.#send(() => this.#store.endCooldown(...sent));
  }

  reset(scope: string): void {
    this.#send(() => this.#store.reset(scope));
  }

  onEvent(listener: (event: UnitStoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  die(): void {
    this.#dead = true;
    this.#store.close();
  }

  #tell(event: UnitStoreEvent): void {
    if (!this.#dead) for (const listener of this.#listeners) listener(event);
  }

  async #ask<T>(answer: () => Promise<T>): Promise<T> {
    await pause(ONE_WAY_MS);
    if (this.#isAway() || this.#dead) {
      await pause(DEADLINE_MS);
      throw new Error('The store does not answer.');
    }
    const result = await answer();
    await pause(ONE_WAY_MS);
    return result;
  }

  #send(action: () => void): void {
    setTimeout(() => {
      if (!this.#dead && !this.#isAway()) action();
    }, ONE_WAY_MS);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
