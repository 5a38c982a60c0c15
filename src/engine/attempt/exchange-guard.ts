import type { Caller } from '../caller.js';
import type { TargetTimeouts } from '../target.js';
import { Deadline } from './deadline.js';
import type { Exchange } from './exchange.js';

/** Aborts an exchange when a time limit expires or the caller leaves. */
export class ExchangeGuard {
  readonly deadline: Deadline;
  readonly #stopWatching: () => void;

  constructor(exchange: Exchange, timeouts: TargetTimeouts, caller: Caller) {
    const abort = (cause: Error): void => exchange.abort(cause);
    this.deadline = new Deadline(timeouts, abort);
    this.#stopWatching = caller.onLeave(abort);
  }

  /** The exchange is over. */
  release(): void {
    this.deadline.clear();
    this.#stopWatching();
  }
}
