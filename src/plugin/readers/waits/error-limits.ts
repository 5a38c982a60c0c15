import type { Signal } from '../../../contract/quota.js';
import type { HeaderMeanings } from '../../door/limit-headers.js';
import { type Fields, isFields } from '../../fields.js';
import { type ErrorFacts, errorField } from '../errors/error-body.js';
import { parseResetTime } from '../headers/headers.js';
import type { ProviderClock } from '../headers/provider-clock.js';
import { signalsIn } from '../headers/rate-limit-headers.js';
import { dimensionOf, parseLimits, type StatedLimit } from './prose.js';

/** The limits that an error body states: in Google's `QuotaFailure` if it has one, else in the first sentence that states any. */
export const statedLimits = ({ details, sentences }: ErrorFacts): StatedLimit[] => {
  const violations = details.flatMap(({ violations: list }) => (Array.isArray(list) ? list : []).filter(isFields));
  const structured = violations.slice(0, 100).flatMap(limitOfViolation);
  if (structured.length > 0) return structured;
  for (const sentence of sentences.slice(0, MOST_SENTENCES)) {
    const limits = parseLimits(sentence);
    if (limits.length > 0) return limits;
  }
  return [];
};

const MOST_SENTENCES = 10;

/** When rate-limit headers inside the body allow the next request, epoch ms. */
export const retryAfterInBody = (facts: ErrorFacts, { at, ahead }: ProviderClock): number | undefined =>
  parseResetTime(bodyHeaders(facts)['retry-after'], at, ahead);

/** The signals of rate-limit headers inside the body, as OpenRouter sends them in `metadata.headers`. */
export const signalsInBody = (facts: ErrorFacts, clock: ProviderClock, meanings: HeaderMeanings): readonly Signal[] =>
  signalsIn(bodyHeaders(facts), clock, meanings) ?? [];

const bodyHeaders = (facts: ErrorFacts): Readonly<Record<string, string>> => {
  const headers = errorField(facts, 'headers');
  if (!isFields(headers)) return {};
  return Object.fromEntries(
    Object.entries(headers)
      .slice(0, 100)
      .flatMap(([name, value]) =>
        typeof value === 'string' || typeof value === 'number'
          ? [[name.toLowerCase(), String(value).slice(0, 1000)]]
          : [],
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
