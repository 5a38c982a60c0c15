import type { WorldProvider } from './world.js';

/** Providers whose headers state what is left: a bucket, a grid of windows, a fixed window, a sliding one. */
export const TELLING: readonly WorldProvider[] = [
  {
    id: 'groq',
    dialect: 'groq',
    models: ['llama-3.1-8b-instant'],
    limits: [
      { requests: 30, per: '1m', counting: 'refilling' },
      { requests: 14_400, per: '1d', counting: 'refilling' },
      { tokens: 12_000, per: '1m', counting: 'refilling' },
      { tokens: 500_000, per: '1d', counting: 'refilling' },
    ],
  },
  {
    id: 'cerebras',
    dialect: 'cerebras',
    models: ['gpt-oss-120b'],
    counts: 'asked',
    limits: [
      { requests: 10, per: '1m', counting: 'fixed' },
      { requests: 480, per: '1h', counting: 'fixed' },
      { tokens: 30_000, per: '1m', counting: 'fixed' },
      { tokens: 1_000_000, per: '1h', counting: 'fixed' },
    ],
  },
  {
    id: 'plain',
    dialect: 'openai',
    models: ['large'],
    limits: [
      { requests: 20, per: '1m', counting: 'fixed' },
      { tokens: 40_000, per: '1m', counting: 'fixed' },
    ],
  },
  { id: 'draft', dialect: 'ietf', models: ['medium'], limits: [{ requests: 15, per: '1m', counting: 'sliding' }] },
];

/** A chain over all of them. */
export const OVER_TELLING = ['groq/llama-3.1-8b-instant', 'cerebras/gpt-oss-120b', 'plain/large', 'draft/medium'];

/** Providers that state nothing but 429: a fixed window, a sliding one, a bucket. */
export const SILENT: readonly WorldProvider[] = [
  { id: 'fixed', dialect: 'silent', models: ['a'], limits: [{ requests: 20, per: '1m', counting: 'fixed' }] },
  { id: 'sliding', dialect: 'silent', models: ['b'], limits: [{ requests: 15, per: '1m', counting: 'sliding' }] },
  { id: 'bucket', dialect: 'silent', models: ['c'], limits: [{ requests: 30, per: '1m', counting: 'refilling' }] },
];

/** The same kind of provider, but the configuration holds their limits. */
export const WRITTEN: readonly WorldProvider[] = [
  {
    id: 'fixed',
    dialect: 'silent',
    models: ['a'],
    written: true,
    limits: [
      { requests: 30, per: '1m', counting: 'fixed' },
      { tokens: 24_000, per: '1m', counting: 'fixed' },
    ],
  },
  {
    id: 'sliding',
    dialect: 'silent',
    models: ['b'],
    written: true,
    counts: 'asked',
    limits: [
      { requests: 20, per: '1m', counting: 'sliding' },
      { requests: 5, per: '10s', counting: 'sliding' },
    ],
  },
  {
    id: 'bucket',
    dialect: 'silent',
    models: ['c'],
    written: true,
    limits: [{ requests: 15, per: '1m', counting: 'refilling' }],
  },
  { id: 'slots', dialect: 'local', models: ['qwen3:8b'], written: true, limits: [{ concurrent: 2 }] },
];

/** A chain over all of them. */
export const OVER_WRITTEN = ['fixed/a', 'sliding/b', 'bucket/c', 'slots/qwen3:8b'];

/** Accounts whose day is used up: one states its reset, one misleads, one frees a request now and then, one hints. */
export const DAY_SPENT: readonly WorldProvider[] = [
  {
    id: 'openrouter',
    dialect: 'openrouter',
    models: ['gemma:free', 'llama:free'],
    limits: [
      { requests: 20, per: '1m', counting: 'fixed' },
      { requests: 50, per: '1d', counting: 'fixed', spent: 50 },
    ],
  },
  {
    id: 'gemini',
    dialect: 'gemini',
    models: ['flash'],
    limits: [
      { requests: 10, per: '1m', counting: 'fixed' },
      { requests: 20, per: '1d', counting: 'fixed', spent: 20 },
      { inputTokens: 250_000, per: '1m', counting: 'fixed' },
    ],
  },
  {
    id: 'rolling',
    dialect: 'groq',
    models: ['gpt-oss-20b'],
    limits: [
      { requests: 30, per: '1m', counting: 'refilling' },
      { requests: 1_000, per: '1d', counting: 'refilling', spent: 1_000 },
      { tokens: 8_000, per: '1m', counting: 'refilling' },
    ],
  },
  {
    id: 'hinted',
    dialect: 'hinted',
    models: ['m'],
    limits: [{ requests: 100, per: '1d', counting: 'fixed', spent: 100 }],
  },
];

/** The start of a chain that prefers these. */
export const OVER_DAY_SPENT = [
  'openrouter/gemma:free',
  'gemini/flash',
  'rolling/gpt-oss-20b',
  'hinted/m',
  'openrouter/llama:free',
];

/** Providers that state little: a retry time, what is left without a reset, a countdown. */
export const TACITURN: readonly WorldProvider[] = [
  { id: 'hinted', dialect: 'hinted', models: ['a'], limits: [{ requests: 20, per: '1m', counting: 'fixed' }] },
  {
    id: 'mistral',
    dialect: 'mistral',
    models: ['small'],
    limits: [
      { requests: 24, per: '1m', counting: 'fixed' },
      { tokens: 50_000, per: '1m', counting: 'fixed' },
    ],
  },
  { id: 'cohere', dialect: 'cohere', models: ['c'], limits: [{ requests: 20, per: '1m', counting: 'sliding' }] },
  { id: 'dated', dialect: 'dated', models: ['d'], limits: [{ requests: 15, per: '1m', counting: 'sliding' }] },
];

/** Token limits of different sizes that count different tokens. */
export const BY_TOKENS: readonly WorldProvider[] = [
  {
    id: 'groq',
    dialect: 'groq',
    models: ['gpt-oss-120b'],
    limits: [
      { requests: 30, per: '1m', counting: 'refilling' },
      { requests: 14_400, per: '1d', counting: 'refilling' },
      { tokens: 8_000, per: '1m', counting: 'refilling' },
    ],
  },
  {
    id: 'cerebras',
    dialect: 'cerebras',
    models: ['gpt-oss-120b'],
    counts: 'asked',
    limits: [
      { requests: 30, per: '1m', counting: 'fixed' },
      { tokens: 30_000, per: '1m', counting: 'fixed' },
    ],
  },
  {
    id: 'plain',
    dialect: 'openai',
    models: ['large'],
    counts: 'afterwards',
    limits: [
      { requests: 60, per: '1m', counting: 'fixed' },
      { tokens: 50_000, per: '1m', counting: 'fixed' },
    ],
  },
];

/** A limit on tokens, below the bound that agents send with every request. */
export const SMALL_MINUTES: readonly WorldProvider[] = [
  {
    id: 'plain',
    dialect: 'openai',
    models: ['large'],
    limits: [
      { requests: 60, per: '1m', counting: 'fixed' },
      { tokens: 25_000, per: '1m', counting: 'fixed' },
    ],
  },
  {
    id: 'draft',
    dialect: 'suffixed',
    models: ['medium'],
    limits: [
      { tokens: 20_000, per: '1m', counting: 'refilling' },
      { tokens: 2_000_000, per: '1d', counting: 'fixed' },
    ],
  },
];

const COUNTED = [
  { requests: 60, per: '1m', counting: 'fixed' },
  { tokens: 40_000, per: '1m', counting: 'fixed' },
] as const;

/** Providers that count the bound of a request beforehand. One type says so; others only refuse. */
export const COUNTING_BOUNDS: readonly WorldProvider[] = [
  { id: 'cerebras', dialect: 'cerebras', models: ['gpt-oss-120b'], counts: 'asked', limits: COUNTED },
  { id: 'worded', dialect: 'worded', models: ['a'], counts: 'asked', limits: COUNTED },
];

/** The same, and their refusals explain nothing. */
export const COUNTING_BOUNDS_SILENTLY: readonly WorldProvider[] = [
  { id: 'bare', dialect: 'openai', models: ['a'], counts: 'asked', limits: COUNTED },
  { id: 'silent', dialect: 'silent', models: ['b'], counts: 'asked', written: true, limits: COUNTED },
];

/** Providers whose clocks are seconds off, behind a network that reorders. */
export const SKEWED: readonly WorldProvider[] = [
  {
    id: 'behind',
    dialect: 'epoch',
    models: ['a'],
    skewMs: -7_300,
    limits: [{ requests: 25, per: '1m', counting: 'fixed' }],
  },
  {
    id: 'ahead',
    dialect: 'epoch',
    models: ['b'],
    skewMs: 11_700,
    limits: [{ requests: 20, per: '1m', counting: 'fixed' }],
  },
  {
    id: 'relative',
    dialect: 'suffixed',
    models: ['c'],
    skewMs: -90_000,
    limits: [{ requests: 15, per: '1m', counting: 'fixed' }],
  },
  {
    id: 'openrouter',
    dialect: 'openrouter',
    models: ['gemma:free'],
    skewMs: -4_200,
    limits: [{ requests: 20, per: '1m', counting: 'fixed' }],
  },
].map((each) => ({ ...each, latency: { network: 90, networkSpread: 1.1, headSpread: 0.9 } }) as WorldProvider);

/** Providers that count the calls they refuse. */
export const GRUDGING: readonly WorldProvider[] = [
  {
    id: 'openrouter',
    dialect: 'openrouter',
    models: ['gemma:free'],
    refusedCount: true,
    limits: [
      { requests: 20, per: '1m', counting: 'fixed' },
      { requests: 1_000, per: '1d', counting: 'fixed' },
    ],
  },
  {
    id: 'stubborn',
    dialect: 'silent',
    models: ['a'],
    refusedCount: true,
    limits: [{ requests: 15, per: '1m', counting: 'sliding' }],
  },
  {
    id: 'hinted',
    dialect: 'hinted',
    models: ['b'],
    refusedCount: true,
    limits: [{ requests: 20, per: '1m', counting: 'sliding' }],
  },
];
