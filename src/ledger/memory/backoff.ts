import type { FailureClass } from '../../contract/quota.js';

/** How long a scope cools down: `firstMs` when the provider named no usable time, doubled each time up to `maxMs`. */
interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
  /** Failures in a row that pass before the first cooldown. */
  readonly tolerated: number;
  /** The longest time that is believed when the provider names one. */
  readonly maxHintMs: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const OVERLOADED: Backoff = { firstMs: 2 * SECOND, maxMs: 15 * SECOND, tolerated: 1, maxHintMs: MINUTE };

/** Other classes cause no cooldown. Whatever rests is asked again after a day: a provider's claim may be wrong. */
const BACKOFFS: Partial<Readonly<Record<FailureClass, Backoff>>> = {
  rate_limit: { firstMs: 2 * SECOND, maxMs: 64 * SECOND, tolerated: 0, maxHintMs: 6 * HOUR },
  quota: { firstMs: HOUR, maxMs: DAY, tolerated: 0, maxHintMs: DAY },
  auth: { firstMs: MINUTE, maxMs: HOUR, tolerated: 0, maxHintMs: HOUR },
  not_found: { firstMs: HOUR, maxMs: HOUR, tolerated: 0, maxHintMs: DAY },
  overloaded: OVERLOADED,
  server_error: OVERLOADED,
};

/** The longest cooldown of any class. */
export const LONGEST_COOLDOWN_MS = DAY;

/** The shortest time that is believed. */
const MIN_HINT_MS = 500;
/** A hint that proves untrue again and again is stretched up to this many times. */
const MAX_STRETCH = 8;
/** The first refusal of a key that worked: the provider may be at fault. It may name a shorter time. */
const DOUBT_MS = 5 * SECOND;

/** What is known about a failure. */
export interface FailureCount {
  readonly class: FailureClass;
  /** Failures of this class since an attempt was last served, this one included. */
  readonly count: number;
  /** How long to wait, as the provider stated. */
  readonly hintMs: number | undefined;
  /** The provider has served this key before. */
  readonly keyWorked: boolean;
}

/** Returns whether this may be the provider's fault: a key that worked is refused for the first time in a row. */
export const isDoubted = ({ class: failureClass, count, keyWorked }: FailureCount): boolean =>
  failureClass === 'auth' && keyWorked && count === 1;

/**
 * Returns how long to cool down, in ms; `undefined` for not at all. Each failure in a row shows that the time before was
 * too short, also if the provider named it: the next one is at least doubled.
 */
export const cooldownMs = (failure: FailureCount): number | undefined => {
  const backoff = BACKOFFS[failure.class];
  if (backoff === undefined) return undefined;
  const { hintMs } = failure;
  if (isDoubted(failure)) return Math.min(Math.max(hintMs ?? DOUBT_MS, MIN_HINT_MS), DOUBT_MS);
  const { firstMs, maxMs, tolerated, maxHintMs } = backoff;
  const count = failure.class === 'auth' && failure.keyWorked ? failure.count - 1 : failure.count;
  if (hintMs !== undefined) {
    const believedMs = Math.min(Math.max(hintMs, MIN_HINT_MS), maxHintMs);
    const stretchedMs = Math.min(believedMs * 2 ** (count - 1), Math.max(maxMs, believedMs * MAX_STRETCH));
    return Math.min(stretchedMs, maxHintMs);
  }
  if (count <= tolerated) return undefined;
  return Math.min(firstMs * 2 ** (count - tolerated - 1), maxMs);
};
