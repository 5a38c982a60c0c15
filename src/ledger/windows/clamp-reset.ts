import type { Signal } from '../../contract/quota.js';

/** No limit is counted over a longer time than a month. */
const LONGEST_WINDOW_MS = 31 * 86_400_000;

/** A signal whose reset may be true: what a provider or a plugin says of a later year is in another unit. */
export const claimed = (signal: Signal, now: number): Signal =>
  signal.resetAt === undefined || signal.resetAt <= now + LONGEST_WINDOW_MS
    ? signal
    : { ...signal, resetAt: now + LONGEST_WINDOW_MS };
