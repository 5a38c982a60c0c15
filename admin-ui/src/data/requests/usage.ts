import type { Totals, UsageReport } from '../../../../src/contract/requests.js';

const DAY_MS = 86_400_000;

export type Day = UsageReport['days'][number];

const NOTHING: Totals = {
  requests: 0,
  failures: 0,
  cancelled: 0,
  failedAttempts: {},
  promptTokens: 0,
  completionTokens: 0,
  rateLimited: 0,
  avoided: 0,
  saved: 0,
};

/** The start of the last `days` UTC days including today, epoch ms. */
export const spanStart = (days: number, now: number): number => Math.floor(now / DAY_MS) * DAY_MS - (days - 1) * DAY_MS;

/** The last `count` days including today, earliest first, with days without requests. */
export const everyDay = ({ days }: UsageReport, count: number, now: number): readonly Day[] => {
  const known = new Map(days.map((day) => [day.day, day]));
  const start = spanStart(count, now);
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(start + index * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? { ...NOTHING, day };
  });
};

/** Splits requests into direct, rescued, failed and cancelled ones. */
export const partsOfDay = ({ requests, failures, cancelled, saved }: Totals) => {
  const answered = Math.max(0, requests - failures - cancelled);
  // A cancelled stream counts neither as answered nor as rescued.
  const rescued = Math.min(saved, answered);
  return { direct: answered - rescued, rescued, failures, cancelled };
};

/** Whole percents, but 100 % only for all, and 0 % only for none. */
export const percent = (part: number, whole: number): string => {
  if (whole === 0 || part === 0) return '0 %';
  if (part >= whole) return '100 %';
  const share = (100 * part) / whole;
  if (share > 99) return `${Math.min(99.9, Math.floor(share * 10) / 10)} %`;
  return share < 1 ? '< 1 %' : `${Math.round(share)} %`;
};
