import type { RequestAttempt, RequestRecord } from '../../contract/requests.js';
import type { AttemptRecord, Failure, Outcome } from './attempt.js';
import { withoutQuotations } from './quotations.js';

/** A provider's message may be a whole page. */
const LONGEST_REASON = 300;

/** An outcome as the request log keeps it: without the prompt and the answer. */
export const toRequestRecord = (outcome: Outcome): RequestRecord => {
  const { servedBy, usage, firstTokenMs, startedAt, attempts } = outcome;
  const withContent = outcome.content !== undefined;
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
    attempts: attempts.map((each) => attemptOf(each, startedAt, withContent)),
  };
};

const attemptOf = (record: AttemptRecord, arrivedAt: number, withContent: boolean): RequestAttempt => {
  const { attempt, outcome, adapted } = record;
  const target = attempt.target.id;
  const startedMs = Math.max(0, attempt.startedAt - arrivedAt);
  if (outcome === 'skipped') {
    const reason = cut(record.reason);
    return { target, outcome, ...(record.limited && { class: 'rate_limit' }), reason, startedMs, durationMs: 0 };
  }
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
    ...(reason !== undefined && { reason: cut(reason) }),
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

const cut = (text: string): string => (text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON - 1)}…` : text);

/** Rounded to a tenth of a millisecond: the file is a fifth smaller. */
const tenths = (ms: number): number => Math.round(ms * 10) / 10;
