import type { Chain, Configuration, FullTarget, Provider } from '../contract/config.js';
import { DEMO_KEY, type SimulatedProvider, type SimulationOptions, startSimulatedProvider } from './provider.js';

/** A simulated free-tier account and its configuration. */
interface Account {
  readonly id: string;
  readonly type: string;
  readonly simulation: SimulationOptions;
  /** Limits that responses do not report. */
  readonly limits?: Provider['limits'];
}

interface DemoProvider extends SimulatedProvider {
  readonly id: string;
}

/** Running simulated accounts, and the configuration for them. */
export interface DemoWorld {
  readonly providers: readonly DemoProvider[];
  /** As in 429chain.json5. */
  readonly settings: Configuration;
  close(): Promise<void>;
}

// These limits are in no header. Provider types know the real limits per minute, but the simulated ones last seconds, so
// they are part of the configuration.
const GROQ_BURST = { requests: 20, per: '4s' } as const;
const GEMINI_BURST = { requests: 15, per: '5s' } as const;
const GEMINI_DAY = { requests: 500, each: 'day', zone: 'America/Los_Angeles' } as const;
const OPENROUTER_FREE = { requests: 20, per: '6s' } as const;
const LOCAL_SLOTS = { concurrent: 4 } as const;

const ACCOUNTS: readonly Account[] = [
  {
    id: 'groq',
    type: 'groq',
    simulation: {
      dialect: 'groq',
      models: ['openai/gpt-oss-120b', 'openai/gpt-oss-20b'],
      latencyMs: 3,
      limits: [
        { ...GROQ_BURST, called: 'minute', counting: 'refilling' },
        { requests: 1_000, per: '1d', called: 'day', counting: 'refilling' },
        { tokens: 8_000, per: '4s', called: 'minute', counting: 'refilling' },
      ],
    },
  },
  {
    id: 'gemini',
    type: 'gemini',
    simulation: {
      dialect: 'gemini',
      models: ['gemini-3.1-flash-lite', 'gemma-4-31b-it'],
      latencyMs: 4,
      limits: [{ ...GEMINI_BURST, called: 'minute', counting: 'fixed' }, GEMINI_DAY],
    },
  },
  {
    id: 'mistral',
    type: 'mistral',
    simulation: {
      dialect: 'mistral',
      models: ['mistral-small-latest', 'ministral-8b-latest'],
      latencyMs: 5,
      // Its minute is a real one: its headers state no reset, and 429chain knows that it ends with the minute of the clock.
      limits: [
        { requests: 50, per: '1m', called: 'minute', counting: 'fixed' },
        { tokens: 50_000, per: '1m', called: 'minute', counting: 'fixed' },
      ],
    },
  },
  {
    id: 'openrouter',
    type: 'openrouter',
    limits: [OPENROUTER_FREE],
    simulation: {
      dialect: 'openrouter',
      models: ['meta-llama/llama-3.3-70b-instruct:free', 'google/gemma-4-31b-it:free'],
      latencyMs: 8,
      limits: [
        { ...OPENROUTER_FREE, called: 'minute', counting: 'fixed' },
        { requests: 1_000, per: '1d', called: 'day', counting: 'fixed' },
      ],
    },
  },
  {
    id: 'local',
    type: 'openai-compatible',
    limits: [LOCAL_SLOTS],
    simulation: {
      dialect: 'local',
      models: ['qwen3:8b'],
      embeddingModels: ['nomic-embed-text'],
      latencyMs: 12,
      limits: [LOCAL_SLOTS],
    },
  },
];

/** Groq and Gemini have limits per model, so they belong to the target. */
const groq = (model: string): FullTarget => ({ provider: 'groq', model, limits: [GROQ_BURST] });
const gemini = (model: string): FullTarget => ({ provider: 'gemini', model, limits: [GEMINI_BURST, GEMINI_DAY] });

const CHAINS: Readonly<Record<string, Chain>> = {
  default: [
    groq('openai/gpt-oss-120b'),
    gemini('gemini-3.1-flash-lite'),
    'mistral/mistral-small-latest',
    'openrouter/meta-llama/llama-3.3-70b-instruct:free',
    'openrouter/google/gemma-4-31b-it:free',
    'local/qwen3:8b',
  ],
  fast: { targets: [groq('openai/gpt-oss-20b'), 'mistral/ministral-8b-latest'], maxWait: '10s' },
  embed: ['local/nomic-embed-text'],
};

/** Starts simulated providers whose limits reset within seconds, each on a free port of 127.0.0.1. */
export const startDemo = async (): Promise<DemoWorld> => {
  const running = await Promise.all(
    ACCOUNTS.map(async (account) => ({ account, provider: await startSimulatedProvider(account.simulation) })),
  );
  const providers = running.map(({ account, provider }): [string, Provider] => {
    const { id, type, limits } = account;
    return [id, { type, baseUrl: provider.baseUrl, apiKey: DEMO_KEY, ...(limits === undefined ? {} : { limits }) }];
  });
  return {
    providers: running.map(({ account: { id }, provider }) => ({
      id,
      origin: provider.origin,
      baseUrl: provider.baseUrl,
      stats: () => provider.stats(),
      close: () => provider.close(),
    })),
    settings: { providers: Object.fromEntries(providers), chains: structuredClone(CHAINS), defaultChain: 'default' },
    close: async () => {
      await Promise.all(running.map(({ provider }) => provider.close()));
    },
  };
};
