import type {
  Attempt,
  AttemptRecord,
  Failure,
  Outcome,
  RequestAttempt,
  RequestContent,
  RequestRecord,
  Target,
} from '429chain/plugin';
import type { AdminServer } from './browser.js';

/** Records between two reads of the log, which write what waits: fewer than its queue holds. */
const AT_ONCE = 500;

/** A request record; by default, `one/a-model` served it. */
export const requestOf = (id: string, more: Partial<RequestRecord> = {}): RequestRecord => ({
  id,
  at: Date.now(),
  chain: 'default',
  target: 'one/a-model',
  provider: 'one',
  model: 'a-model',
  promptTokens: 10,
  completionTokens: 20,
  tokensEstimated: false,
  latencyMs: 120,
  waitedMs: 0,
  status: 200,
  stream: false,
  path: '/chat/completions',
  keyLabel: 'key 1',
  resumed: 0,
  attempts: [attemptOf('one/a-model', 'served')],
  ...more,
});

export const attemptOf = (
  target: string,
  outcome: RequestAttempt['outcome'],
  more: Partial<RequestAttempt> = {},
): RequestAttempt => ({ target, outcome, startedMs: 0, durationMs: outcome === 'skipped' ? 0 : 100, ...more });

/** Adds requests to the log of a proxy, in the order in which they ended, as if the proxy had just answered them. */
export const log = async (server: AdminServer, requests: Iterable<RequestRecord>, content?: RequestContent) => {
  const { hooks, requestLog } = server.app.runtime.host;
  let waiting = 0;
  for (const request of requests) {
    await hooks.afterResponse.promise(outcomeOf(request, content));
    if (++waiting % AT_ONCE === 0) await requestLog?.requests({ limit: 1 });
  }
  await requestLog?.requests({ limit: 1 });
};

const outcomeOf = (record: RequestRecord, content: RequestContent | undefined): Outcome => ({
  requestId: record.id,
  chain: record.chain,
  path: record.path,
  keyLabel: record.keyLabel,
  startedAt: record.at,
  status: record.status,
  refusal: record.refusal,
  durationMs: record.latencyMs,
  waitedMs: record.waitedMs,
  stream: record.stream,
  servedBy: record.target === undefined ? undefined : targetOf(record.target),
  firstTokenMs: record.firstTokenMs,
  usage:
    record.promptTokens === undefined
      ? undefined
      : {
          input: record.promptTokens,
          output: record.completionTokens ?? 0,
          cached: record.cachedTokens,
          estimated: record.tokensEstimated ?? false,
        },
  resumed: record.resumed,
  attempts: record.attempts.map((attempt) => attemptRecordOf(attempt, record)),
  content: content && (() => content),
});

const attemptRecordOf = (
  {
    target,
    outcome,
    class: failureClass,
    reason = '',
    decision,
    status,
    startedMs = 0,
    durationMs,
    adapted = [],
  }: RequestAttempt,
  { id, at, chain, stream }: RequestRecord,
): AttemptRecord => {
  const attempt: Attempt = {
    requestId: id,
    chain,
    target: targetOf(target),
    number: 1,
    startedAt: at + startedMs,
    stream,
    estimatedTokens: 0,
    dryRun: false,
  };
  const common = { attempt, durationMs, signals: [], adapted };
  if (outcome === 'served') return { ...common, outcome };
  if (outcome === 'skipped') return { ...common, outcome, reason, limited: failureClass === 'rate_limit' };
  const failure: Failure = { class: failureClass ?? 'server_error', status, message: reason, at };
  return { ...common, outcome, failure, decision };
};

const targetOf = (id: string): Target => {
  const [provider, model] = [id.slice(0, id.indexOf('/')), id.slice(id.indexOf('/') + 1)];
  return { id, provider, type: 'openai-compatible', model, limits: [] };
};
