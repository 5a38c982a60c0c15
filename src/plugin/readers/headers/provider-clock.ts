import type { ResponseHead } from '../../door/attempt.js';

/** When a response arrived, and what the provider's clock showed then. Absolute times of the provider are corrected by it. */
export interface ProviderClock {
  /** Epoch ms by our clock. */
  readonly at: number;
  /** How far the provider's clock is ahead of ours, ms; negative if it is behind. */
  readonly ahead: number;
}

/** `Date` has whole seconds, and the response was on its way for a while: a smaller difference means nothing. */
const SMALLEST_MS = 5_000;
/** A clock that is set wrong, or to another zone, is hours off. A larger difference means that `Date` is not the time of sending. */
const LARGEST_MS = 24 * 3_600_000;

/**
 * The provider's clock by the `Date` header. It counts as equal to ours if the header is absent or no date, differs by less than
 * 5 seconds or more than a day, or if `Age` shows that a cache answered.
 * @param at the time that relative waits start from, epoch ms
 */
export const clockOf = (head: ResponseHead | undefined, at = head?.at ?? 0): ProviderClock => {
  if (head === undefined) return { at, ahead: 0 };
  const { age, date } = head.headers;
  if (date === undefined || (age !== undefined && Number(textOf(age)) > 0)) return { at, ahead: 0 };
  const sentAt = momentOf(textOf(date));
  const ahead = sentAt === undefined ? 0 : sentAt - head.at;
  const counts = Math.abs(ahead) >= SMALLEST_MS && Math.abs(ahead) <= LARGEST_MS;
  return { at, ahead: counts ? ahead : 0 };
};

/** All responses of one second have the same date. */
let latest: { readonly date: string; readonly moment: number | undefined } = { date: '', moment: undefined };

const momentOf = (date: string): number | undefined => {
  if (latest.date !== date) latest = { date, moment: DATE.test(date) ? Date.parse(date) : undefined };
  return latest.moment;
};

/** IMF-fixdate, which names its zone. */
const DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UTC)$/;

const textOf = (value: string | string[]): string => ((Array.isArray(value) ? value[0] : value) ?? '').trim();
