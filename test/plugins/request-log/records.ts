import type { RequestAttempt, RequestRecord } from '429chain/plugin';

/** Noon of 1 January 2026. */
export const NOON = Date.UTC(2026, 0, 1, 12);
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const attemptOf = (outcome: RequestAttempt['outcome'], more: Partial<RequestAttempt> = {}): RequestAttempt => ({
  target: 'groq/a-model',
  outcome,
  durationMs: outcome === 'skipped' ? 0 : 100,
  ...more,
});

/** A record. By default, groq served it. */
export const recordOf = (id: string, more: Partial<RequestRecord> = {}): RequestRecord => ({
  id,
  at: NOON,
  chain: 'default',
  target: 'groq/a-model',
  provider: 'groq',
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
  attempts: [attemptOf('served')],
  ...more,
});
