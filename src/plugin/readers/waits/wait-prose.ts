import { dateAt } from '../headers/dates.js';
import { parseResetTime } from '../headers/headers.js';
import type { ProviderClock } from '../headers/provider-clock.js';
import { ownWords } from './phrases.js';

/** Words before a span, by language. */
const WORDS_BEFORE_SPAN = [
  String.raw`\b(?:try(?: again)?|retry|retrying|resets?|refresh(?:es|ed)?|renews?|refills?|available(?: again)?|come back|unlocks?|unlocked|another (?:request|attempt|call|message)|next (?:\w+ ){1,3}) ?(?:in|after|for|within)(?: (?:about|approximately|around|another|at least|the next)| ~)?[\s:]`,
  String.raw`\b(?:please )?wait (?:for )?(?:about |approximately |another |at least |~)?`,
  String.raw`\bretry[-_ ]after(?:[-_ ]seconds)?\s?[:=]\s?`,
  String.raw`\bcool-?down(?: period)?(?: is| of| for)?\s?[:=]?\s`,
  String.raw`\b(?:blocked|banned|locked|limited|suspended|throttled|paused) for (?:about |another |the next )?`,
  // German, French, Spanish and Portuguese, Italian, Russian, Chinese.
  String.raw`\b(?:warten?(?: sie)?(?: bitte)?(?: noch)?|(?:erneut|wieder|es) in)\s`,
  String.raw`(?:r[ée]essaye[rz]?|attende[rz]|attendre|patiente[rz])(?: pendant| dans)?\s`,
  String.raw`\b(?:de nuevo|nuevamente|otra vez|esper[ae]r?|reintente|novamente|de novo|aguarde)(?: en| dentro de| em| por)?\s`,
  String.raw`\b(?:riprova(?:re)?|attend(?:i|ere)|di nuovo)(?: tra| fra)?\s`,
  String.raw`(?:через|подождите)\s`,
  String.raw`(?:请在|请等待|等待|请于)\s?`,
];
const BEFORE_SPAN = new RegExp(WORDS_BEFORE_SPAN.join('|'), 'gi');

/** Words after a span: "40 seconds until the next request", "25s remaining", 30 秒后, 20秒後, 15초 후, "in 45 Sekunden erneut". */
const AFTER_SPAN =
  /\s?(?:until (?:the |your )?(?:next|reset|retry|you)|before (?:you|the next|retrying|trying|sending|another)|remaining\b|left\b|later\b|erneut\b|wieder\b|[后後후])/iy;
const MOST_NUMBERS = 50;

/** Words before a date or a time of day: "resets at", "try again on", "until", "available again". */
const BEFORE_DATE =
  /\b(?:resets?|resetting|refresh(?:es|ed)?|renews?|refills?|replenish(?:es|ed)?|try(?: again| it again)?|retry|available(?: again)?|come back|unlocks?|unlocked|lifted|until|next (?:reset|request|attempt)|reset time)(?: (?:again|daily|every day|each day|automatically|next|is|be|time|after|at|on|by|from|will be|allowed)){0,6}\s{0,2}[:=]?\s{0,2}/gi;

/** Units in the languages of the words above, long names before short ones. */
const UNITS: readonly (readonly [ms: number, names: string])[] = [
  [1, 'milliseconds?|msecs?|ms|毫秒'],
  [1_000, 'seconds?|secondes?|secs?|sekunden?|segundos?|secondi|s|секунд[уы]?|сек|秒[钟鐘]?|초'],
  [60_000, 'minutes?|minuten?|mins?|minutos?|minuti|m|минут[уы]?|мин|分[钟鐘間]?|분'],
  [3_600_000, 'hours?|hrs?|stunden?|heures?|horas?|ore|h|час(?:ов|а)?|小[时時]|時間|시간'],
  [86_400_000, 'days?|tagen?|jours?|d[ií]as?|giorni|d|дн(?:я|ей)|天'],
  [604_800_000, 'weeks?|wochen?|w|周'],
];
const NAMED_UNITS = UNITS.map(([ms, names]) => [ms, new RegExp(`^(?:${names})$`, 'i')] as const);
const AMOUNTS: Readonly<Record<string, number>> = { half: 0.5, couple: 2, few: 3 };
const SPAN_PART = new RegExp(
  String.raw`(?:,?\s{1,2}and\s{1,2}|,\s{0,2}|\s{0,2})(\d{1,12}(?:\.\d{1,12})?|(?:half an?|a couple of|a few|an?|one)(?=\s))\s?(${UNITS.map(([, names]) => names).join('|')})(?![a-z])`,
  'iy',
);
const CLOCK_SPAN = /\s{0,2}(\d{1,3}):(\d{2}):(\d{2})(?![\d:])/y;
const BARE_SECONDS = /\s{0,2}(\d{1,9}(?:\.\d{1,9})?)(?=\s{0,3}(?:[.,;)\]}"]|$))/y;

const LONGEST = 8 * 1024;
const CHINESE = /[\u4e00-\u9fff]/;
const CHINESE_DATE = /\d{4}[-/年]\d{1,2}[-/月]\d{1,2}/g;
const CHINESE_RESET = /^[\s,，]{0,3}(?:之?后|时)?(?:自动)?(?:重置|恢复|刷新|解除|重试|重試|再试)/;

/** The wait that a message asks for, in ms: "try again in 6m54.72s", "Please wait 5631 seconds", "Resets in 13 days". */
export const parseWait = (text: string): number | undefined => {
  const said = ownWords(text.slice(0, LONGEST));
  for (const { index, 0: words } of said.matchAll(BEFORE_SPAN)) {
    const start = index + words.length;
    const wait = spanAt(said, start)?.ms ?? (/after/i.test(words) ? bareSecondsAt(said, start) : undefined);
    if (wait !== undefined) return wait;
  }
  let left = MOST_NUMBERS;
  for (const { index } of said.matchAll(/(?<![\d.])\d/g)) {
    if (left-- === 0) break;
    // A time of day is no span.
    const span = unitsAt(said, index);
    AFTER_SPAN.lastIndex = span?.end ?? 0;
    if (span !== undefined && AFTER_SPAN.test(said)) return span.ms;
  }
  return undefined;
};

/** The duration that a text is, in words, such as `45 seconds` or `00:02:00`, in ms. */
export const spanIn = (text: string): number | undefined => {
  const trimmed = text.trim();
  const span = spanAt(trimmed, 0);
  return span?.end === trimmed.length ? span.ms : undefined;
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

interface Span {
  readonly ms: number;
  /** The index behind it. */
  readonly end: number;
}

/** The duration at `start`, such as `00:05:00`, or with units. */
const spanAt = (text: string, start: number): Span | undefined => {
  CLOCK_SPAN.lastIndex = start;
  const [clock, hours, minutes, seconds] = CLOCK_SPAN.exec(text) ?? [];
  if (clock !== undefined) {
    return { ms: ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000, end: start + clock.length };
  }
  return unitsAt(text, start);
};

/** The duration at `start` with units, such as `6m 11.52s`, `13 days` or `1 hour and 5 minutes`. */
const unitsAt = (text: string, start: number): Span | undefined => {
  let span: Span | undefined;
  SPAN_PART.lastIndex = start;
  for (let part = SPAN_PART.exec(text); part !== null; part = SPAN_PART.exec(text)) {
    const [, amount = '', name = ''] = part;
    const unitMs = NAMED_UNITS.find(([, names]) => names.test(name))?.[0] ?? 0;
    span = { ms: (span?.ms ?? 0) + Math.round(countOf(amount) * unitMs), end: SPAN_PART.lastIndex };
  }
  return span;
};

const countOf = (amount: string): number => {
  if (/^\d/.test(amount)) return Number(amount);
  const [word] = Object.keys(AMOUNTS).filter((each) => amount.toLowerCase().includes(each));
  return word === undefined ? 1 : (AMOUNTS[word] as number);
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
