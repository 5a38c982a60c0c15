import { entriesOf, type Fields, isFields } from '../../fields.js';
import type { ErrorFacts } from '../errors/error-body.js';
import { plainName } from '../errors/error-names.js';
import { durationOf, parseResetTime } from '../headers/headers.js';
import type { ProviderClock } from '../headers/provider-clock.js';
import { spanIn } from './wait-prose.js';

const PREFIX = '(?:x|api|quota|rate|limit|ratelimit|suggested|recommended|minimum|min|next|error|window|estimated)*';

/** Names of a span, with its unit: `resets_in_seconds`, `retry_after_ms`, `retryAfter`, `retryDelay`, `wait_seconds`. */
const SPAN = new RegExp(
  `^${PREFIX}(?:retryafter|retryin|retrydelay|resets?in|resets?after|resetdelay|timetoreset|timeuntilreset|untilreset|secondsuntil(?:reset|retry)|wait(?:time|for|in)?|cooldown|backoff|estimatedtime|timeremaining)(ms|milliseconds|millis|s|sec|secs|seconds|m|mins?|minutes|h|hours)?$`,
);

/** Names of a moment: `resets_at`, `reset_at`, `resetTime`, `next_reset`, `quotaResetTimeStamp`, `retry_at`, `blocked_until`. */
const MOMENT = new RegExp(
  `^${PREFIX}(?:resets?(?:at|on|time|date|datetime|timestamp)?|retry(?:at|time|afterdate)|availableat|available(?:again)?at|(?:blocked|limited|locked|suspended|banned|retry|wait)until)(ms|s|sec|seconds|utc|epoch|unix)?$`,
);

const UNIT_MS: readonly (readonly [RegExp, ms: number])[] = [
  [/^m(?:s|illi)/, 1],
  [/^m/, 60_000],
  [/^h/, 3_600_000],
];

/**
 * When the fields of a body allow the next request, at any layer: the longest span, such as `retry_after: 5` or Google's
 * `retryDelay`, else the latest moment, such as `resets_at`. A window with something `remaining` is not the exhausted one.
 * @param zone the zone of a date without one. Default: UTC
 * @returns epoch ms; `undefined` without such a field, and for a time in the past
 */
export const structuredRetryAt = (
  { layers, details }: Pick<ErrorFacts, 'layers' | 'details'>,
  clock: ProviderClock,
): number | undefined => {
  const fields = [...layers, ...details].filter(isSpent).flatMap(entriesOf);
  const named = fields.map(([key, value]) => [plainName(key), value] as const);
  const spans = named.flatMap(([name, value]) => spanOf(name, value, clock) ?? []);
  const moments = named.flatMap(([name, value]) => (MOMENT.test(name) ? (momentOf(value, clock) ?? []) : []));
  return latest(spans, clock) ?? latest(moments, clock);
};

const latest = (moments: readonly number[], { at }: ProviderClock): number | undefined => {
  const coming = moments.filter((moment) => moment > at);
  return coming.length === 0 ? undefined : Math.max(...coming);
};

const isSpent = ({ remaining }: Fields): boolean => !(Number(remaining ?? 0) > 0);

const spanOf = (name: string, value: unknown, clock: ProviderClock): number | undefined => {
  const match = SPAN.exec(name);
  if (match === null) return undefined;
  if (isFields(value)) return protobufSpan(value, clock);
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const number = value === '' ? Number.NaN : Number(value);
  // A number of this size is a time.
  if (Number.isNaN(number) || number > 1e9) {
    const text = String(value).slice(0, 100);
    const ms = spanIn(text);
    return ms === undefined ? parseResetTime(text, clock.at, clock.ahead) : clock.at + ms;
  }
  const unit = match[1] === undefined ? 1000 : (UNIT_MS.find(([names]) => names.test(match[1] as string))?.[1] ?? 1000);
  return clock.at + Math.round(number * unit);
};

/** `{ "seconds": 38, "nanos": 500000000 }` */
const protobufSpan = ({ seconds, nanos = 0 }: Fields, { at }: ProviderClock): number | undefined => {
  const ms = Number(seconds ?? 0) * 1000 + Number(nanos) / 1e6;
  return ms > 0 && ms < 1e12 ? at + Math.round(ms) : undefined;
};

const momentOf = (value: unknown, { at, ahead }: ProviderClock): number | undefined => {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const text = String(value).slice(0, 100);
  return durationOf(text) === undefined ? parseResetTime(text, at, ahead) : undefined;
};
