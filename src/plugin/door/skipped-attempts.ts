import type { RequestAttempt } from '../../contract/requests.js';
import type { SkippedTarget } from './attempt.js';

/** A provider's message may be a whole page. */
const LONGEST_REASON = 300;

export const cutReason = (text: string): string =>
  text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON - 1)}…` : text;

/** A skipped target as the request log keeps it. */
export const skippedAttempt = (target: string, { reason, limited }: SkippedPart, startedMs: number): RequestAttempt => {
  const cut = cutReason(reason);
  return limited
    ? { target, outcome: 'skipped', class: 'rate_limit', reason: cut, startedMs, durationMs: 0 }
    : { target, outcome: 'skipped', reason: cut, startedMs, durationMs: 0 };
};

type SkippedPart = Pick<SkippedTarget, 'reason' | 'limited'>;

/** Most requests skip targets within their first milliseconds. */
const MOST_KEPT_MS = 20;

const kept = new WeakMap<readonly SkippedTarget[], (readonly RequestAttempt[])[]>();

/**
 * Returns targets that were skipped together as the request log keeps them: the same objects for all requests that skip the
 * same list after the same time.
 */
export const skippedAttempts = (targets: readonly SkippedTarget[], startedMs: number): readonly RequestAttempt[] => {
  const byMs = kept.get(targets) ?? [];
  const known = byMs[startedMs];
  if (known !== undefined) return known;
  const attempts = targets.map((each) => skippedAttempt(each.target.id, each, startedMs));
  if (startedMs < MOST_KEPT_MS) byMs[startedMs] = attempts;
  kept.set(targets, byMs);
  return attempts;
};
