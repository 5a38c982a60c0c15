import {
  type AttemptRecord,
  definePlugin,
  type FailureClass,
  type LogFields,
  type Outcome,
  withoutQuotations,
} from '429chain/plugin';

const NAME = 'request-lines';

/** For these classes, the provider's message is about the request and may quote it. */
const ABOUT_THE_REQUEST: ReadonlySet<FailureClass> = new Set(['bad_request', 'moderation', 'too_large']);

/**
 * Logs a line for each finished request. At the level `debug`, it also logs each failed or skipped target and each change to
 * the request.
 */
export default definePlugin({
  name: NAME,
  description: 'Writes a line to the log of 429chain for each request.',
  apply({ hooks, log }) {
    hooks.afterResponse.tap(NAME, (outcome) => {
      if (log.writes('debug')) {
        for (const tried of outcome.attempts) {
          for (const text of attemptLines(tried)) log.debug(text, attemptFields(tried));
        }
      }
      const level = isFailure(outcome) ? 'warn' : 'info';
      if (log.writes(level)) log[level](requestLine(outcome), requestFields(outcome));
    });
  },
});

/** Whether the request failed for lack of capacity or with a server error. A mistake of the caller is not a failure. */
const isFailure = ({ status }: Outcome): boolean => status === 429 || status >= 500;

/** Returns how many targets were asked. */
const askedIn = (request: Outcome): number => {
  let count = 0;
  // Where there are steps, reading `attempts` makes them.
  for (const { outcome } of request.steps ?? request.attempts)
    if (outcome === 'served' || outcome === 'failed') count++;
  return count;
};

const requestLine = (outcome: Outcome): string => {
  const { requestId, chain, path, status, refusal, servedBy, usage, durationMs, waitedMs, resumed } = outcome;
  const asks = askedIn(outcome);
  const by = servedBy === undefined ? (refusal ?? 'by no target') : `by ${servedBy.id}`;
  // A request that was refused before its chain was known has only a path.
  let line = `${status} ${by} in ${Math.round(durationMs)} ms (${chain === '' ? path : `chain ${chain}`}`;
  if (asks > 1) line += `, ${asks} attempts`;
  if (resumed > 0) line += `, resumed ${resumed === 1 ? 'once' : `${resumed} times`}`;
  if (waitedMs >= 1) line += `, waited ${Math.round(waitedMs)} ms`;
  if (usage !== undefined) line += `, ${usage.estimated ? 'about ' : ''}${usage.input} + ${usage.output} tokens`;
  return `${line}), request ${requestId}`;
};

const requestFields = (outcome: Outcome): LogFields => ({
  requestId: outcome.requestId,
  chain: outcome.chain,
  target: outcome.servedBy?.id,
  status: outcome.status,
  path: outcome.path,
  stream: outcome.stream,
  keyLabel: outcome.keyLabel,
  attempts: askedIn(outcome),
  resumed: outcome.resumed,
  promptTokens: outcome.usage?.input,
  completionTokens: outcome.usage?.output,
  tokensEstimated: outcome.usage?.estimated,
  durationMs: Math.round(outcome.durationMs),
  firstTokenMs: outcome.firstTokenMs === undefined ? undefined : Math.round(outcome.firstTokenMs),
  waitedMs: Math.round(outcome.waitedMs),
});

const attemptLines = (tried: AttemptRecord): readonly string[] =>
  [adaptedLine(tried), attemptLine(tried)].filter((text) => text !== undefined);

const adaptedLine = ({ attempt: { requestId, target }, adapted }: AttemptRecord): string | undefined =>
  adapted.length === 0 ? undefined : `changed for ${target.id}: ${adapted.join('; ')} (request ${requestId})`;

/** The line of a failed or skipped target; `undefined` for the target that served. */
const attemptLine = (record: AttemptRecord): string | undefined => {
  const { requestId, target } = record.attempt;
  if (record.outcome === 'skipped') return `${target.id} was skipped: ${record.reason} (request ${requestId})`;
  if (record.outcome === 'served') return undefined;
  const { class: failureClass, status, message } = record.failure;
  const said = ABOUT_THE_REQUEST.has(failureClass) ? '' : `: ${withoutQuotations(message)}`;
  const answered = status === undefined ? '' : `, status ${status}`;
  const failed = `${target.id} failed in ${Math.round(record.durationMs)} ms with ${failureClass}${answered}${said}`;
  const decided = record.decision === undefined ? '' : ` · ${record.decision}`;
  return `${failed}${decided} (request ${requestId})`;
};

const attemptFields = (record: AttemptRecord): LogFields => ({
  requestId: record.attempt.requestId,
  chain: record.attempt.chain,
  target: record.attempt.target.id,
  outcome: record.outcome,
  class: record.outcome === 'failed' ? record.failure.class : undefined,
  status: record.outcome === 'failed' ? record.failure.status : undefined,
  decision: record.outcome === 'failed' ? record.decision : undefined,
  durationMs: Math.round(record.durationMs),
});
