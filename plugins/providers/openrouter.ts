import { type ErrorRule, type ModelView, nextUtcMidnight, type ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

const FREE_DAY = {
  class: 'quota',
  scope: 'pool',
  spent: { dimension: 'requests', window: '1d' },
  resets: nextUtcMidnight,
  why: "the account's free requests of the day are used up, for all free models",
} as const;

const FREE_MINUTE = {
  class: 'rate_limit',
  scope: 'pool',
  spent: { dimension: 'requests', window: '1m' },
  why: "the account's free requests of the minute are used up, for all free models",
} as const;

// The free models must not cool down together with the paid ones.
const NO_CREDIT = { class: 'quota', about: 'money', scope: 'pool' } as const;

/** `limit_source` first, then messages, then `error_type`, which is the least specific. */
const RULES: readonly ErrorRule[] = [
  { code: ['openrouter_free_tier_daily'], ...FREE_DAY },
  { says: /^Rate limit exceeded: free-models-per-day/, ...FREE_DAY },
  { code: ['openrouter_free_tier_per_minute'], ...FREE_MINUTE },
  { says: /^Rate limit exceeded: free-models-per-min/, ...FREE_MINUTE },
  {
    says: /^Rate limit exceeded: limit_rpm\//,
    class: 'rate_limit',
    spent: { dimension: 'requests', window: '1m' },
    why: 'this free model for this account; the number moves with demand',
  },
  { code: ['upstream_provider_shared_pool'], class: 'rate_limit', why: "the upstream's pool, not our account's" },
  { code: ['openrouter_admission_control'], class: 'overloaded', why: 'it sheds load' },
  {
    code: ['openrouter_in_flight_budget'],
    class: 'rate_limit',
    scope: 'pool',
    why: 'too many at once for the balance',
  },
  { status: [402], ...NO_CREDIT, why: 'no credit' },
  { code: ['openrouter_credits', 'payment_required'], ...NO_CREDIT, why: 'no credit' },
  { says: /^Key limit exceeded/, ...NO_CREDIT, why: "the key's own cap on credit, under a 403" },
  {
    says: /^No endpoints found that (?:support|can handle)/,
    class: 'bad_request',
    why: 'the model exists, but no endpoint supports what this request asks for',
  },
  { status: [403], has: ['reasons', 'flagged_input'], class: 'moderation', why: 'the input was flagged' },
  { code: ['content_policy_violation', 'refusal'], class: 'moderation', why: 'content refused' },
  {
    code: ['context_length_exceeded', 'payload_too_large', 'string_too_long', 'image_too_large'],
    class: 'too_large',
    why: 'error_type',
  },
  { code: ['provider_overloaded', 'provider_unavailable'], class: 'overloaded', why: 'error_type' },
  { code: ['rate_limit_exceeded'], class: 'rate_limit', why: 'error_type' },
  { code: ['authentication'], class: 'auth', why: 'error_type' },
  { code: ['timeout', 'server'], class: 'server_error', why: 'error_type' },
];

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

const listOf = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined);

/** Reads prices: decimal texts in US dollars per token. -1 means that the price depends on the request, as for `openrouter/auto`. */
const pricesOf = (pricing: Fields): Partial<ModelView> => {
  const amounts = Object.values(pricing).map(Number).filter(Number.isFinite);
  const [input, output] = [Number(pricing.prompt), Number(pricing.completion)];
  if (!(input >= 0 && output >= 0)) return {};
  return { price: { input: perMillion(input), output: perMillion(output) }, free: amounts.every((each) => each === 0) };
};

/** Rounded, because the multiplication is inexact. */
const perMillion = (perToken: number): number => Number((perToken * 1_000_000).toPrecision(9));

export const readPricedModel = (entry: Fields): Partial<ModelView> | undefined => {
  const { input_modalities: takes, output_modalities: gives } = fieldsOf(entry.architecture);
  const parameters = listOf(entry.supported_parameters);
  const maxOutput = fieldsOf(entry.top_provider).max_completion_tokens;
  if (listOf(gives)?.includes('text') === false) return undefined;
  return {
    // A price counts more than a name.
    ...(String(entry.id).endsWith(':free') ? { free: true } : {}),
    ...pricesOf(fieldsOf(entry.pricing)),
    ...(typeof maxOutput === 'number' ? { maxOutput } : {}),
    ...(listOf(takes) === undefined ? {} : { vision: listOf(takes)?.includes('image') === true }),
    ...(parameters === undefined
      ? {}
      : { tools: parameters.includes('tools'), reasoning: parameters.includes('reasoning') }),
  };
};

/** They cost money with free models too. */
const PAID_EXTRAS = ['plugins', 'web_search_options'];

export const openrouter: ProviderType = {
  baseUrl: 'https://openrouter.ai/api/v1',
  speaks: ['chat', 'completions', 'embeddings'],
  ...FACTS.openrouter,
  readModel: readPricedModel,
  modelList: { prices: true },
  freeOnly: { body: { provider: { max_price: { prompt: 0, completion: 0 } } }, drop: PAID_EXTRAS },
  noTraining: {
    body: { provider: { data_collection: 'deny' } },
    training: {
      posture: 'no',
      note: "With data_collection: 'deny', which 429chain sends, it asks only endpoints that do not collect data.",
      source: 'https://openrouter.ai/docs/features/provider-routing',
      date: '2026-11-30',
    },
  },
  // Models of Google and Anthropic behind it want their signatures back, which are among the details.
  conversation: [{ reasoning: { fields: ['reasoning', 'reasoning_details'] } }],
  pool: (model) => (/:free$|^openrouter\/free$/.test(model) ? 'free' : 'credit'),
  // The list of models is public.
  keyCheck: '/key',
  // Only refusals have headers, and without a window.
  limitHeaders: { requests: { byRule: true } },
  errors: RULES,
};
