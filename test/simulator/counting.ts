import type { Counting } from '../../src/demo/limiter.js';

/**
 * How a provider counts the units of one limit. Unlike the demo's limiters it can count what does not fit and return a
 * surplus. Times are epoch ms on the provider's clock.
 */
export interface Counter {
  /** Units left; negative after a charge that did not fit. */
  left(): number;
  /** When all units are free, if nothing more is counted. */
  fullAt(): number;
  /** Ms until `units` are left. Call it only when fewer are left and the limit allows so many. */
  waitFor(units: number): number;
  /** Counts units, whether they fit or not. Returns a function that returns some of them. */
  charge(units: number): (back: number) => void;
}

/** @param now the provider's clock */
export const counterOf = (counting: Counting, limit: number, windowMs: number, now: () => number): Counter => {
  if (counting === 'fixed') return new FixedCounter(limit, windowMs, now);
  return counting === 'sliding' ? new SlidingCounter(limit, windowMs, now) : new BucketCounter(limit, windowMs, now);
};

/** Windows of the wall clock: `1m` begins with the minute, `1d` at 00:00 UTC. */
class FixedCounter implements Counter {
  #window = Number.NaN;
  #used = 0;

  constructor(
    readonly limit: number,
    readonly windowMs: number,
    readonly now: () => number,
  ) {}

  left(): number {
    this.#roll();
    return this.limit - this.#used;
  }

  fullAt(): number {
    this.#roll();
    return (this.#window + 1) * this.windowMs;
  }

  waitFor(): number {
    return this.fullAt() - this.now();
  }

  charge(units: number): (back: number) => void {
    this.#roll();
    this.#used += units;
    const window = this.#window;
    return (back) => {
      this.#roll();
      if (window === this.#window) this.#used -= back;
    };
  }

  #roll(): void {
    const window = Math.floor(this.now() / this.windowMs);
    if (window === this.#window) return;
    this.#window = window;
    this.#used = 0;
  }
}

/** Each unit is free one window after it was counted. */
class SlidingCounter implements Counter {
  /** Oldest first. */
  #uses: { units: number; readonly backAt: number }[] = [];
  #used = 0;

  constructor(
    readonly limit: number,
    readonly windowMs: number,
    readonly now: () => number,
  ) {}

  left(): number {
    while ((this.#uses[0]?.backAt ?? Number.POSITIVE_INFINITY) <= this.now())
      this.#used -= this.#uses.shift()?.units ?? 0;
    return this.limit - this.#used;
  }

  fullAt(): number {
    return this.#uses.at(-1)?.backAt ?? this.now();
  }

  waitFor(units: number): number {
    let left = this.left();
    const enough = this.#uses.find((use) => {
      left += use.units;
      return left >= units;
    });
    return enough === undefined ? 0 : enough.backAt - this.now();
  }

  charge(units: number): (back: number) => void {
    const use = { units, backAt: this.now() + this.windowMs };
    this.#uses.push(use);
    this.#used += units;
    return (back) => {
      this.left();
      if (use.backAt <= this.now()) return;
      use.units -= back;
      this.#used -= back;
    };
  }
}

/** A bucket that refills continuously, completely within one window. */
class BucketCounter implements Counter {
  #level: number;
  #at: number;

  constructor(
    readonly limit: number,
    readonly windowMs: number,
    readonly now: () => number,
  ) {
    this.#level = limit;
    this.#at = now();
  }

  left(): number {
    return Math.floor(this.#fill() + 1e-6);
  }

  fullAt(): number {
    return this.now() + this.#msFor(this.limit);
  }

  waitFor(units: number): number {
    return this.#msFor(units);
  }

  charge(units: number): (back: number) => void {
    this.#level = this.#fill() - units;
    return (back) => {
      this.#level = Math.min(this.limit, this.#fill() + back);
    };
  }

  #msFor(units: number): number {
    return Math.ceil(((units - this.#fill()) * this.windowMs) / this.limit);
  }

  #fill(): number {
    const now = this.now();
    this.#level = Math.min(this.limit, this.#level + ((now - this.#at) * this.limit) / this.windowMs);
    this.#at = now;
    return this.#level;
  }
}

/** Concurrent units: they are free only when their holders return them. */
export class SlotCounter implements Counter {
  #held = 0;

  constructor(readonly limit: number) {}

  left(): number {
    return this.limit - this.#held;
  }

  fullAt(): number {
    return Number.NaN;
  }

  waitFor(): number {
    return Number.NaN;
  }

  charge(units: number): (back: number) => void {
    this.#held += units;
    return (back) => {
      this.#held -= back;
    };
  }
}
