import type { Signal } from '../../contract/quota.js';
import { type ErrorFacts, errorField, type Fields, isFields } from './error-body.js';
import { durationOf, parseResetTime } from './headers.js';
import { dimensionOf, parseLimits, type StatedLimit } from './prose.js';
import { type HeaderMeanings, readRateLimitHeaders } from './rate-limit-headers.js';

/** The limits that an error body states: in Google's `QuotaFailure` if it has one, else in its message. */
export const statedLimits = ({ details, message }: ErrorFacts): StatedLimit[] => {
  const violations = details.flatMap(({ violations: list }) => (Array.isArray(list) ? list : []).filter(isFields));
  const structured = violations.flatMap(limitOfViolation);
  return structured.length > 0 ? structured : parseLimits(message);
};

/** Keys of a wait in seconds, anywhere in the body. LLM7, OpenRouter. */
const SECONDS = ['retry_after_seconds', 'retry_after'];

/** When a field of the body allows the next request, epoch ms: Google's `RetryInfo`, OpenRouter's metadata, LLM7's `retry_after`. */
export const structuredRetryAt = (facts: ErrorFacts, at: number): number | undefined => {
  const delay = facts.details.find(({ retryDelay }) => typeof retryDelay === 'string')?.retryDelay;
  const wait = delay === undefined ? undefined : durationOf(String(delay));
  if (wait !== undefined) return at + wait;
  for (const key of SECONDS) {
    const seconds = errorField(facts, key);
    if (typeof seconds === 'number' && seconds >= 0) return at + seconds * 1000;
  }
  return parseResetTime(bodyHeaders(facts)['retry-after'], at);
};

/** The signals of rate-limit headers inside the body, as OpenRouter sends them in `metadata.headers`. */
export const signalsInBody = (facts: ErrorFacts, at: number, meanings: HeaderMeanings): readonly Signal[] =>
  readRateLimitHeaders({ status: 429, headers: bodyHeaders(facts), at }, meanings) ?? [];

const bodyHeaders = (facts: ErrorFacts): Readonly<Record<string, string>> => {
  const headers = errorField(facts, 'headers');
  if (!isFields(headers)) return {};
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
    ),
  );
};

const QUOTA_WINDOW = /Per(Minute|Hour|Day)/;
const WINDOWS: Readonly<Record<string, string>> = { Minute: '1m', Hour: '1h', Day: '1d' };

/** `GenerateRequestsPerDayPerProjectPerModel-FreeTier` → requests, `1d`, none left. */
const limitOfViolation = ({ quotaId, quotaValue }: Fields): StatedLimit[] => {
  if (typeof quotaId !== 'string') return [];
  const dimension = dimensionOf(quotaId.slice(0, 200));
  const window = WINDOWS[QUOTA_WINDOW.exec(quotaId)?.[1] ?? ''];
  const limit = quotaValue === undefined ? Number.NaN : Number(quotaValue);
  if (dimension === undefined) return [];
  return [{ dimension, window, limit: Number.isFinite(limit) ? limit : undefined, remaining: 0 }];
};
