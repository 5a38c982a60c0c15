import type { ResponseHead } from '../door/attempt.js';

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
const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d)\s*)+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g;

/** A header's value; the first one if the header was sent more than once. */
export const headerOf = (headers: Headers, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/** A header's value as a number; `undefined` if it is absent, empty or not a finite number. */
export const numberOf = (headers: Headers, name: string): number | undefined => {
  const value = headerOf(headers, name)?.trim();
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
};

/** A duration such as `1h23m31s`, `7.66s`, `370ms` or `6m 11.52s`, in ms. `undefined` for anything else, including a bare number. */
export const durationOf = (text: string): number | undefined => {
  const trimmed = text.trim();
  if (!DURATION.test(trimmed)) return undefined;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(DURATION_PART))
    total += Number(amount) * (UNIT_MS[unit as string] as number);
  return Math.round(total);
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

/**
 * When a limit resets, from a header in any common form: epoch ms, epoch s, seconds from now, a duration, RFC 3339 or an
 * HTTP date. A number above 1e12 is epoch ms, above 1e9 epoch s, else seconds from `at`.
 * @returns epoch ms; `undefined` for any other text
 */
export const parseResetTime = (text: string | undefined, at: number): number | undefined => {
  const trimmed = text?.trim();
  if (trimmed === undefined || trimmed === '') return undefined;
  const number = Number(trimmed);
  if (Number.isFinite(number)) {
    if (number > 1e12) return Math.round(number);
    return number > 1e9 ? Math.round(number * 1000) : Math.round(at + Math.max(0, number) * 1000);
  }
  const span = durationOf(trimmed);
  if (span !== undefined) return at + span;
  const date = /\d{4}/.test(trimmed) ? Date.parse(trimmed) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
};

/**
 * When `retry-after-ms` or `retry-after` (seconds, fractions allowed, or an HTTP date) allows the next request; the later one
 * if both are set.
 * @returns epoch ms; `undefined` if neither is set or valid
 * @see RFC 9110, 10.2.3
 */
export const retryAfterOf = ({ headers, at }: ResponseHead): number | undefined => {
  const ms = numberOf(headers, 'retry-after-ms');
  const moments = [ms === undefined ? undefined : at + ms, parseResetTime(headerOf(headers, 'retry-after'), at)];
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.max(...known, at);
};

/** A copy of `object` without `keys`. */
export const omit = <T extends object, K extends string>(object: T, ...keys: readonly K[]): Omit<T, K> => {
  const copy: Partial<Record<string, unknown>> = { ...(object as Record<string, unknown>) };
  for (const key of keys) delete copy[key];
  return copy as Omit<T, K>;
};
