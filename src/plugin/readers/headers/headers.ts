import type { ResponseHead } from '../../door/attempt.js';
import { dateOf } from './dates.js';
import { clockOf } from './provider-clock.js';

type Headers = ResponseHead['headers'];

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 3.6e6,
  d: 8.64e7,
};

/** A header's value; the first one if the header was sent more than once. */
export const headerOf = (headers: Headers, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/** No limit counts more, and sums of such numbers stay exact. */
export const MOST_COUNT = 1e15;

/** A header's value as a number; `undefined` if it is absent, empty or not a finite number. */
export const numberOf = (headers: Headers, name: string): number | undefined => {
  const value = headerOf(headers, name)?.trim();
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
};

/** Units of one letter, and those of two, whose second letter is an `s`, by the code of their first letter. */
const UNITS = new Map(['s', 'm', 'h', 'd'].map((unit) => [unit.charCodeAt(0), UNIT_MS[unit]]));
const SMALL_UNITS = new Map(['ns', 'us', 'µs', 'ms'].map((unit) => [unit.charCodeAt(0), UNIT_MS[unit]]));

/** A duration such as `1h23m31s`, `7.66s`, `370ms` or `6m 11.52s`, in ms. `undefined` for anything else, including a bare number. */
export const durationOf = (text: string): number | undefined => {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  let total = 0;
  // Read letter by letter: it is called several times for each response, and a pattern takes twice as long.
  for (let at = 0; at < trimmed.length; at = afterSpace(trimmed, at)) {
    const start = at;
    at = afterDigits(trimmed, at);
    if (at === start) return undefined;
    if (trimmed[at] === '.') {
      const fraction = at + 1;
      at = afterDigits(trimmed, fraction);
      if (at === fraction) return undefined;
    }
    const count = Number(trimmed.slice(start, at));
    const small = trimmed[at + 1] === 's' ? SMALL_UNITS.get(trimmed.charCodeAt(at)) : undefined;
    const unitMs = small ?? UNITS.get(trimmed.charCodeAt(at));
    if (unitMs === undefined) return undefined;
    total += count * unitMs;
    at += small === undefined ? 1 : 2;
  }
  return Math.round(total);
};

const afterDigits = (text: string, start: number): number => {
  let at = start;
  for (let code = text.charCodeAt(at); code >= 48 && code <= 57; code = text.charCodeAt(at)) at++;
  return at;
};

const afterSpace = (text: string, start: number): number => {
  let at = start;
  while (at < text.length && text[at]?.trim() === '') at++;
  return at;
};

/** ISO 8601: `PT1M30S`, `P1DT2H`. Years and months have no fixed length. */
const ISO_DURATION = /^P(?!T?$)(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/i;

const isoDurationOf = (text: string): number | undefined => {
  const match = ISO_DURATION.exec(text);
  if (match === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((each) => Number(each ?? 0));
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
};

/** Milliseconds as a duration for the configuration: 5,400,000 → `1h30m`. */
export const durationText = (ms: number): string => {
  let left = Math.round(ms);
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const length = UNIT_MS[unit] as number;
    const count = Math.floor(left / length);
    if (count > 0) text += `${count}${unit}`;
    left -= count * length;
  }
  return text || '0ms';
};

/** Epoch times by their size: seconds, milliseconds, microseconds, nanoseconds. Smaller numbers are seconds from now. */
const EPOCHS: readonly (readonly [above: number, perMs: number])[] = [
  [1e18, 1e6],
  [1e15, 1e3],
  [1e12, 1],
  [1e9, 1e-3],
];
const perMsOf = (number: number): number | undefined => {
  for (const [above, perMs] of EPOCHS) if (number > above) return perMs;
  return undefined;
};

/** The last time that a `Date` can hold, epoch ms. */
const LAST_MS = 8.64e15;

/**
 * When a limit resets, from a header in any common form: epoch s or ms, seconds from now, a duration (also of ISO 8601),
 * RFC 3339 or an HTTP date. A number above 1e12 is epoch ms, above 1e9 epoch s, else seconds from `at`. A date without a zone is in UTC.
 * @param ahead how far the provider's clock is ahead of ours, ms: an absolute time is corrected by it
 * @returns epoch ms; `undefined` for any other text
 */
export const parseResetTime = (text: string | undefined, at: number, ahead = 0): number | undefined => {
  const trimmed = text?.trim();
  if (trimmed === undefined || trimmed === '') return undefined;
  const number = Number(trimmed);
  if (!Number.isNaN(number)) {
    const perMs = perMsOf(number);
    const moment = Math.round(perMs === undefined ? at + Math.max(0, number) * 1000 : number / perMs - ahead);
    return moment <= LAST_MS ? moment : undefined;
  }
  const span = durationOf(trimmed) ?? isoDurationOf(trimmed);
  return span === undefined ? dateOf(trimmed.slice(0, 100), { at, ahead }) : at + span;
};

/** Headers of a wait: in ms, and in any form that `parseResetTime` reads. The others are Azure's and those of gateways. */
const WAIT_MS = ['retry-after-ms', 'x-ms-retry-after-ms', 'x-retry-after-ms'];
const WAITS = ['retry-after', 'x-retry-after'];

/**
 * When `retry-after-ms` or `retry-after` (seconds, fractions allowed, or an HTTP date) allows the next request; the later one
 * if both are set. A date is corrected by the provider's own clock.
 * @returns epoch ms; `undefined` if neither is set or valid
 * @see RFC 9110, 10.2.3
 */
export const retryAfterOf = (head: ResponseHead): number | undefined => {
  const { at, ahead } = clockOf(head);
  const known = [
    ...WAIT_MS.map((name) => numberOf(head.headers, name)).map((ms) => (ms === undefined ? undefined : at + ms)),
    ...WAITS.map((name) => parseResetTime(headerOf(head.headers, name), at, ahead)),
  ].filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.max(...known, at);
};

/** A copy of `object` without `keys`. */
export const omit = <T extends object, K extends string>(object: T, ...keys: readonly K[]): Omit<T, K> => {
  const copy: Partial<Record<string, unknown>> = { ...(object as Record<string, unknown>) };
  for (const key of keys) delete copy[key];
  return copy as Omit<T, K>;
};
