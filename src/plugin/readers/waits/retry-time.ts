import type { Signal } from '../../../contract/quota.js';
import type { Failure } from '../../door/attempt.js';
import type { HeaderMeanings } from '../../door/limit-headers.js';
import type { ErrorFacts } from '../errors/error-body.js';
import { durationOf } from '../headers/headers.js';
import { clockOf } from '../headers/provider-clock.js';
import { loneReset, resetOfQuota, withinWindow } from '../headers/rate-limit-headers.js';
import { retryAfterInBody } from './error-limits.js';
import { structuredRetryAt } from './wait-fields.js';
import { parseRetryTime } from './wait-prose.js';

/** What a rule of a provider says about its resets. */
interface ResetRule {
  readonly resets?: (at: number) => number;
  readonly zone?: string;
}

interface Limits {
  /** The limits that the body or the rule names. */
  readonly stated: readonly Signal[];
  /** The limits that are spent: those, or without any the ones whose headers say so. */
  readonly spent: readonly Signal[];
  /** Whether a reset header that belongs to no limit counts. */
  readonly lone: boolean;
}

const MOST_SENTENCES = 10;

/**
 * When the exhausted quota allows the next request, by the most trusted hint: the documented reset, `retry-after`, a field of the
 * body, its sentences, the reset header of the quota. A hint in the past is none. Absolute times are corrected by the provider's clock.
 * Except for a documented reset, the wait ends at the latest with the longest window that the body names.
 * @returns epoch ms
 */
export const retryTimeOf = (
  failure: Failure,
  facts: ErrorFacts,
  rule: ResetRule,
  limits: Limits,
  meanings: HeaderMeanings,
): number | undefined => {
  const clock = clockOf(failure.head, failure.at);
  const headers = failure.head?.headers ?? {};
  const documented = rule.resets?.(clock.at + clock.ahead);
  if (documented !== undefined && documented - clock.ahead > clock.at) return documented - clock.ahead;
  const sentences = facts.sentences.slice(0, MOST_SENTENCES);
  const resets = limits.spent
    .filter(({ refills }) => refills === undefined)
    .map((quota): Signal => ({ ...quota, resetAt: quota.resetAt ?? resetOfQuota(headers, quota, clock, meanings) }));
  const hints = [
    () => failure.retryAt,
    () => structuredRetryAt(facts, clock),
    () => retryAfterInBody(facts, clock),
    () => sentences.map((text) => parseRetryTime(text, clock, rule.zone)).find((moment) => moment !== undefined),
    () => longestReset(resets, clock.at),
    () => (limits.lone && limits.stated.length === 0 ? loneReset(headers, clock, meanings) : undefined),
  ];
  for (const hint of hints) {
    const moment = hint();
    if (moment !== undefined && moment > clock.at) return withinNamed(moment, limits.stated, clock.at);
  }
  return failure.retryAt;
};

const longestReset = (quotas: readonly Signal[], at: number): number | undefined =>
  quotas
    .filter(({ resetAt }) => resetAt !== undefined && resetAt > at)
    .toSorted((one, other) => spanOf(other) - spanOf(one))[0]?.resetAt;

const withinNamed = (moment: number, stated: readonly Signal[], at: number): number | undefined => {
  const [longest] = stated.toSorted((one, other) => spanOf(other) - spanOf(one));
  const known = stated.every(({ window }) => window !== undefined);
  return known ? withinWindow(moment, longest?.window, at) : moment;
};

const spanOf = ({ window }: Pick<Signal, 'window'>): number => (window === undefined ? 0 : (durationOf(window) ?? 0));
