import type { ChainRequest, Parts } from './attempt.js';
import { Queue } from './queue.js';
import { type Served, Walk } from './walk.js';

/** Walks a chain until an attempt succeeds. */
export class Waterfall {
  readonly #parts: Parts;
  readonly #queue: Queue;
  #active = 0;
  #onIdle: (() => void)[] = [];

  constructor(parts: Parts, maxWaiting: number) {
    this.#parts = parts;
    this.#queue = new Queue(parts.ledger, parts.clock, maxWaiting);
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * @throws ChainError `chain_exhausted` when no target can answer within the chain's `maxWait`.
   * @throws CallerGone when nobody waits for the answer any more.
   */
  run(request: ChainRequest): Promise<Served> {
    this.#active++;
    return new Walk(this.#parts, this.#queue, request, () => this.#over()).run();
  }

  /** Resolves when no request is under way, its answer included. */
  idle(): Promise<void> {
    return this.#active === 0 ? Promise.resolve() : new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Those who wait are refused. */
  close(): void {
    this.#queue.close();
  }

  #over(): void {
    this.#active--;
    if (this.#active > 0) return;
    for (const resolve of this.#onIdle) resolve();
    this.#onIdle = [];
  }
}
