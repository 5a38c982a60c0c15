import type { NamedStanding } from '../allowance.js';
import type { Dialect, RefusedRequest, Reply, Served } from '../dialect.js';

const NAMES: Readonly<Record<string, string>> = { requests: 'req', tokens: 'tokens' };

/** The limits of the minute, and never when it ends. */
const minuteHeaders = (standings: readonly NamedStanding[]): Record<string, string> =>
  Object.fromEntries(
    standings
      .filter(({ dimension, called }) => called === 'minute' && dimension in NAMES)
      .flatMap(({ dimension, limit, remaining }) => [
        [`x-ratelimit-limit-${NAMES[dimension]}-minute`, String(limit)],
        [`x-ratelimit-remaining-${NAMES[dimension]}-minute`, String(remaining)],
      ]),
  );

/** Streams have no headers about limits. */
const answerHeaders = (standings: readonly NamedStanding[], _now: number, { stream, tokens }: Served) => {
  const headers = stream ? {} : minuteHeaders(standings);
  return Object.keys(headers).length === 0 ? headers : { ...headers, 'x-ratelimit-tokens-query-cost': String(tokens) };
};

const failure = (status: number, message: string, type: string, code: string): Reply => ({
  status,
  body: { object: 'error', message, type, param: null, code, raw_status_code: status },
});

/** A refusal has no Retry-After, and only the headers of the limit that is used up. */
const refuse = ({ refusal, standings }: RefusedRequest): Reply => {
  const { dimension, limit, requested, retryAfterMs } = refusal;
  if (retryAfterMs === Number.POSITIVE_INFINITY) {
    const message = `Prompt contains ${requested} tokens and 0 draft tokens, too large for model with ${limit} maximum context length`;
    return {
      status: 400,
      body: { object: 'error', message, type: 'invalid_request_invalid_args', param: null, code: '3051' },
    };
  }
  if (retryAfterMs === undefined) {
    return failure(429, 'Service tier capacity exceeded for this model.', 'service_tier_capacity_exceeded', '3505');
  }
  return {
    ...failure(429, 'Rate limit exceeded', 'rate_limited', '1300'),
    headers: minuteHeaders(standings.filter((each) => each.dimension === dimension)),
  };
};

const invalid = (detail: readonly object[]): Reply => ({
  status: 422,
  body: { object: 'error', message: { detail }, type: 'invalid_request_error', param: null, code: null },
});

/** The fields of a chat request. Mistral refuses all others. */
const KNOWN = new Set(
  `model messages temperature top_p max_tokens stream stop random_seed response_format tools tool_choice presence_penalty
  frequency_penalty n prediction parallel_tool_calls prompt_mode safe_prompt guardrails`.split(/\s+/),
);

const refuseFields = (body: Readonly<Record<string, unknown>>): Reply | undefined => {
  const detail = Object.entries(body)
    .filter(([field]) => !KNOWN.has(field))
    .map(([field, input]) => ({
      type: 'extra_forbidden',
      loc: ['body', field],
      msg: 'Extra inputs are not permitted',
      input,
    }));
  return detail.length === 0 ? undefined : invalid(detail);
};

export const mistral: Dialect = {
  covers: 'model',
  completions: { idPrefix: 'mistral-', streamUsage: 'unasked' },
  answerHeaders,
  refuse,
  refuseFields,
  wrongKey: () => ({ status: 401, body: { detail: 'Unauthorized' } }),
  unknownModel: (model) => ({
    status: 400,
    body: { object: 'error', message: `Invalid model: ${model}`, type: 'invalid_model', code: '1500' },
  }),
  badRequest: (message) => invalid([{ type: 'value_error', loc: ['body'], msg: message }]),
  listModels: (ids) => ({
    object: 'list',
    data: ids.map((id) => ({
      id,
      object: 'model',
      created: 1_760_000_000,
      owned_by: 'mistralai',
      capabilities: { completion_chat: true, completion_fim: false, function_calling: true, vision: false },
      max_context_length: 131_072,
      aliases: [],
    })),
  }),
};
