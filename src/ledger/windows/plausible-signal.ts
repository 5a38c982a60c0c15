import type { Signal } from '../../contract/quota.js';
import { MOST_COUNT } from '../../plugin/readers/headers/headers.js';

/** No limit is counted over a longer time than a month. */
export const LONGEST_WINDOW_MS = 31 * 86_400_000;
/** Clocks disagree by this much, so that a reset may seem to be later than one window from now. */
export const CLOCK_SKEW_MS = 10_000;

/**
 * Returns the signal as far as it can be true. Numbers that count nothing (negative, NaN, above 1e15) are dropped. A reset is
 * at most one window away. A limit of 0 cannot be a limit: it means that nothing is left until the reset.
 * @param windowMs the length of the window, where it is known
 */
export const plausibleSignal = (signal: Signal, windowMs: number | undefined, now: number): Signal => {
  const { dimension } = signal;
  const limit = countOf(signal.limit);
  const stated = countOf(signal.remaining);
  const remaining = limit === 0 && dimension !== 'concurrent' ? 0 : stated;
  return {
    ...signal,
    limit: limit === 0 || limit === undefined ? undefined : Math.max(limit, remaining ?? 0),
    remaining,
    resetAt: resetOf(signal.resetAt, windowMs, now),
  };
};

const countOf = (value: number | undefined): number | undefined =>
  value !== undefined && value >= 0 && value <= MOST_COUNT ? value : undefined;

const resetOf = (resetAt: number | undefined, windowMs: number | undefined, now: number): number | undefined => {
  if (resetAt === undefined || Number.isNaN(resetAt) || resetAt === Number.NEGATIVE_INFINITY) return undefined;
  const longestMs = Math.min(windowMs ?? LONGEST_WINDOW_MS, LONGEST_WINDOW_MS);
  return resetAt <= now + longestMs + CLOCK_SKEW_MS ? resetAt : now + longestMs;
};
