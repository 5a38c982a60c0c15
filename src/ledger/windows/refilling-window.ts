import { SlidingWindow } from './sliding-window.js';
import { type Observation, UNNAMED_WINDOW_MS, type Window, type WindowSnapshot } from './window.js';

/** A bucket that refills all the time, such as Groq's: at its reset it is full, but room returns before that. */
export class RefillingWindow implements Window {
  readonly countsUses = false;
  readonly resetsAtOnce = false;
  readonly unconfirmed = false;
  #limit: number;
  #level: number;
  /** When the level was `#level`. */
  #at: number;
  #perMs: number;
  readonly #spanMs: number | undefined;

  constructor(
    observation: Pick<Observation, 'remaining' | 'resetAt' | 'at'>,
    limit: number,
    spanMs: number | undefined,
  ) {
    this.#limit = limit;
    this.#level = observation.remaining;
    this.#at = observation.at;
    this.#perMs = refillRate(observation, limit, spanMs);
    this.#spanMs = spanMs;
  }

  static revive(
    { limit, level, perMs, at }: WindowSnapshot & { kind: 'refilling' },
    spanMs: number | undefined,
  ): Window {
    const window = new RefillingWindow({ remaining: level, resetAt: undefined, at }, limit, spanMs);
    window.#perMs = perMs;
    return window;
  }

  get limit(): number {
    return this.#limit;
  }

  left(now: number): number {
    this.#refill(now);
    // A hair below a whole unit is that unit: repeated addition must not cost a millisecond.
    return Math.floor(this.#level + 1e-6);
  }

  freeAt(units: number, now: number): number {
    if (units > this.#limit) return Number.POSITIVE_INFINITY;
    this.#refill(now);
    return now + Math.ceil((units - this.#level) / this.#perMs);
  }

  use(units: number, at: number): void {
    this.#refill(at);
    this.#level -= units;
  }

  resetAt(now: number): number | undefined {
    const missing = this.#limit - this.left(now);
    return missing <= 0 ? undefined : now + Math.ceil(missing / this.#perMs);
  }

  confirm(): void {}

  declare(limit: number): Window {
    return new SlidingWindow(limit, this.#spanMs);
  }

  observe(observation: Observation): Window | undefined {
    const { remaining, at, alone, refills } = observation;
    const limit = observation.limit ?? this.#limit;
    if (!refills || limit <= 0) return undefined;
    const now = Math.max(at, this.#at);
    this.#refill(now);
    this.#perMs = refillRate(observation, limit, this.#spanMs);
    this.#limit = limit;
    const seen = remaining + (now - at) * this.#perMs;
    // Unless the attempt was alone, a response that states more may have been overtaken on its way.
    this.#level = alone ? seen : Math.min(this.#level, seen);
    return this;
  }

  snapshot(held: number, now: number): WindowSnapshot {
    this.#refill(now);
    return { kind: 'refilling', limit: this.#limit, level: this.#level - held, perMs: this.#perMs, at: this.#at };
  }

  #refill(now: number): void {
    if (now <= this.#at) return;
    this.#level = Math.min(this.#limit, this.#level + (now - this.#at) * this.#perMs);
    this.#at = now;
  }
}

/** Units that come back per ms: by the moment at which the bucket is stated to be full, else by limit and length. */
const refillRate = (
  { remaining, resetAt, at }: Pick<Observation, 'remaining' | 'resetAt' | 'at'>,
  limit: number,
  spanMs = UNNAMED_WINDOW_MS,
): number =>
  resetAt !== undefined && resetAt > at && limit > remaining ? (limit - remaining) / (resetAt - at) : limit / spanMs;
