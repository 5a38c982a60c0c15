import type { NamedRefusal } from '../allowance.js';
import { type Dialect, modelList, type RefusedRequest, type Reply } from '../dialect.js';

/** Google's endpoint with OpenAI's protocol answers errors as a list of one. */
const failure = (code: number, message: string, status: string, details?: readonly object[]): Reply => ({
  status: code,
  body: [{ error: { code, message, status, ...(details === undefined ? {} : { details }) } }],
});

const METRICS = 'generativelanguage.googleapis.com/generate_content_free_tier_';

/** The metric and the id of each quota of the free tier. */
const QUOTAS: Readonly<Record<string, readonly [metric: string, id: string]>> = {
  'requests minute': ['requests', 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier'],
  'requests day': ['requests', 'GenerateRequestsPerDayPerProjectPerModel-FreeTier'],
  'tokens minute': ['input_token_count', 'GenerateContentInputTokensPerModelPerMinute-FreeTier'],
};

const PLAN =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.';

/** Also sent when the day is used up, where it is misleading. */
const LONGEST_HINT_MS = 45_000;

const quotaFailure = (model: string, { dimension, called, limit, retryAfterMs = 0 }: NamedRefusal): Reply => {
  const [metric, quotaId] = QUOTAS[`${dimension} ${called}`] ?? ['requests', `${dimension} per ${called}`];
  const hintMs = Math.min(retryAfterMs, LONGEST_HINT_MS);
  const day = called === 'day';
  const message = [
    day ? `${PLAN} To monitor your current usage, head to: https://ai.dev/rate-limit. ` : PLAN,
    `* Quota exceeded for metric: ${METRICS}${metric}, limit: ${limit}${day ? `, model: ${model}` : ''}`,
    `Please retry in ${hintMs / 1000}s.`,
  ].join('\n');
  return failure(429, message, 'RESOURCE_EXHAUSTED', [
    {
      '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
      violations: [
        {
          quotaMetric: METRICS + metric,
          quotaId,
          quotaDimensions: { location: 'global', model },
          quotaValue: String(limit),
        },
      ],
    },
    {
      '@type': 'type.googleapis.com/google.rpc.Help',
      links: [
        {
          description: 'Learn more about Gemini API quotas',
          url: 'https://ai.google.dev/gemini-api/docs/rate-limits',
        },
      ],
    },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${Math.ceil(hintMs / 1000)}s` },
  ]);
};

const refuse = ({ model, refusal }: RefusedRequest): Reply => {
  const { limit, requested, retryAfterMs } = refusal;
  if (retryAfterMs === Number.POSITIVE_INFINITY) {
    const message = `The input token count (${requested}) exceeds the maximum number of tokens allowed (${limit}).`;
    return failure(400, message, 'INVALID_ARGUMENT');
  }
  if (retryAfterMs === undefined) {
    return failure(503, 'The model is overloaded. Please try again later.', 'UNAVAILABLE');
  }
  return quotaFailure(model, refusal);
};

/** Fields of OpenAI that Gemini does not know. */
const UNKNOWN = ['logit_bias', 'logprobs', 'top_logprobs', 'min_p', 'store', 'metadata', 'user', 'enable_thinking'];

const refuseFields = (body: Readonly<Record<string, unknown>>): Reply | undefined => {
  const field = UNKNOWN.find((each) => each in body);
  if (field === undefined) return undefined;
  const message = `Invalid JSON payload received. Unknown name "${field}": Cannot find field.`;
  return failure(400, message, 'INVALID_ARGUMENT', [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ description: message }] },
  ]);
};

export const gemini: Dialect = {
  covers: 'model',
  completions: { idPrefix: 'gemini-', streamUsage: 'choice' },
  answerHeaders: () => ({}),
  refuse,
  refuseFields,
  wrongKey: () => failure(400, 'Please pass a valid API key', 'INVALID_ARGUMENT'),
  unknownModel: (model) =>
    failure(
      404,
      `models/${model} is not found for API version v1main, or is not supported for generateContent.`,
      'NOT_FOUND',
    ),
  badRequest: (message) => failure(400, message, 'INVALID_ARGUMENT'),
  listModels: (ids) =>
    modelList(
      ids.map((id) => `models/${id}`),
      'google',
    ),
};
