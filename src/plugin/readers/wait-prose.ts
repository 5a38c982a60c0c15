import { dateAt } from './dates.js';
import { durationOf, parseResetTime } from './headers.js';
import { ownWords } from './phrases.js';
import type { ProviderClock } from './provider-clock.js';

/** Words before a span: "try again in", "retry after", "resets in", "please wait", "available again in", 请在. */
const BEFORE_SPAN =
  /\b(?:try(?: again)?|retry|retrying|resets?|refresh(?:es|ed)?|renews?|available(?: again)?|come back|unlocks?|unlocked) (?:in|after|for|within)(?: (?:about|approximately|around|another|at least|the next)| ~)?[\s:]|\b(?:please )?wait (?:for )?(?:about |approximately |another |at least |~)?|\bretry[-_ ]after(?:[-_ ]seconds)?\s?[:=]\s?|(?:请在|请等待|等待|请于)\s?/gi;

/** Words before a date or a time of day: "resets at", "try again on", "until", "available again". */
const BEFORE_DATE =
  /\b(?:resets?|resetting|refresh(?:es|ed)?|renews?|replenish(?:es|ed)?|try(?: again| it again)?|retry|available(?: again)?|come back|unlocks?|unlocked|lifted|until|next (?:reset|request|attempt)|reset time)(?: (?:again|daily|every day|each day|automatically|next|is|be|time|after|at|on|by|from|will be|allowed)){0,6}\s{0,2}[:=]?\s{0,2}/gi;

const SPAN_PART =
  /(?:,?\s{1,2}and\s{1,2}|,\s{0,2}|\s{0,2})(\d{1,12}(?:\.\d{1,12})?|(?:an?|one)(?=\s))\s?(ms|millisecond|msec|s|sec|second|m|min|minute|h|hr|hour|d|day|w|week|毫秒|秒|分钟|分|小时|天)s?(?![a-z])/iy;
const CLOCK_SPAN = /\s{0,2}(\d{1,3}):(\d{2}):(\d{2})(?![\d:])/y;
const BARE_SECONDS = /\s{0,2}(\d{1,9}(?:\.\d{1,9})?)(?=\s{0,3}(?:[.,;)\]}"]|$))/y;

const UNITS: readonly (readonly [RegExp, unit: string])[] = [
  [/^(?:ms|millisecond|msec|毫秒)$/i, 'ms'],
  [/^(?:s|sec|second|秒)$/i, 's'],
  [/^(?:m|min|minute|分钟|分)$/i, 'm'],
  [/^(?:h|hr|hour|小时)$/i, 'h'],
  [/^(?:d|day|天)$/i, 'd'],
];
const WEEK_MS = 7 * 86_400_000;

const LONGEST = 8 * 1024;
const CHINESE = /[\u4e00-\u9fff]/;
const CHINESE_DATE = /\d{4}[-/年]\d{1,2}[-/月]\d{1,2}/g;
const CHINESE_RESET = /^[\s,，]{0,3}(?:之?后|时)?(?:自动)?(?:重置|恢复|刷新|解除|重试|重試|再试)/;

/** The wait that a message asks for, in ms: "try again in 6m54.72s", "Please wait 5631 seconds", "Resets in 13 days". */
export const parseWait = (text: string): number | undefined => {
  const said = ownWords(text.slice(0, LONGEST));
  for (const { index, 0: words } of said.matchAll(BEFORE_SPAN)) {
    const start = index + words.length;
    const wait = spanAt(said, start) ?? (/after/i.test(words) ? bareSecondsAt(said, start) : undefined);
    if (wait !== undefined) return wait;
  }
  return undefined;
};

/**
 * When a message allows the next request: after a span, as `parseWait` reads it, or at a date or time of day, such as "resets at
 * 14:30 UTC", "until 2026-12-01 00:00 PST" or "try again tomorrow".
 * @param clock `at` is when the response arrived, epoch ms; a date is corrected by how far the provider's clock is `ahead`, ms
 * @param zone the zone of a time without one: an IANA name. Default: UTC, for Chinese text `Asia/Shanghai`
 * @returns epoch ms; `undefined` without a wait, and for a date in the past
 */
export const parseRetryTime = (text: string, clock: ProviderClock, zone?: string): number | undefined => {
  const wait = parseWait(text);
  if (wait !== undefined) return clock.at + wait;
  const said = ownWords(text.slice(0, LONGEST));
  const assumed = zone ?? (CHINESE.test(said) ? 'Asia/Shanghai' : 0);
  for (const { index, 0: words } of said.matchAll(BEFORE_DATE)) {
    const start = index + words.length;
    const moment = dateAt(said, start, clock, assumed)?.at ?? epochAt(said, start, clock);
    if (moment !== undefined && moment > clock.at) return moment;
  }
  for (const { index } of said.matchAll(CHINESE_DATE)) {
    const found = dateAt(said, index, clock, assumed);
    const resets =
      found !== undefined && CHINESE.test(said) && CHINESE_RESET.test(said.slice(found.end, found.end + 20));
    if (resets && found.at > clock.at) return found.at;
  }
  return undefined;
};

/** The duration at `start`, such as `6m 11.52s`, `13 days` or `1 hour and 5 minutes`, in ms. */
const spanAt = (text: string, start: number): number | undefined => {
  CLOCK_SPAN.lastIndex = start;
  const [clock, hours, minutes, seconds] = CLOCK_SPAN.exec(text) ?? [];
  if (clock !== undefined) return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  let total: number | undefined;
  SPAN_PART.lastIndex = start;
  for (let part = SPAN_PART.exec(text); part !== null; part = SPAN_PART.exec(text)) {
    const [, amount = '', name = ''] = part;
    total = (total ?? 0) + lengthOf(/^\d/.test(amount) ? amount : '1', name);
  }
  return total;
};

const lengthOf = (amount: string, name: string): number => {
  const unit = UNITS.find(([names]) => names.test(name))?.[1];
  return unit === undefined ? Math.round(Number(amount) * WEEK_MS) : (durationOf(`${amount}${unit}`) ?? 0);
};

/** "Retry-After: 30" */
const bareSecondsAt = (text: string, start: number): number | undefined => {
  BARE_SECONDS.lastIndex = start;
  const seconds = Number(BARE_SECONDS.exec(text)?.[1] ?? Number.NaN);
  return seconds < 1e9 ? Math.round(seconds * 1000) : undefined;
};

/** "resets at 1785082980" */
const epochAt = (text: string, start: number, { at, ahead }: ProviderClock): number | undefined =>
  parseResetTime(/^\d{10}(?:\d{3})?(?!\d)/.exec(text.slice(start, start + 14))?.[0], at, ahead);
