import type { UnitWindow } from '../../plugin/door/unit-store.js';
import { SlidingWindow } from './sliding-window.js';
import { type Observation, scaled, UNNAMED_WINDOW_MS, type Window, type WindowSnapshot } from './window.js';

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
    // A hair below a whole unit is that unit: a rounding error must not cost a millisecond.
    return Math.floor(this.#levelAt(now) + 1e-6);
  }

  freeAt(units: number, now: number): number {
    if (units > this.#limit) return Number.POSITIVE_INFINITY;
    return now + Math.ceil((units - this.#levelAt(now)) / this.#perMs);
  }

  use(units: number, at: number): void {
    this.#set(this.#levelAt(at) - units, at);
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
    const counted = this.#levelAt(at);
    this.#perMs = refillRate(observation, limit, this.#spanMs);
    this.#limit = limit;
    // Unless the attempt was alone, a response that states more may have been overtaken on its way.
    this.#set(alone ? remaining : Math.min(counted, remaining), at);
    return this;
  }

  shape(): UnitWindow {
    return { kind: 'refilling', ms: this.#limit / this.#perMs };
  }

  scale(factor: number): void {
    this.#limit = scaled(this.#limit, factor);
    this.#level = scaled(this.#level, factor);
    this.#perMs *= factor;
  }

  snapshot(held: number, now: number): WindowSnapshot {
    return { kind: 'refilling', limit: this.#limit, level: this.#levelAt(now) - held, perMs: this.#perMs, at: now };
  }

  #levelAt(now: number): number {
    return Math.min(this.#limit, this.#level + Math.max(0, now - this.#at) * this.#perMs);
  }

  #set(level: number, at: number): void {
    this.#level = level;
    this.#at = at;
  }
}

/** Units that come back per ms: by the moment at which the bucket is stated to be full, else by limit and length. */
const refillRate = (
  { remaining, resetAt, at }: Pick<Observation, 'remaining' | 'resetAt' | 'at'>,
  limit: number,
  spanMs = UNNAMED_WINDOW_MS,
): number =>
  resetAt !== undefined && resetAt > at && limit > remaining ? (limit - remaining) / (resetAt - at) : limit / spanMs;
