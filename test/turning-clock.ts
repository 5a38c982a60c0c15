import type { Clock } from '../src/clock.js';

/** A clock that stands still until a test advances it. */
export class TurningClock implements Clock {
  #at: number;

  constructor(at = Date.UTC(2026, 0, 1, 12)) {
    this.#at = at;
  }

  now = (): number => this.#at;
  monotonic = (): number => this.#at;

  turn(ms: number): void {
    this.#at += ms;
  }
}
