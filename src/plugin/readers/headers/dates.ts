import type { ProviderClock } from './provider-clock.js';
import { type LocalTime, localTime, momentOf, zoneAt } from './zones.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONTH = `(?<name>${MONTHS.join('|')})[a-z]{0,6}\\.?`;

/** The parts of a date, in any order, each with what may stand before it. Quantifiers are bounded because the input may be hostile. */
const BEFORE = String.raw`[\s,(]{0,3}(?:(?:at|on|the|by|in)\s{1,2}){0,2}`;
const part = (source: string): RegExp => new RegExp(BEFORE + source, 'iy');
const PARTS: readonly RegExp[] = [
  // 2026-12-01, 2026/12/01, 2026年12月1日, with T before a time
  part(String.raw`(?<year>\d{4})[-/年](?<month>\d{1,2})[-/月](?<day>\d{1,2})(?!\d)(?:日|T(?=\d))?`),
  // Dec 1, 2026 · December 1st
  part(String.raw`${MONTH} (?<day>\d{1,2})(?:st|nd|rd|th)?(?![\d:])(?:,? (?<year>\d{4})(?!\d|:))?`),
  // 01 Dec 2026 · 1-Dec-2026
  part(String.raw`(?<day>\d{1,2})(?:st|nd|rd|th)?[ -]${MONTH}(?:,?[ -](?<year>\d{4})(?!\d|:))?`),
  // 14:30 · 14:30:05.123 · 3:00 PM
  part(
    String.raw`(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.(?<fraction>\d{1,9}))?)?(?!\d)(?:\s?(?<half>[ap])\.?m\b\.?)?`,
  ),
  // 3pm · 3 a.m.
  part(String.raw`(?<hour>\d{1,2})\s?(?<half>[ap])\.?m\b\.?`),
  part(String.raw`(?<word>midnight|noon|tomorrow|today|(?:next )?month)\b`),
  part(String.raw`(?:(?:next|this) )?(?<weekday>${DAYS.join('|')})(?:[a-z]{3,6})?\b,?`),
];

type Groups = Partial<Record<string, string>>;

/**
 * Reads the date, the time of day or both at `start` of a text, such as `2026-12-01 00:00 PST`, `3pm (America/New_York)`,
 * `Dec 1, 2026 at 00:00 UTC`, `tomorrow at 00:00 UTC` or `midnight Pacific`. A time of day alone is the next such time.
 * @param zone the zone of a time without one: an IANA name, or hours from UTC
 * @returns epoch ms by our clock and where the text ends; `undefined` if no time is there
 */
export const dateAt = (
  text: string,
  start: number,
  clock: ProviderClock,
  zone: string | number = 0,
): { readonly at: number; readonly end: number } | undefined => {
  const found: Record<string, string> = {};
  let named: string | number | undefined;
  let end = start;
  for (let count = 0; count < PARTS.length; count++) {
    const next = PARTS.map((each) => matchAt(each, text, end)).find((each) => each !== undefined);
    if (next?.names.some((name) => name in found)) break;
    for (const name of next?.names ?? []) found[name] = next?.groups[name] as string;
    const zoned = named === undefined ? zoneAt(text, next?.end ?? end) : undefined;
    if (next === undefined && zoned === undefined) break;
    named = named ?? zoned?.zone;
    end = zoned?.end ?? next?.end ?? end;
  }
  const at = resolve(found, clock.at + clock.ahead, named ?? zone);
  return at === undefined ? undefined : { at: at - clock.ahead + millisecondsOf(found), end };
};

/** A whole text as a date with its year: RFC 3339, an HTTP date and the like. @see dateAt */
export const dateOf = (text: string, clock: ProviderClock, zone?: string | number): number | undefined => {
  if (!/\d{4}/.test(text)) return undefined;
  const found = dateAt(text, 0, clock, zone);
  return found !== undefined && /^\s{0,5}$/.test(text.slice(found.end)) ? found.at : undefined;
};

const millisecondsOf = ({ fraction = '' }: Groups): number => Math.round(Number(`0.${fraction}0`) * 1000);

const matchAt = (pattern: RegExp, text: string, start: number) => {
  pattern.lastIndex = start;
  const groups: Groups | undefined = pattern.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const names = Object.keys(groups).filter((name) => groups[name] !== undefined);
  return { groups, names, end: pattern.lastIndex };
};

const resolve = (found: Groups, now: number, zone: string | number): number | undefined => {
  const today = localTime(zone, now);
  const time = timeOf(found);
  const date = dateIn(found);
  if (time === undefined || date === 'invalid') return undefined;
  const at = (more: Partial<LocalTime>): number => momentOf({ ...today, ...(time ?? MIDNIGHT), ...more }, zone);
  if (date !== undefined) {
    const moment = at(date);
    // A date without a year that is long past is in the next year.
    return date.year === undefined && moment < now - 86_400_000 ? at({ ...date, year: today.year + 1 }) : moment;
  }
  if (/month$/i.test(found.word ?? '')) return at({ month: today.month + 1, day: 1 });
  if (/^tomorrow$/i.test(found.word ?? '')) return at({ day: today.day + 1 });
  if (found.weekday !== undefined) {
    const days =
      (DAYS.indexOf(found.weekday.toLowerCase()) -
        new Date(Date.UTC(today.year, today.month - 1, today.day)).getUTCDay() +
        7) %
      7;
    const moment = at({ day: today.day + days });
    return moment > now ? moment : at({ day: today.day + days + 7 });
  }
  if (time === MIDNIGHT && !/^midnight$/i.test(found.word ?? '')) return undefined;
  const moment = at({});
  return moment > now || /^today$/i.test(found.word ?? '') ? moment : at({ day: today.day + 1 });
};

const MIDNIGHT = { hour: 0, minute: 0, second: 0 } as const;

/** Midnight if no time is stated; `undefined` for an invalid one. */
const timeOf = ({ hour, minute = '0', second = '0', half, word }: Groups) => {
  if (hour === undefined) return /^noon$/i.test(word ?? '') ? { ...MIDNIGHT, hour: 12 } : MIDNIGHT;
  const shown = Number(hour);
  if (half !== undefined && (shown < 1 || shown > 12)) return undefined;
  const hours = half === undefined ? shown : (shown % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  const valid = hours <= 24 && Number(minute) < 60 && Number(second) <= 60;
  return valid ? { hour: hours, minute: Number(minute), second: Number(second) } : undefined;
};

const dateIn = ({ year, month, name, day }: Groups): Partial<LocalTime> | 'invalid' | undefined => {
  if (day === undefined) return undefined;
  const number = name === undefined ? Number(month) : MONTHS.indexOf(name.toLowerCase()) + 1;
  const valid = number >= 1 && number <= 12 && Number(day) >= 1 && Number(day) <= 31;
  if (!valid) return 'invalid';
  return { ...(year === undefined ? {} : { year: Number(year) }), month: number, day: Number(day) };
};
