/** How a limit gives units back: at once when a wall-clock window ends, each one a window after it was taken, or bit by bit. */
export type Counting = 'fixed' | 'sliding' | 'refilling';

/** What is left of a limit. Whole units. */
export interface Standing {
  readonly limit: number;
  readonly remaining: number;
  /** Epoch ms: all of it is back by then, if nothing more is taken. `undefined` when that hangs on those who hold it. */
  readonly resetAt: number | undefined;
}

export interface Refusal extends Standing {
  readonly granted: false;
  /** Until the units fit, if nothing more is taken. `Infinity`: never. `undefined`: when somebody gives units back. */
  readonly retryAfterMs: number | undefined;
}

export type Taking = { readonly granted: true } | Refusal;

/** One limit and what was taken of it. It grants whole units or none. */
export abstract class Limiter {
  constructor(readonly limit: number) {}

  abstract standing(): Standing;

  /** Why `units` do not fit now; `undefined` when they do. Takes nothing. */
  refuse(units: number): Refusal | undefined {
    const standing = this.standing();
    if (units <= standing.remaining) return undefined;
    const retryAfterMs = units > this.limit ? Number.POSITIVE_INFINITY : this.waitFor(units);
    return { granted: false, ...standing, retryAfterMs };
  }

  tryTake(units: number): Taking {
    const refusal = this.refuse(units);
    if (refusal !== undefined) return refusal;
    this.take(units);
    return { granted: true };
  }

  /** Only slots come back this way: a request and its tokens stay spent, also when the caller leaves. */
  giveBack(_units: number): void {}

  /** Only called when `units` fit. */
  protected abstract take(units: number): void;
  /** Ms until `units` fit; only called when they do not fit now, but can. */
  protected abstract waitFor(units: number): number | undefined;
}

/** Windows of the wall clock, each one full at its start: `1m` begins with the minute, `1d` at 00:00 UTC. */
class FixedWindow extends Limiter {
  readonly #windowMs: number;
  readonly #now: () => number;
  #endsAt = 0;
  #taken = 0;

  constructor(limit: number, windowMs: number, now: () => number) {
    super(limit);
    this.#windowMs = windowMs;
    this.#now = now;
  }

  standing(): Standing {
    this.#roll();
    return { limit: this.limit, remaining: this.limit - this.#taken, resetAt: this.#endsAt };
  }

  protected take(units: number): void {
    this.#taken += units;
  }

  protected waitFor(): number {
    return this.#endsAt - this.#now();
  }

  #roll(): void {
    const now = this.#now();
    if (now < this.#endsAt) return;
    this.#endsAt = now - (now % this.#windowMs) + this.#windowMs;
    this.#taken = 0;
  }
}

/** Each unit comes back one window after it was taken. */
class SlidingWindow extends Limiter {
  readonly #windowMs: number;
  readonly #now: () => number;
  /** Oldest first. */
  #takings: { readonly backAt: number; readonly units: number }[] = [];

  constructor(limit: number, windowMs: number, now: () => number) {
    super(limit);
    this.#windowMs = windowMs;
    this.#now = now;
  }

  standing(): Standing {
    const now = this.#now();
    this.#takings = this.#takings.filter(({ backAt }) => backAt > now);
    const taken = this.#takings.reduce((sum, { units }) => sum + units, 0);
    return { limit: this.limit, remaining: this.limit - taken, resetAt: this.#takings.at(-1)?.backAt ?? now };
  }

  protected take(units: number): void {
    this.#takings.push({ backAt: this.#now() + this.#windowMs, units });
  }

  protected waitFor(units: number): number {
    let { remaining } = this.standing();
    const enough = this.#takings.find((taking) => {
      remaining += taking.units;
      return remaining >= units;
    });
    return enough === undefined ? 0 : enough.backAt - this.#now();
  }
}

/** What repeated addition may be off by, in ms: it must neither cost a unit nor give one away. */
const HAIR_MS = 1e-3;

/** A bucket that refills all the time, the whole of it in one window. */
class RefillingBucket extends Limiter {
  readonly #windowMs: number;
  readonly #msPerUnit: number;
  readonly #now: () => number;
  readonly #origin: number;
  /** Ms since the origin: the bucket is full then. It says how full it is now. */
  #fullAt = 0;

  constructor(limit: number, windowMs: number, now: () => number) {
    super(limit);
    this.#windowMs = windowMs;
    this.#msPerUnit = windowMs / limit;
    this.#now = now;
    this.#origin = now();
  }

  /** The reset fits the whole units that are said to remain, so that the two together state the true speed. */
  standing(): Standing {
    const remaining = Math.floor((this.#windowMs - this.#missingMs() + HAIR_MS) / this.#msPerUnit);
    const missingMs = Math.ceil((this.limit - remaining) * this.#msPerUnit - HAIR_MS);
    return { limit: this.limit, remaining, resetAt: this.#now() + missingMs };
  }

  protected take(units: number): void {
    this.#fullAt = this.#now() - this.#origin + this.#missingMs() + units * this.#msPerUnit;
  }

  protected waitFor(units: number): number {
    return Math.ceil(this.#missingMs() + units * this.#msPerUnit - this.#windowMs - HAIR_MS / 2);
  }

  #missingMs(): number {
    return Math.max(0, this.#fullAt - (this.#now() - this.#origin));
  }
}

/** Units at the same time. */
export class Slots extends Limiter {
  #held = 0;

  standing(): Standing {
    return { limit: this.limit, remaining: this.limit - this.#held, resetAt: undefined };
  }

  override giveBack(units: number): void {
    this.#held -= units;
  }

  protected take(units: number): void {
    this.#held += units;
  }

  protected waitFor(): undefined {
    return undefined;
  }
}

/** @param now epoch ms */
export const windowLimiter = (counting: Counting, limit: number, windowMs: number, now: () => number): Limiter => {
  if (counting === 'fixed') return new FixedWindow(limit, windowMs, now);
  return counting === 'sliding' ? new SlidingWindow(limit, windowMs, now) : new RefillingBucket(limit, windowMs, now);
};
