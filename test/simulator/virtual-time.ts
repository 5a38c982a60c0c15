import { setImmediate as nextTurn } from 'node:timers';
import sinon, { type SinonFakeTimers } from 'sinon';

/** Everything that the engine and the world tell time by; nothing that the disk needs. */
const FAKED = ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] as const;

/** Time that passes as fast as the work in it gets done. One at a time in a process: it replaces the global timers. */
export class VirtualTime {
  readonly #timers: SinonFakeTimers;
  readonly #holds = new Set<Promise<unknown>>();

  /** @param startAt epoch ms */
  constructor(startAt: number) {
    this.#timers = sinon.useFakeTimers({ now: startAt, toFake: [...FAKED] });
  }

  /** No time passes until `work` is done: what waits for the disk must not see hours go by. */
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
   * @throws when nothing is left that could ever settle it
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
      else if (!(await this.#stirs(() => over))) throw new Error('Nothing will ever happen again in this world.');
      await turn();
    }
    return watched;
  }

  /** Resolves when no work holds the time, and what waited for such work has gone on. */
  async #released(): Promise<void> {
    while (this.#holds.size > 0) {
      await Promise.all(this.#holds);
      await turn();
    }
  }

  /** Back to the real time. */
  end(): void {
    this.#timers.restore();
  }

  /** Without a timer something may still come from the disk. */
  async #stirs(over: () => boolean): Promise<boolean> {
    for (let turns = 0; turns < 10_000; turns++) {
      if (over() || this.#holds.size > 0 || this.#timers.countTimers() > 0) return true;
      await turn();
    }
    return false;
  }
}

/** Lets everything that hangs on promises alone happen. */
const turn = (): Promise<void> => new Promise((resolve) => void nextTurn(resolve));
