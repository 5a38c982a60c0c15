export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Years with four digits, so that days sort. */
export const LAST_MS = Date.UTC(9_999, 0);
/** The day that `dayOf` returned last, and its number since 1970. */
let [lastNumber, lastDay] = [Number.NaN, ''];

/** The UTC day of a moment, such as `2026-01-31`. */
export const dayOf = (at: number): string => {
  const number = Math.floor(at / DAY_MS);
  if (number === lastNumber) return lastDay;
  lastDay = new Date(Math.max(0, Math.min(LAST_MS, at))).toISOString().slice(0, 10);
  lastNumber = number;
  return lastDay;
};

/** Totals are small, and a year of them allows comparisons. */
export const KEEP_TOTALS_MS = 400 * DAY_MS;
