import type { Totals, UsageReport } from '../../../../src/contract/requests.js';

const HOUR_MS = 3_600_000;

/** The periods of the page: whole days up to today. */
export const PERIODS = [
  { value: '1', text: 'Today' },
  { value: '7', text: '7 days' },
  { value: '30', text: '30 days' },
  { value: '90', text: '90 days' },
] as const;

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

/** One bar of the charts and one row of the table: an hour or a day. */
export interface Slot {
  /** Its start, epoch ms. */
  readonly at: number;
  /** `14:00` or `24 Nov`. */
  readonly label: string;
  readonly totals: Totals;
}

/** The start of the last `days` local days including today, epoch ms. */
export const periodStart = (days: number, now: number): number => {
  const today = new Date(now);
  return new Date(today.getFullYear(), today.getMonth(), today.getDate() - days + 1).getTime();
};

/**
 * The slots of a report over the last `days` days including today, earliest first, with those without requests: hours for
 * one day, days otherwise.
 */
export const slotsOf = (report: UsageReport, days: number, now: number): readonly Slot[] =>
  days === 1 && report.hours !== undefined ? hoursOf(report.hours, now) : daysOf(report, days, now);

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** The server counts by the hour of UTC, and gives an hour around midnight to the day of its middle. */
const hoursOf = (hours: NonNullable<UsageReport['hours']>, now: number): readonly Slot[] => {
  const known = new Map(hours.map((hour) => [hour.at, hour]));
  const [start, end] = [periodStart(1, now), periodStart(0, now)].map(
    (midnight) => Math.ceil((midnight - HOUR_MS / 2) / HOUR_MS) * HOUR_MS,
  ) as [number, number];
  return Array.from({ length: (end - start) / HOUR_MS }, (_, index) => {
    const at = start + index * HOUR_MS;
    return { at, label: clock.format(at), totals: known.get(at) ?? NOTHING };
  });
};

/** A log that knows no time zones reports days of UTC. */
const daysOf = ({ days, timeZone }: UsageReport, count: number, now: number): readonly Slot[] => {
  const known = new Map(days.map((day) => [day.day, day]));
  const isLocal = timeZone !== undefined;
  const label = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    ...(!isLocal && { timeZone: 'UTC' }),
  });
  const today = isLocal ? dayName(new Date(now)) : new Date(now).toISOString().slice(0, 10);
  return Array.from({ length: count }, (_, index) => {
    // Noon of UTC is in the same day as the date that it stands for.
    const date = new Date(Date.parse(`${today}T12:00Z`) - (count - 1 - index) * 24 * HOUR_MS)
      .toISOString()
      .slice(0, 10);
    const at = Date.parse(isLocal ? `${date}T00:00` : `${date}T00:00Z`);
    return { at, label: label.format(at), totals: known.get(date) ?? NOTHING };
  });
};

/** The local date, such as `2026-01-31`. */
const dayName = (date: Date): string =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');

/** Splits requests into direct, rescued, failed and cancelled ones. */
export const partsOf = ({ requests, failures, cancelled, saved }: Totals) => {
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
