import { nextMidnightIn } from '../plugin/readers/headers/resets.js';

/**
 * How a limit recovers. `fixed`: completely when a wall-clock window ends · `sliding`: each unit one window after it was
 * taken · `refilling`: continuously.
 */
export type Counting = 'fixed' | 'sliding' | 'refilling';

/** The state of a limit, in whole units. */
export interface Standing {
  readonly limit: number;
  readonly remaining: number;
  /** When the limit is fully available if nothing more is taken, epoch ms. `undefined` for slots. */
  readonly resetAt: number | undefined;
}

export interface Refusal extends Standing {
  readonly granted: false;
  /** How long until the units are available if nothing more is taken. `Infinity`: never. `undefined`: when a slot is released. */
  readonly retryAfterMs: number | undefined;
}

export type Taking = { readonly granted: true } | Refusal;

/** A limit and its use. It grants a request all of its units, or none. */
export abstract class Limiter {
  constructor(readonly limit: number) {}

  abstract standing(): Standing;

  /** The refusal of `units`, or `undefined` if they are available. Takes nothing. */
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

  /** Releases slots. Requests and tokens stay used, also when the client disconnects. */
  giveBack(_units: number): void {}

  /** Called only if `units` are available. */
  protected abstract take(units: number): void;
  /** Ms until `units` are available. Called only if they are not, but can be. */
  protected abstract waitFor(units: number): number | undefined;
}

/** Windows that follow each other without a gap. */
class FixedWindow extends Limiter {
  readonly #endOf: (now: number) => number;
  readonly #now: () => number;
  #endsAt = 0;
  #taken = 0;

  /** @param endOf the end of the window that a moment is in; both are epoch ms */
  constructor(limit: number, endOf: (now: number) => number, now: () => number) {
    super(limit);
    this.#endOf = endOf;
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
    this.#endsAt = this.#endOf(now);
    this.#taken = 0;
  }
}

/** Each unit becomes available again one window after it was taken. */
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

/** The tolerance for rounding errors, in ms, so that they neither cost nor add a unit. */
const TOLERANCE_MS = 1e-3;

/** A bucket that refills continuously, completely within one window. */
class RefillingBucket extends Limiter {
  readonly #windowMs: number;
  readonly #msPerUnit: number;
  readonly #now: () => number;
  readonly #origin: number;
  /** When the bucket is full, in ms since the origin. */
  #fullAt = 0;

  constructor(limit: number, windowMs: number, now: () => number) {
    super(limit);
    this.#windowMs = windowMs;
    this.#msPerUnit = windowMs / limit;
    this.#now = now;
    this.#origin = now();
  }

  /** The reset time matches the whole units that remain, so that both together give the exact refill rate. */
  standing(): Standing {
    const remaining = Math.floor((this.#windowMs - this.#missingMs() + TOLERANCE_MS) / this.#msPerUnit);
    const missingMs = Math.ceil((this.limit - remaining) * this.#msPerUnit - TOLERANCE_MS);
    return { limit: this.limit, remaining, resetAt: this.#now() + missingMs };
  }

  protected take(units: number): void {
    this.#fullAt = this.#now() - this.#origin + this.#missingMs() + units * this.#msPerUnit;
  }

  protected waitFor(units: number): number {
    return Math.ceil(this.#missingMs() + units * this.#msPerUnit - this.#windowMs - TOLERANCE_MS / 2);
  }

  #missingMs(): number {
    return Math.max(0, this.#fullAt - (this.#now() - this.#origin));
  }
}

/** A limit of concurrent requests. */
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

/** Fixed windows are aligned to the wall clock: `1m` begins with the minute, `1d` at 00:00 UTC. @param now epoch ms */
export const windowLimiter = (counting: Counting, limit: number, windowMs: number, now: () => number): Limiter => {
  if (counting === 'fixed') return new FixedWindow(limit, (at) => at - (at % windowMs) + windowMs, now);
  return counting === 'sliding' ? new SlidingWindow(limit, windowMs, now) : new RefillingBucket(limit, windowMs, now);
};

/** A limit for each day of a time zone. @param now epoch ms */
export const dayLimiter = (limit: number, zone: string, now: () => number): Limiter =>
  new FixedWindow(limit, (at) => nextMidnightIn(zone, at), now);
