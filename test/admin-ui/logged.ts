import type { RequestAttempt, RequestContent, RequestRecord } from '429chain/plugin';
import type { RequestStore } from '../../plugins/nedb-logger/store.js';
import type { AdminServer } from './browser.js';

/** Records between two flushes: fewer than the log's queue holds. */
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

/** Adds requests to the log of a proxy, in the order in which they ended. */
export const log = async (server: AdminServer, requests: Iterable<RequestRecord>, content?: RequestContent) => {
  const store = server.app.runtime.host.requestLog as RequestStore;
  let waiting = 0;
  for (const request of requests) {
    store.add(request, content);
    if (++waiting % AT_ONCE === 0) await store.flush();
  }
  await store.flush();
};
