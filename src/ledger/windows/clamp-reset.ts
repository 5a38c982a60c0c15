import type { Signal } from '../../contract/quota.js';

/** No limit is counted over a longer time than a month. */
const LONGEST_WINDOW_MS = 31 * 86_400_000;

/** Returns the signal with a reset at most a month away: a later one was read in the wrong unit. */
export const clampReset = (signal: Signal, now: number): Signal =>
  signal.resetAt === undefined || signal.resetAt <= now + LONGEST_WINDOW_MS
    ? signal
    : { ...signal, resetAt: now + LONGEST_WINDOW_MS };
