import { setImmediate as nextTurn } from 'node:timers';
import sinon, { type SinonFakeTimers } from 'sinon';

/** All clocks and timers of the engine and the world; none that the disk needs. */
const FAKED = ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] as const;

/** Time that passes as fast as its work is done. Use one at a time in a process: it replaces the global timers. */
export class VirtualTime {
  readonly #timers: SinonFakeTimers;
  readonly #holds = new Set<Promise<unknown>>();

  /** @param startAt epoch ms */
  constructor(startAt: number) {
    this.#timers = sinon.useFakeTimers({ now: startAt, toFake: [...FAKED] });
  }

  /** Stops time until `work` is done, so that no hours pass while the disk works. */
  async hold<T>(work: Promise<T>): Promise<T> {
    const held = work.catch(() => {});
    this.#holds.add(held);
    try {
      return await work;
    } finally {
      this.#holds.delete(held);
    }
  }

  /**
   * Fires one timer after the other until `promise` is settled.
   * @throws when nothing is left that could settle it
   */
  async until<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const watched = promise.finally(() => {
      over = true;
    });
    watched.catch(() => {});
    await turn();
    while (!over) {
      await this.#released();
      if (this.#timers.countTimers() > 0) this.#timers.next();
      else if (!(await this.#stirs(() => over)))
        throw new Error('No timer and no work is left that could settle the simulation.');
      await turn();
    }
    return watched;
  }

  /** Resolves when no work stops time and everything that waited for such work has continued. */
  async #released(): Promise<void> {
    while (this.#holds.size > 0) {
      await Promise.all(this.#holds);
      await turn();
    }
  }

  /** Restores the real time. */
  end(): void {
    this.#timers.restore();
  }

  /** Without a timer, the disk may still deliver something. */
  async #stirs(over: () => boolean): Promise<boolean> {
    for (let turns = 0; turns < 10_000; turns++) {
      if (over() || this.#holds.size > 0 || this.#timers.countTimers() > 0) return true;
      await turn();
    }
    return false;
  }
}

/** Resolves when everything that depends on promises alone has run. */
const turn = (): Promise<void> => new Promise((resolve) => void nextTurn(resolve));
