import type { Duration } from '../contract/quota.js';
import { durationOf } from '../plugin/readers/headers.js';
import { type Counting, type Limiter, type Refusal, Slots, type Standing, windowLimiter } from './limiter.js';

/** What headers and sentences call a window. */
export type WindowName = 'minute' | 'hour' | 'day';

interface Windowed {
  /** How long the window really is. */
  readonly per: Duration;
  /** What the provider calls it: a demo's "minute" may last four seconds, and its resets say so. */
  readonly called: WindowName;
  readonly counting: Counting;
}

/** A limit of a simulated provider: a limit as configurations write it, how it is counted, and what it is called. */
export type SimulatedLimit =
  | ({ readonly requests: number } & Windowed)
  | ({ readonly tokens: number } & Windowed)
  | { readonly concurrent: number };

/** A limit as the provider speaks of it. */
interface LimitName {
  readonly dimension: 'requests' | 'tokens' | 'concurrent';
  readonly called?: WindowName;
}

export type NamedStanding = LimitName & Standing;
export type NamedRefusal = LimitName & Refusal & { readonly requested: number };

type NamedLimiter = LimitName & { readonly limiter: Limiter };

/** All limits of one scope. A request takes from each of them, or from none. */
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
   * @returns why it does not fit; of several reasons the one that lasts longest. `undefined`: it was taken.
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

  /** Gives the slot of a request back that was taken. */
  release(): void {
    for (const { limiter } of this.#limiters) limiter.giveBack(1);
  }
}

const limiterOf = (limit: SimulatedLimit, now: () => number): NamedLimiter => {
  if ('concurrent' in limit) return { dimension: 'concurrent', limiter: new Slots(limit.concurrent) };
  const { per, called, counting } = limit;
  const windowMs = durationOf(per);
  if (windowMs === undefined) throw new Error(`"${per}" is no duration such as 4s or 1d.`);
  const [dimension, amount] =
    'requests' in limit ? (['requests', limit.requests] as const) : (['tokens', limit.tokens] as const);
  return { dimension, called, limiter: windowLimiter(counting, amount, windowMs, now) };
};
