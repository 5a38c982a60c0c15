import type { RequestAttempt, RequestRecord } from '../../contract/requests.js';
import type { AttemptRecord, Failure, Outcome } from './attempt.js';

/** A provider's words may be a whole page. */
const LONGEST_REASON = 300;

/** A request that is over, as it is kept and shown. Nothing of what was asked or answered. */
export const toRequestRecord = (outcome: Outcome): RequestRecord => {
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
    attempts: outcome.attempts.map((each) => attemptOf(each, outcome.startedAt, outcome.content !== undefined)),
  };
};

const attemptOf = (record: AttemptRecord, arrivedAt: number, withContent: boolean): RequestAttempt => {
  const { attempt, outcome, durationMs, adapted } = record;
  const target = attempt.target.id;
  const startedMs = Math.max(0, attempt.startedAt - arrivedAt);
  if (outcome === 'skipped') {
    const reason = record.reason.slice(0, LONGEST_REASON);
    return { target, outcome, ...(record.limited && { class: 'rate_limit' }), reason, startedMs, durationMs: 0 };
  }
  const spent = { startedMs, durationMs: tenths(durationMs), ...(adapted.length > 0 && { adapted }) };
  if (outcome === 'served') return { target, outcome, ...spent };
  const { failure } = record;
  const { class: failureClass, status } = failure;
  const reason = withContent ? failure.message : withoutContent(failure);
  return {
    target,
    outcome,
    class: failureClass,
    ...(reason !== undefined && { reason: reason.slice(0, LONGEST_REASON) }),
    ...(status !== undefined && { status }),
    ...spent,
  };
};

/** From a quotation mark to its fellow, or to where the words were cut. An apostrophe is none. */
const QUOTATION = /(?<!\w)(["'`])((?:(?!\1(?!\w))[\s\S])*)(?:\1(?!\w)|$)/g;
/** What is quoted at greater length is no name of a field. */
const LONGEST_NAME = 32;

/** A provider's words without what they may repeat of the request: a refusal of the content is about nothing else. */
const withoutContent = ({ class: failureClass, message }: Failure): string | undefined => {
  if (failureClass === 'moderation') return undefined;
  return message.replace(QUOTATION, (whole, quote: string, quoted: string) =>
    quoted.length > LONGEST_NAME ? `${quote}…${quote}` : whole,
  );
};

/** Nobody looks closer, and the file is a fifth smaller. */
const tenths = (ms: number): number => Math.round(ms * 10) / 10;
