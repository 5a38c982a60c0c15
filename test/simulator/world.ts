import type { Chain, Configuration, FullTarget, Limit, Provider, Target } from '../../src/contract/config.js';
import type { Calendar } from '../../src/contract/quota.js';
import type { Arrivals } from './arrivals.js';
import { DIALECTS, type DialectName } from './dialects/dialects.js';
import type { TokenCounting, WorldLimit } from './gate.js';
import type { Reach } from './reach.js';

/** How an admitted call fails. `hang`: no response ever arrives. */
export type FailureKind = 'error' | 'overloaded' | 'reset' | 'hang';

/** A simulated account, as data. */
export interface WorldProvider {
  readonly id: string;
  readonly dialect: DialectName;
  readonly models: readonly string[];
  /** For each model or for all of them together, as the dialect covers. */
  readonly limits: readonly WorldLimit[];
  /** The configuration holds all of these limits. */
  readonly written?: true;
  readonly counts?: TokenCounting;
  /** Refused calls count against limits on requests. */
  readonly refusedCount?: true;
  /** How far its clock is ahead. */
  readonly skewMs?: number;
  /** When the headers are made: when the request is admitted (default), or when the answer begins. */
  readonly headersAt?: 'admission' | 'head';
  readonly failing?: { readonly share: number; readonly kinds: readonly FailureKind[] };
  readonly latency?: Partial<Latency>;
}

/** Median spans in ms, with a spread. */
export interface Latency {
  /** One way. */
  readonly network: number;
  readonly networkSpread: number;
  /** From admission to the first token. */
  readonly head: number;
  readonly headSpread: number;
  readonly perToken: number;
}

export const latencyOf = ({ latency }: WorldProvider): Latency => ({
  network: 25,
  networkSpread: 0.5,
  head: 450,
  headSpread: 0.5,
  perToken: 6,
  ...latency,
});

/** The engine restarts on the same data folder. `kill`: without a shutdown. */
export interface Restart {
  readonly atMinute: number;
  readonly how: 'stop' | 'kill';
}

/** A world, its requests, and what must be reached. */
export interface Workload {
  readonly name: string;
  /** In a few words. */
  readonly about: string;
  readonly providers: readonly WorldProvider[];
  /** As in a configuration. */
  readonly chains: Readonly<Record<string, Chain>>;
  readonly arrivals: Arrivals;
  readonly minutes: number;
  /** Length of the first two windows. Default: 2. */
  readonly firstMinutes?: number;
  /** ISO. Default: a morning that is not on the border of a window. */
  readonly startsAt?: string;
  readonly restarts?: readonly Restart[];
  readonly reach: Reach;
}

export const startOf = ({ startsAt = '2026-03-03T09:17:23.456Z' }: Workload): number => Date.parse(startsAt);

/** How long a caller waits for capacity by default. */
const DEFAULT_WAIT = '30s';

/** By chain. */
export const waitOf = (chain: Chain): string => ('targets' in chain ? (chain.maxWait ?? DEFAULT_WAIT) : DEFAULT_WAIT);

export const targetsOf = (chain: Chain): readonly Target[] => ('targets' in chain ? chain.targets : chain);

/** Returns the configuration for these accounts. */
export const configurationOf = ({ providers, chains }: Workload): Configuration => ({
  server: { apiKeys: ['key-of-the-callers'] },
  providers: Object.fromEntries(providers.map((each) => [each.id, providerOf(each)])),
  chains: Object.fromEntries(Object.entries(chains).map(([name, chain]) => [name, chainOf(chain, providers)])),
  defaultChain: Object.keys(chains)[0] as string,
  // A real disk does not follow virtual time.
  plugins: [{ use: 'nedb-logger', enabled: false }],
});

export const originOf = (id: string): string => `http://${id}.test`;

const providerOf = (provider: WorldProvider): Provider => {
  const { type, covers } = DIALECTS[provider.dialect];
  return {
    type,
    baseUrl: `${originOf(provider.id)}/v1`,
    apiKey: `key-of-${provider.id}`,
    timeouts: { firstToken: '15s' },
    ...(provider.written && covers === 'account' ? { limits: writtenLimits(provider) } : {}),
  };
};

const chainOf = (chain: Chain, providers: readonly WorldProvider[]): Chain => {
  const targets = targetsOf(chain).map((target) => (typeof target === 'string' ? targetOf(target, providers) : target));
  return 'targets' in chain ? { ...chain, targets } : targets;
};

const targetOf = (name: string, providers: readonly WorldProvider[]): string | FullTarget => {
  const [id = '', ...model] = name.split('/');
  const provider = providers.find((each) => each.id === id);
  if (provider === undefined) throw new Error(`There is no provider ${id} in this world.`);
  if (!provider.written || DIALECTS[provider.dialect].covers === 'account') return name;
  return { provider: id, model: model.join('/'), limits: writtenLimits(provider) };
};

const writtenLimits = ({ limits }: WorldProvider): Limit[] =>
  limits.flatMap((limit): Limit[] => {
    if ('concurrent' in limit) return [{ concurrent: limit.concurrent }];
    if ('tokens' in limit) return [{ tokens: limit.tokens, per: limit.per }];
    if ('outputTokens' in limit) return [{ output_tokens: limit.outputTokens, per: limit.per }];
    if ('inputTokens' in limit) return [];
    const window = 'each' in limit ? calendarOf(limit) : { per: limit.per };
    if ('requests' in limit) return [{ requests: limit.requests, ...window }];
    return [{ units: limit.units, costs: { '*': limit.cost }, ...window }];
  });

const calendarOf = ({ each, zone, from }: Calendar): Calendar => ({
  each,
  ...(zone !== undefined && { zone }),
  ...(from !== undefined && { from }),
});
