import type { Counting } from '../../src/demo/limiter.js';

/**
 * How a provider counts the units of one limit. Unlike the demo's limiters it can be made to count what does not fit,
 * and to give back what was counted too much. Times are epoch ms on the provider's clock.
 */
export interface Counter {
  /** Units that are left; below zero after a charge that did not fit. */
  left(): number;
  /** When all is back, if nothing more is counted. */
  fullAt(): number;
  /** Ms until `units` are left; only asked when they are not, but can be. */
  waitFor(units: number): number;
  /** Counts units, whether they fit or not. @returns how to give some of them back. */
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

/** Each unit comes back one window after it was counted. */
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

/** A bucket that refills all the time, the whole of it in one window. */
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

/** Units at the same time: they come back only from those who hold them. */
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
