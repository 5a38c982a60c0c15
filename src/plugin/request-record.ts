import type { RequestAttempt, RequestRecord } from '../contract/requests.js';
import type { Outcome, Try } from './api.js';

/** A provider's words may be a whole page. */
const LONGEST_REASON = 300;

/** A request that is over, as it is kept and shown. Nothing of what was asked or answered. */
export const recordOf = (outcome: Outcome): RequestRecord => {
  const { servedBy, usage, firstTokenMs } = outcome;
  return {
    id: outcome.requestId,
    at: outcome.startedAt,
    chain: outcome.chain,
    ...(servedBy && { target: servedBy.id, provider: servedBy.provider, model: servedBy.model }),
    ...(usage && {
      promptTokens: usage.input,
      completionTokens: usage.output,
      ...(usage.cached !== undefined && { cachedTokens: usage.cached }),
      tokensEstimated: usage.estimated,
    }),
    latencyMs: tenths(outcome.durationMs),
    ...(firstTokenMs !== undefined && { firstTokenMs: tenths(firstTokenMs) }),
    waitedMs: tenths(outcome.waitedMs),
    status: outcome.status,
    stream: outcome.stream,
    path: outcome.path,
    keyLabel: outcome.keyLabel,
    resumed: outcome.resumed,
    attempts: outcome.tries.map((each) => attemptOf(each, outcome.startedAt)),
  };
};

const attemptOf = (
  { attempt, denial, limited, failure, durationMs, adapted }: Try,
  arrivedAt: number,
): RequestAttempt => {
  const target = attempt.target.id;
  const startedMs = Math.max(0, attempt.startedAt - arrivedAt);
  if (denial !== undefined) {
    const reason = denial.reason.slice(0, LONGEST_REASON);
    return {
      target,
      outcome: 'passed_over',
      ...(limited && { class: 'rate_limit' }),
      reason,
      startedMs,
      durationMs: 0,
    };
  }
  const spent = { startedMs, durationMs: tenths(durationMs), ...(adapted.length > 0 && { adapted }) };
  if (failure === undefined) return { target, outcome: 'served', ...spent };
  const { class: failureClass, message, status } = failure;
  const reason = message.slice(0, LONGEST_REASON);
  return {
    target,
    outcome: 'failed',
    class: failureClass,
    reason,
    ...(status !== undefined && { status }),
    ...spent,
  };
};

/** Nobody looks closer, and the file is a fifth smaller. */
const tenths = (ms: number): number => Math.round(ms * 10) / 10;
