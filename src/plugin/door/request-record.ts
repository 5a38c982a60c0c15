import type { FailureClass } from '../../contract/quota.js';
import type { RequestAttempt, RequestRecord } from '../../contract/requests.js';
import type { AttemptRecord, Outcome, SkippedTarget, SkippedTogether } from './attempt.js';
import { withoutQuotations } from './quotations.js';

/** A provider's message may be a whole page. */
const LONGEST_REASON = 300;

/** An outcome as the request log keeps it: without the prompt and the answer. */
export const toRequestRecord = (outcome: Outcome): RequestRecord => {
  const { servedBy, usage, firstTokenMs, startedAt } = outcome;
  return {
    id: outcome.requestId,
    at: startedAt,
    chain: outcome.chain,
    target: servedBy?.id,
    provider: servedBy?.provider,
    model: servedBy?.model,
    promptTokens: usage?.input,
    completionTokens: usage?.output,
    cachedTokens: usage?.cached,
    tokensEstimated: usage?.estimated,
    latencyMs: tenths(outcome.durationMs),
    firstTokenMs: firstTokenMs === undefined ? undefined : tenths(firstTokenMs),
    waitedMs: tenths(outcome.waitedMs),
    status: outcome.status,
    refusal: outcome.refusal,
    stream: outcome.stream,
    path: outcome.path,
    keyLabel: outcome.keyLabel,
    resumed: outcome.resumed,
    attempts: attemptsOf(outcome),
  };
};

const attemptsOf = (outcome: Outcome): readonly RequestAttempt[] => {
  const { startedAt } = outcome;
  const withContent = outcome.content !== undefined;
  // `attempts` is built when it is read.
  if (outcome.steps === undefined) return outcome.attempts.map((each) => attemptOf(each, startedAt, withContent));
  const attempts: RequestAttempt[] = [];
  for (const step of outcome.steps) {
    if (step.outcome === 'skipped together') attempts.push(...skippedTogether(step, startedAt));
    else attempts.push(attemptOf(step, startedAt, withContent));
  }
  return attempts;
};

/** Attempts that start later are not kept. */
const LATEST_KEPT_MS = 10;

/** The attempts of targets that were skipped together, by when they were skipped: many requests share them. */
const KEPT = new WeakMap<readonly SkippedTarget[], Map<number, readonly RequestAttempt[]>>();

const skippedTogether = ({ targets, startedAt }: SkippedTogether, arrivedAt: number): readonly RequestAttempt[] => {
  const startedMs = startedAfter(startedAt, arrivedAt);
  const kept = KEPT.get(targets) ?? new Map<number, readonly RequestAttempt[]>();
  const attempts = kept.get(startedMs) ?? targets.map((each) => skippedAttempt(each.target.id, each, startedMs));
  if (startedMs <= LATEST_KEPT_MS) KEPT.set(targets, kept.set(startedMs, attempts));
  return attempts;
};

const skippedAttempt = (
  target: string,
  { reason, limited }: Pick<SkippedTarget, 'reason' | 'limited'>,
  startedMs: number,
): RequestAttempt => ({
  target,
  outcome: 'skipped',
  ...(limited && { class: 'rate_limit' }),
  reason: cut(reason),
  startedMs,
  durationMs: 0,
});

const startedAfter = (startedAt: number, arrivedAt: number): number => Math.max(0, startedAt - arrivedAt);

const attemptOf = (record: AttemptRecord, arrivedAt: number, withContent: boolean): RequestAttempt => {
  const { attempt, outcome, adapted } = record;
  const target = attempt.target.id;
  const startedMs = startedAfter(attempt.startedAt, arrivedAt);
  if (outcome === 'skipped') return skippedAttempt(target, record, startedMs);
  const durationMs = tenths(record.durationMs);
  if (outcome === 'served')
    return adapted.length === 0
      ? { target, outcome, startedMs, durationMs }
      : { target, outcome, startedMs, durationMs, adapted };
  const { failure, decision } = record;
  const { class: failureClass, status } = failure;
  const reason = withContent ? cut(failure.message) : reasonWithoutContent(failureClass, failure.message);
  return {
    target,
    outcome,
    class: failureClass,
    ...(reason !== undefined && { reason }),
    ...(status !== undefined && { status }),
    ...(decision !== undefined && { decision }),
    startedMs,
    durationMs,
    ...(adapted.length > 0 && { adapted }),
  };
};

/**
 * Returns a provider's message as it may be stored and shown: at most 300 characters, without quotations of the request.
 * `undefined` for a refusal of the content, which may quote nothing else.
 */
export const reasonWithoutContent = (failureClass: FailureClass, message: string): string | undefined =>
  failureClass === 'moderation' ? undefined : cut(withoutQuotations(message));

const cut = (text: string): string => (text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON - 1)}…` : text);

/** Rounded to a tenth of a millisecond: the file is a fifth smaller. */
const tenths = (ms: number): number => Math.round(ms * 10) / 10;
