import { type ErrorRule, nextMidnightIn, nextMinute, nextUtcMidnight } from '429chain/plugin';

const pacificMidnight = (at: number): number => nextMidnightIn('America/Los_Angeles', at);

/** The request is too large for the model, under any status. */
const TOO_LARGE: readonly ErrorRule[] = [
  {
    code: ['context_length_exceeded', 'tokens_limit_reached', 'exceed_context_size_error', 'payload_too_large'],
    class: 'too_large',
    why: 'OpenAI and Cerebras; Azure; llama.cpp; OpenRouter',
  },
  {
    status: [400, 413, 422, 500],
    says: /\bmaximum context length\b|\bexceeds the maximum number of tokens allowed\b|^too many tokens:/i,
    class: 'too_large',
    why: 'vLLM; Gemini; Cohere',
  },
  { status: [400], code: ['1261'], class: 'too_large', why: 'z.ai: prompt too long' },
];

const MODERATION: readonly ErrorRule[] = [
  {
    code: ['content_filter', 'content_policy_violation', 'ResponsibleAIPolicyViolation'],
    class: 'moderation',
    why: 'OpenAI and Azure refuse the content',
  },
  { status: [403], has: ['reasons', 'flagged_input'], class: 'moderation', why: 'OpenRouter behind another address' },
];

/** A bad key under a 400, and a 401 or 403 that is not about the key. */
const KEYS: readonly ErrorRule[] = [
  { code: ['API_KEY_INVALID', 'invalid_api_key', 'wrong_api_key'], class: 'auth', why: 'Gemini says so with a 400' },
  {
    status: [400],
    code: ['FAILED_PRECONDITION'],
    says: /^User location is not supported/,
    class: 'auth',
    why: 'Gemini gives this country no free tier: a fact of the account',
  },
  {
    status: [403],
    says: /^error code: 1010\b/,
    plainText: true,
    class: 'bad_request',
    why: 'Cloudflare dislikes our client',
  },
  { status: [403], says: /^</, plainText: true, class: 'bad_request', why: 'a page of a firewall in front of the API' },
  {
    status: [403],
    says: /^this model requires a subscription\b/,
    class: 'not_found',
    why: 'Ollama Cloud: this model only',
  },
  { status: [403], code: ['1913'], class: 'not_found', why: 'Mistral: a Labs model' },
  {
    status: [498],
    says: /\bblocked\b/i,
    class: 'bad_request',
    why: 'Cohere: a blocked token, and not capacity as at Groq',
  },
];

/** No credit. It has no window, and comes under five statuses. */
const CREDIT: readonly ErrorRule[] = [
  {
    code: [
      'insufficient_quota',
      'credit_balance_exhausted',
      'organization_spend_limit_exceeded',
      'project_spend_limit_exceeded',
      'organization_usage_limit_exceeded',
    ],
    class: 'quota',
    scope: 'provider',
    why: 'OpenAI: money under a 429',
  },
  { says: /\binsufficient balance \(1008\)/i, class: 'not_found', why: 'ModelScope: a retired model' },
  { status: [429], code: ['1113'], class: 'quota', why: 'z.ai: a paid model without balance; free models still work' },
  {
    status: [429],
    code: ['1308', '1310', '1309', '1314'],
    class: 'quota',
    scope: 'provider',
    why: 'z.ai: plan spent or expired',
  },
  {
    status: [403, 429],
    says: /\bhas either used all available credits or reached its monthly spending limit\b/,
    class: 'quota',
    scope: 'provider',
    why: 'xAI',
  },
  { status: [412], says: /\bis suspended\b/, class: 'quota', scope: 'provider', why: 'Fireworks: billing' },
  { status: [402], class: 'quota', scope: 'provider', why: 'payment required' },
];

const LIMITS: readonly ErrorRule[] = [
  {
    code: /PerDay/,
    class: 'quota',
    resets: pacificMidnight,
    why: 'Gemini: the hint of seconds does not hold for a day',
  },
  {
    status: [429],
    code: ['4006', '3036'],
    class: 'quota',
    scope: 'provider',
    resets: nextUtcMidnight,
    why: "Cloudflare: the account's neurons of the day",
  },
  {
    says: /\bfree-models-per-day\b/,
    class: 'quota',
    scope: 'pool',
    spent: { dimension: 'requests', window: '1d' },
    resets: nextUtcMidnight,
    why: 'OpenRouter, wrapped by a gateway that lost the reset',
  },
  {
    says: /\bfree-models-per-min\b/,
    class: 'rate_limit',
    scope: 'pool',
    spent: { dimension: 'requests', window: '1m' },
    why: 'OpenRouter, wrapped by a gateway that lost the reset',
  },
  { status: [429], code: ['1300'], class: 'rate_limit', resets: nextMinute, why: 'Mistral counts by the wall clock' },
  {
    says: /\bTrial key, which is limited to\b/,
    class: 'rate_limit',
    scope: 'provider',
    why: 'Cohere: all models share it',
  },
  {
    says: /\breached your (?:session|hourly|daily|weekly|monthly) usage limit\b|\busage limit reached\b/i,
    class: 'rate_limit',
    scope: 'provider',
    why: 'Ollama Cloud, OpenCode Zen: the account',
  },
  {
    code: ['RateLimitReached'],
    says: /\bexceeded for User(?:By(?:Minute|Day)|ConcurrentRequests)\b/,
    class: 'rate_limit',
    scope: 'provider',
    why: 'Azure: not by model',
  },
  {
    code: ['rate_limit_error'],
    says: /\byour (?:organization's )?(?:per-minute )?rate limit\b/,
    class: 'rate_limit',
    scope: 'provider',
    why: "Anthropic's dialect: the account",
  },
];

/** The provider has no capacity, under any status. */
const CAPACITY: readonly ErrorRule[] = [
  { status: [400], says: /\bDEGRADED function cannot be invoked\b/, class: 'overloaded', why: 'NVIDIA NIM' },
  { status: [429], code: ['3505', '3040', '1305'], class: 'overloaded', why: 'Mistral; Cloudflare; z.ai' },
  {
    code: ['engine_overloaded', 'overloaded_error', 'provider_overloaded', 'provider_unavailable', 'UNAVAILABLE'],
    class: 'overloaded',
    why: 'said by name',
  },
  {
    status: [502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 530],
    plainText: true,
    scope: 'provider',
    why: 'a gateway in front of the API answered, so it concerns all models',
  },
  { status: [499], class: 'server_error', why: 'cancelled, but not by the caller' },
];

const MODELS: readonly ErrorRule[] = [
  {
    code: ['model_not_found', 'model_archived', 'model_decommissioned', 'NotFoundError', 'not_found_error'],
    class: 'not_found',
    why: 'under 400 as well as 404',
  },
  { status: [400], code: ['1214'], class: 'not_found', why: 'z.ai: unknown model' },
];

/** Names of limits. They add nothing to a 429, but are all there is for an error inside an answer. */
const NAMED: readonly ErrorRule[] = [
  {
    status: [200],
    code: ['rate_limit_exceeded', 'rate_limit_error', 'rate_limited', 'too_many_requests', 'RESOURCE_EXHAUSTED'],
    class: 'rate_limit',
    why: 'a limit inside an answer',
  },
];

/** What failures mean: the first rule that matches decides. The last one always matches. */
export const RULES: readonly ErrorRule[] = [
  ...TOO_LARGE,
  ...MODERATION,
  ...KEYS,
  ...CREDIT,
  ...LIMITS,
  ...CAPACITY,
  ...MODELS,
  ...NAMED,
  { why: 'what the status says' },
];
