import { SlidingWindow } from './sliding-window.js';
import type { Window } from './window.js';

/** The window of a quota whose limit nothing has named yet: it never runs out. */
export class UnknownWindow implements Window {
  readonly limit = undefined;
  readonly countsUses = false;
  readonly resetsAtOnce = false;
  readonly unconfirmed = false;
  readonly #spanMs: number | undefined;

  /** `spanMs`: the length of the window, where it is known. */
  constructor(spanMs: number | undefined) {
    this.#spanMs = spanMs;
  }

  left(): number {
    return Number.POSITIVE_INFINITY;
  }

  freeAt(_units: number, now: number): number {
    return now;
  }

  use(): void {}

  resetAt(): undefined {}

  confirm(): void {}

  declare(limit: number): Window {
    return new SlidingWindow(limit, this.#spanMs);
  }

  observe(): undefined {}

  snapshot(): undefined {}
}
