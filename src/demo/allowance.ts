import type { Duration } from '../contract/quota.js';
import { durationOf } from '../plugin/readers/headers/headers.js';
import {
  type Counting,
  dayLimiter,
  type Limiter,
  type Refusal,
  Slots,
  type Standing,
  windowLimiter,
} from './limiter.js';

/** The name of a window in headers and messages. */
export type WindowName = 'minute' | 'hour' | 'day';

interface Windowed {
  /** The actual length of the window. */
  readonly per: Duration;
  /** The provider's name for it. A "minute" of the demo can last four seconds, and its reset times are accordingly. */
  readonly called: WindowName;
  readonly counting: Counting;
}

/** A day by the clocks of a time zone, such as `America/Los_Angeles`. */
interface Daily {
  readonly each: 'day';
  readonly zone: string;
}

/** A limit of a simulated provider. */
export type SimulatedLimit =
  | ({ readonly requests: number } & (Windowed | Daily))
  | ({ readonly tokens: number } & Windowed)
  | { readonly concurrent: number };

/** The provider's name for a limit. */
interface LimitName {
  readonly dimension: 'requests' | 'tokens' | 'concurrent';
  readonly called?: WindowName;
}

export type NamedStanding = LimitName & Standing;
export type NamedRefusal = LimitName & Refusal & { readonly requested: number };

type NamedLimiter = LimitName & { readonly limiter: Limiter };

/** All limits of one scope. A request takes units from all of them, or from none. */
export class Allowance {
  readonly #limiters: readonly NamedLimiter[];

  /** @param now epoch ms */
  constructor(limits: readonly SimulatedLimit[], now: () => number) {
    this.#limiters = limits.map((limit) => limiterOf(limit, now));
  }

  standings(): NamedStanding[] {
    return this.#limiters.map(({ limiter, ...name }) => ({ ...name, ...limiter.standing() }));
  }

  /**
   * Takes one request, one slot and `tokens`.
   * @returns `undefined` if there was capacity; otherwise the refusal of the limit that takes longest to recover
   */
  take(tokens: number): NamedRefusal | undefined {
    const needs = this.#limiters.map((each) => ({ ...each, requested: each.dimension === 'tokens' ? tokens : 1 }));
    const refusals = needs.flatMap(({ limiter, ...name }) => {
      const refusal = limiter.refuse(name.requested);
      return refusal === undefined ? [] : [{ ...name, ...refusal }];
    });
    if (refusals.length === 0) for (const { limiter, requested } of needs) limiter.tryTake(requested);
    return refusals.toSorted((one, other) => (other.retryAfterMs ?? 0) - (one.retryAfterMs ?? 0))[0];
  }

  /** Releases the slot of a request. */
  release(): void {
    for (const { limiter } of this.#limiters) limiter.giveBack(1);
  }
}

const limiterOf = (limit: SimulatedLimit, now: () => number): NamedLimiter => {
  if ('concurrent' in limit) return { dimension: 'concurrent', limiter: new Slots(limit.concurrent) };
  if ('each' in limit)
    return { dimension: 'requests', called: 'day', limiter: dayLimiter(limit.requests, limit.zone, now) };
  const { per, called, counting } = limit;
  const windowMs = durationOf(per);
  if (windowMs === undefined) throw new Error(`"${per}" is not a duration, such as 4s or 1d.`);
  const [dimension, amount] =
    'requests' in limit ? (['requests', limit.requests] as const) : (['tokens', limit.tokens] as const);
  return { dimension, called, limiter: windowLimiter(counting, amount, windowMs, now) };
};
