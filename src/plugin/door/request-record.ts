import type { RequestAttempt, RequestRecord } from '../../contract/requests.js';
import type { AttemptRecord, Failure, Outcome } from './attempt.js';
import { withoutQuotations } from './quotations.js';
import { cutReason, skippedAttempt, skippedAttempts } from './skipped-attempts.js';

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
  const { steps, startedAt } = outcome;
  const withContent = outcome.content !== undefined;
  // Where there are steps, reading `attempts` makes them.
  if (steps === undefined) return outcome.attempts.map((each) => attemptOf(each, startedAt, withContent));
  const attempts: RequestAttempt[] = [];
  for (const step of steps) {
    if (step.outcome !== 'skipped together') attempts.push(attemptOf(step, startedAt, withContent));
    else attempts.push(...skippedAttempts(step.targets, Math.max(0, step.startedAt - startedAt)));
  }
  return attempts;
};

const attemptOf = (record: AttemptRecord, arrivedAt: number, withContent: boolean): RequestAttempt => {
  const { attempt, outcome, adapted } = record;
  const target = attempt.target.id;
  const startedMs = Math.max(0, attempt.startedAt - arrivedAt);
  if (outcome === 'skipped') return skippedAttempt(target, record, startedMs);
  const durationMs = tenths(record.durationMs);
  if (outcome === 'served')
    return adapted.length === 0
      ? { target, outcome, startedMs, durationMs }
      : { target, outcome, startedMs, durationMs, adapted };
  const { failure, decision } = record;
  const { class: failureClass, status } = failure;
  const reason = withContent ? failure.message : withoutContent(failure);
  return {
    target,
    outcome,
    class: failureClass,
    ...(reason !== undefined && { reason: cutReason(reason) }),
    ...(status !== undefined && { status }),
    ...(decision !== undefined && { decision }),
    startedMs,
    durationMs,
    ...(adapted.length > 0 && { adapted }),
  };
};

/** A provider's message without quotations of the request. A moderation refusal may quote nothing else, so it is left out. */
const withoutContent = ({ class: failureClass, message }: Failure): string | undefined =>
  failureClass === 'moderation' ? undefined : withoutQuotations(message);

/** Rounded to a tenth of a millisecond: the file is a fifth smaller. */
const tenths = (ms: number): number => Math.round(ms * 10) / 10;
