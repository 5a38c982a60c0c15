import type { Dialect, RefusedRequest, Reply } from '../dialect.js';

const MINUTE = { message: 'free-models-per-min. ', metadata: { limit_source: 'openrouter_free_tier_per_minute' } };
const DAY = {
  message: 'free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
  metadata: {
    limit_source: 'openrouter_free_tier_daily',
    remedy_hint:
      'Wait for the daily reset (see X-RateLimit-Reset), or purchase credits to raise your free-model daily limit.',
  },
};

const failure = (code: number, message: string, metadata?: object): Reply => ({
  status: code,
  body: { error: { message, code, ...(metadata === undefined ? {} : { metadata }) }, user_id: 'user_demo' },
});

/** The reset time of the account's limit is in the body, in epoch ms, and in no header of the response. */
const refuse = ({ model, refusal, now }: RefusedRequest): Reply => {
  const { called, limit, remaining, requested, retryAfterMs } = refusal;
  if (retryAfterMs === Number.POSITIVE_INFINITY) {
    const message = `This endpoint's maximum context length is ${limit} tokens. However, you requested about ${requested} tokens. Please reduce the length of either one.`;
    return failure(400, message, { provider_name: 'Simulated', error_type: 'context_length_exceeded' });
  }
  if (called === undefined || retryAfterMs === undefined) {
    return failure(429, 'Provider returned error', {
      raw: `${model} is temporarily rate-limited upstream. Please retry shortly, or add your own key to accumulate your rate limits: https://openrouter.ai/settings/integrations`,
      provider_name: 'Simulated',
      is_byok: false,
      provider_error_code: 'engine_overloaded',
      limit_source: 'upstream_provider_shared_pool',
      remedy_hint:
        'Retry shortly, add your own provider key (https://openrouter.ai/settings/integrations), or route to another provider with provider routing: https://openrouter.ai/docs/features/provider-routing',
    });
  }
  const { message, metadata } = called === 'day' ? DAY : MINUTE;
  return failure(429, `Rate limit exceeded: ${message}`, {
    headers: {
      'X-RateLimit-Limit': String(limit),
      'X-RateLimit-Remaining': String(remaining),
      'X-RateLimit-Reset': String(now + retryAfterMs),
    },
    ...metadata,
    provider_name: null,
  });
};

const listModels = (ids: readonly string[]): object => ({
  data: ids.map((id) => ({
    id,
    name: `${id} (simulated)`,
    context_length: 131_072,
    architecture: { input_modalities: ['text'], output_modalities: ['text'] },
    pricing: { prompt: '0', completion: '0', request: '0', image: '0' },
    top_provider: { context_length: 131_072, max_completion_tokens: 32_768, is_moderated: false },
    supported_parameters: ['max_tokens', 'stop', 'temperature', 'top_p'],
  })),
});

export const openrouter: Dialect = {
  covers: 'account',
  completions: {
    idPrefix: 'gen-',
    comment: 'OPENROUTER PROCESSING',
    fields: { provider: 'Simulated' },
    nativeFinish: true,
    streamUsage: 'choice',
    usageExtras: { cost: 0 },
  },
  answerHeaders: () => ({}),
  refuse,
  wrongKey: () => ({ status: 401, body: { error: { message: 'User not found.', code: 401 } } }),
  unknownModel: (model) => failure(404, `No endpoints found for ${model}.`),
  badRequest: (message) => failure(400, message),
  listModels,
};
