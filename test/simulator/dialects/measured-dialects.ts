import type { WorldStanding } from '../gate.js';
import type { SimulatedDialect } from './dialects.js';

const COMPLETIONS = { idPrefix: 'chatcmpl-', streamUsage: 'no choices' } as const;
const TYPE = 'openai-compatible';

const MISTRAL_NAMES: Readonly<Record<string, string>> = { requests: 'req', tokens: 'tokens' };

const mistralHeaders = (standings: readonly WorldStanding[]): Record<string, string> =>
  Object.fromEntries(
    standings
      .filter(({ dimension, called }) => dimension in MISTRAL_NAMES && called === 'minute')
      .flatMap(({ dimension, limit, remaining }) => [
        [`x-ratelimit-limit-${MISTRAL_NAMES[dimension]}-minute`, String(limit)],
        [`x-ratelimit-remaining-${MISTRAL_NAMES[dimension]}-minute`, String(remaining)],
      ]),
  );

/** States what is left of the minute, never its reset; streams state nothing, a refusal only what is spent. */
export const mistral: SimulatedDialect = {
  covers: 'model',
  type: TYPE,
  completions: { ...COMPLETIONS, streamUsage: 'unasked' },
  answerHeaders: (standings, _now, stream) => (stream ? {} : mistralHeaders(standings)),
  refuse: ({ refusal, standings }) =>
    refusal.retryAfterMs === Number.POSITIVE_INFINITY
      ? {
          status: 400,
          body: {
            object: 'error',
            message: 'Prompt exceeds the maximum context length',
            type: 'invalid_request_error',
            param: null,
            code: '3051',
          },
        }
      : {
          status: 429,
          headers: mistralHeaders(standings.filter(({ dimension }) => dimension === refusal.dimension)),
          body: {
            object: 'error',
            message: 'Rate limit exceeded',
            type: 'rate_limited',
            param: null,
            code: '1300',
            raw_status_code: 429,
          },
        },
};

/** A countdown of the trial's minute for all models; a refusal has it only in prose. */
export const cohere: SimulatedDialect = {
  covers: 'account',
  type: TYPE,
  completions: COMPLETIONS,
  answerHeaders: (standings) => {
    const minute = standings.find(({ dimension, called }) => dimension === 'requests' && called === 'minute');
    return minute === undefined
      ? {}
      : {
          'x-trial-endpoint-call-limit': String(minute.limit),
          'x-trial-endpoint-call-remaining': String(minute.remaining),
        };
  },
  refuse: ({ refusal: { limit, called } }) => ({
    status: 429,
    body: {
      id: '6f1f3c2e',
      message: `You are using a Trial key, which is limited to ${limit} API calls / ${called === 'minute' ? 'minute' : 'month'}. You can continue to use the Trial key for free or upgrade to a Production key with higher rate limits at 'https://dashboard.cohere.com/api-keys'.`,
    },
  }),
};

const GEMINI_IDS: Readonly<Record<string, string>> = {
  'requests minute': 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier',
  'requests day': 'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
  'input_tokens minute': 'GenerateContentInputTokensPerModelPerMinute-FreeTier',
};
/** Also sent with a spent day, where it is misleading. */
const GEMINI_LONGEST_HINT_MS = 45_000;

/** Never a header. A refusal names what is spent, and hints at seconds even when the day is spent. */
export const gemini: SimulatedDialect = {
  covers: 'model',
  type: TYPE,
  completions: COMPLETIONS,
  answerHeaders: () => ({}),
  refuse: ({ model, refusal: { dimension, called, limit, retryAfterMs } }) => {
    if (retryAfterMs === Number.POSITIVE_INFINITY) {
      const message = `The input token count exceeds the maximum number of tokens allowed ${limit}.`;
      return { status: 400, body: [{ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }] };
    }
    const seconds = Math.ceil(Math.min(retryAfterMs ?? 0, GEMINI_LONGEST_HINT_MS) / 1000);
    const details = [
      {
        '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
        violations: [
          {
            quotaMetric: 'generativelanguage.googleapis.com/generate_content_free_tier_requests',
            quotaId: GEMINI_IDS[`${dimension} ${called}`],
            quotaDimensions: { location: 'global', model },
            quotaValue: String(limit),
          },
        ],
      },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${seconds}s` },
    ];
    const message = 'You exceeded your current quota, please check your plan and billing details.';
    return { status: 429, body: [{ error: { code: 429, message, status: 'RESOURCE_EXHAUSTED', details } }] };
  },
};
