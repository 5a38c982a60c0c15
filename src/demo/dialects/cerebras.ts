import type { NamedStanding } from '../allowance.js';
import { type Dialect, modelList, type RefusedRequest, type Reply, wholeSeconds } from '../dialect.js';

/** Requests and tokens by minute, hour and day, with resets in seconds. Only on answers, not on refusals. */
const answerHeaders = (standings: readonly NamedStanding[], now: number): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const { dimension, called, limit, remaining, resetAt } of standings) {
    if (called === undefined || resetAt === undefined) continue;
    headers[`x-ratelimit-limit-${dimension}-${called}`] = String(limit);
    headers[`x-ratelimit-remaining-${dimension}-${called}`] = String(remaining);
    headers[`x-ratelimit-reset-${dimension}-${called}`] = String((resetAt - now) / 1000);
  }
  return headers;
};

/** The error fields are at the top level, without an `error` object. */
const failure = (status: number, message: string, type: string, param: string | null, code: string): Reply => ({
  status,
  body: { message, type, param, code },
});

const QUOTAS = {
  requests: ['too many requests sent', 'too_many_requests_error', 'request_quota_exceeded'],
  tokens: ['too many tokens processed', 'too_many_tokens_error', 'token_quota_exceeded'],
} as const;

const refuse = ({ refusal }: RefusedRequest): Reply => {
  const { dimension, called = 'minute', limit, requested, retryAfterMs } = refusal;
  if (dimension === 'concurrent' || retryAfterMs === undefined) {
    const message = "We're experiencing high traffic right now! Please try again soon.";
    return {
      ...failure(429, message, 'too_many_requests_error', 'queue', 'queue_exceeded'),
      headers: { 'x-should-retry': 'false' },
    };
  }
  if (retryAfterMs === Number.POSITIVE_INFINITY) {
    const message = `Please reduce the length of the messages or completion. Current length is ${requested} while limit is ${limit}`;
    return failure(400, message, 'invalid_request_error', 'messages', 'context_length_exceeded');
  }
  const [why, type, code] = QUOTAS[dimension];
  const what = dimension === 'requests' ? 'Requests' : 'Tokens';
  return {
    ...failure(429, `${what} per ${called} limit exceeded - ${why}.`, type, 'quota', code),
    headers: { 'retry-after': wholeSeconds(retryAfterMs) },
  };
};

export const cerebras: Dialect = {
  covers: 'model',
  completions: { idPrefix: 'chatcmpl-', streamUsage: 'unasked' },
  answerHeaders,
  refuse,
  wrongKey: () => failure(401, 'Wrong API Key', 'invalid_request_error', 'api_key', 'wrong_api_key'),
  unknownModel: (model) =>
    failure(
      404,
      `Model ${model} does not exist or you do not have access to it.`,
      'not_found_error',
      'model',
      'model_not_found',
    ),
  badRequest: (message) => failure(400, message, 'invalid_request_error', 'validation_error', 'wrong_api_format'),
  listModels: (ids) => modelList(ids, 'Cerebras'),
};
