import { dirname, isAbsolute, resolve } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import type {
  Chain,
  Configuration,
  FullTarget,
  Plugin,
  Provider,
  Target,
  Timeouts as WrittenTimeouts,
} from '../../contract/config.js';
import { freezeDeep } from '../../freeze.js';
import { durationOf } from '../../plugin/readers/headers/headers.js';
import { apiKeysOf } from '../api-keys.js';
import { DEFAULT_BODY_BYTES } from '../body-bytes.js';
import { type Environment, type Resolution, unsetNamesIn } from '../env.js';
import { configuredId, keyedName } from '../keyed-name.js';
import type { Locator } from '../locate.js';
import type { Path } from '../path.js';
import { proxyVariablesIn } from '../proxy.js';
import { rulesBy } from '../rules.js';
import type {
  ChainRules,
  ChainSettings,
  PluginSettings,
  ProviderSettings,
  Settings,
  TargetSettings,
  Timeouts,
} from '../settings.js';
import { splitTarget } from '../target-name.js';

/** Where a configuration comes from. */
export interface Origin {
  /** Absolute. Absent for a configuration that is not a file. */
  readonly file?: string | undefined;
  /** Absolute. Overrides the configuration's `dataDir`. */
  readonly dataDir?: string | undefined;
  readonly locator: Locator;
  /** The environment, with the variables of `.env`. */
  readonly env: Environment;
}

const DEFAULT_PORT = 3429;
const DEFAULT_WAITING = 1_000;
const DEFAULT_WAIT = '30s';
const DEFAULT_DRAIN = '10s';
const DEFAULT_INSTRUCTION = `Your last message was cut off. Go on with it to its end. Begin with exactly the words below \
the line, which come next in it, and say nothing else.
---
{lastWords}`;

const quarterOfHeap = (): number => Math.floor(getHeapStatistics().heap_size_limit / 4);

/** Durations are validated before, so the default never applies. */
const millisecondsOf = (duration: string): number => durationOf(duration) ?? 0;

const timeoutsOf = (written: WrittenTimeouts = {}): Timeouts =>
  Object.fromEntries(Object.entries(written).map(([name, duration]) => [name, millisecondsOf(duration)]));

/** A provider with one key in a list is the same as one with that key. */
const buildProviders = (id: string, provider: Provider, resolution: Resolution): ProviderSettings[] => {
  const { rotate = 'order' } = provider;
  const keys = apiKeysOf(provider.apiKeys);
  if (keys.length === 0) return [buildProvider(id, provider, resolution)];
  return keys.map(({ key, label }, index) => ({
    ...buildProvider(id, { ...provider, apiKey: key }, resolution, ['apiKeys', index]),
    ...(keys.length === 1 ? {} : { id: keyedName(id, label), keyOf: { provider: id, label, rotate } }),
  }));
};

const buildProvider = (
  id: string,
  provider: Provider,
  resolution: Resolution,
  keyPath: Path = ['apiKey'],
): ProviderSettings => {
  const unset = (...path: Path): string[] => unsetNamesIn(resolution, ['providers', id, ...path]);
  const isRead = (...path: Path): boolean => unset(...path).length === 0;
  const { apiKey, baseUrl, speaks, proxy, headers = {} } = provider;
  const others = Object.keys(provider).filter((field) => field !== 'apiKey' && field !== 'apiKeys');
  return {
    id,
    type: provider.type,
    ...(apiKey === undefined || !isRead(...keyPath) ? {} : { apiKey }),
    ...(baseUrl === undefined || !isRead('baseUrl') ? {} : { baseUrl: baseUrl.replace(/^([^?#]*?)\/+$/, '$1') }),
    ...(speaks === undefined ? {} : { speaks }),
    ...(proxy === undefined || !isRead('proxy') ? {} : { proxy }),
    missing: [...new Set([...unset(...keyPath), ...others.flatMap((field) => unset(field))])],
    enabled: provider.enabled ?? true,
    ...(provider.account === undefined ? {} : { account: provider.account }),
    ...(provider.free === undefined ? {} : { free: provider.free }),
    ...(provider.training === undefined ? {} : { training: provider.training }),
    limits: provider.limits ?? [],
    timeouts: timeoutsOf(provider.timeouts),
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => isRead('headers', name))),
    options: provider.options ?? {},
  };
};

/** One target for each key of its provider. */
const buildTargets = (target: Target, chain: Timeouts, providers: readonly ProviderSettings[]): TargetSettings[] => {
  const full: Partial<FullTarget> = typeof target === 'string' ? (splitTarget(target) ?? {}) : target;
  const { provider = '', model = '', free, limits = [], timeouts } = full;
  return providers
    .filter((each) => configuredId(each) === provider)
    .map((each) => ({
      id: `${each.id}/${model}`,
      provider: each.id,
      model,
      ...(free === undefined ? {} : { free }),
      limits,
      timeouts: { ...each.timeouts, ...chain, ...timeoutsOf(timeouts) },
    }));
};

const buildChain = (
  name: string,
  chain: Chain,
  providers: readonly ProviderSettings[],
  ofServer: ChainRules | undefined,
): ChainSettings => {
  const full = Array.isArray(chain) ? { targets: chain } : chain;
  const timeouts = timeoutsOf(full.timeouts);
  const rules = rulesBy(full, ofServer, `chains.${name}`);
  return {
    name,
    targets: full.targets.flatMap((target) => buildTargets(target, timeouts, providers)),
    maxWaitMs: millisecondsOf(full.maxWait ?? DEFAULT_WAIT),
    patienceMs: millisecondsOf(full.patience ?? '0s'),
    retries: full.retries ?? 0,
    resume: full.resume ?? true,
    resumeInstruction: full.resumeInstruction ?? DEFAULT_INSTRUCTION,
    onModeration: full.onModeration ?? 'return',
    sameVectors: full.sameVectors ?? false,
    ...(rules === undefined ? {} : { rules }),
  };
};

/** Origins as browsers send them: in lower case, and without the default port. */
const originsOf = (cors: '*' | readonly string[] = []): '*' | readonly string[] => {
  if (cors === '*') return cors;
  return cors.map((origin) => {
    const written = origin.toLowerCase();
    return /^https?:/.test(written) && URL.canParse(written) ? new URL(written).origin : written;
  });
};

const isPath = (use: string): boolean => isAbsolute(use) || /^\.{1,2}(?:[\\/]|$)/.test(use);

const buildPlugin = (plugin: Plugin, index: number, folder: string): PluginSettings => {
  const { use, options = {}, enabled = true } = typeof plugin === 'string' ? { use: plugin } : plugin;
  const path = typeof plugin === 'string' ? ['plugins', index] : ['plugins', index, 'options'];
  return { use: isPath(use) ? resolve(folder, use) : use, options, enabled, path };
};

/** Builds the deeply frozen settings of a valid configuration. */
export const buildSettings = (written: Configuration, resolution: Resolution, origin: Origin): Settings => {
  const configuration = resolution.value as Configuration;
  const { server = {}, dataDir = '.429chain', chains, aliases = {}, plugins = [] } = configuration;
  const { file, locator } = origin;
  const folder = file === undefined ? process.cwd() : dirname(file);
  const providers = Object.entries(configuration.providers).flatMap(([id, provider]) =>
    buildProviders(id, provider, resolution),
  );
  const [onlyChain = 'default', ...more] = Object.keys(chains);
  const defaultChain = configuration.defaultChain ?? (more.length === 0 ? onlyChain : 'default');
  const rules = rulesBy(server, undefined, 'server');
  const built = Object.entries(chains).map(([name, chain]) => buildChain(name, chain, providers, rules));
  const direct = built.find(({ name }) => name === defaultChain) ?? buildChain(defaultChain, [], providers, rules);
  const { rules: _, ...unruled } = direct;
  const { maxBodyBytes = DEFAULT_BODY_BYTES } = server;
  return freezeDeep({
    ...(file === undefined ? {} : { file }),
    server: {
      host: server.host ?? '127.0.0.1',
      port: server.port ?? DEFAULT_PORT,
      apiKeys: apiKeysOf(server.apiKeys),
      ...(server.adminKey === undefined ? {} : { adminKey: server.adminKey }),
      hosts: (server.hosts ?? []).map((name) => name.toLowerCase()),
      trustedProxies: server.trustedProxies ?? [],
      cors: originsOf(server.cors),
      maxBodyBytes,
      maxBodiesInFlight: server.maxBodiesInFlight ?? Math.max(maxBodyBytes, quarterOfHeap()),
      maxWaiting: server.maxWaiting ?? DEFAULT_WAITING,
      drainMs: millisecondsOf(server.drain ?? DEFAULT_DRAIN),
      ...(server.checkEvery === undefined ? {} : { checkEveryMs: millisecondsOf(server.checkEvery) }),
      log: { level: server.log?.level ?? 'info', format: server.log?.format ?? 'auto' },
    },
    dataDir: origin.dataDir ?? resolve(folder, dataDir),
    proxies: proxyVariablesIn(origin.env),
    providers,
    chains: built,
    defaultChain,
    aliases: Object.entries(aliases).map(([pattern, to]) => ({ pattern, to })),
    direct: { ...unruled, targets: [], ...(rules === undefined ? {} : { rules }) },
    plugins: plugins.map((plugin, index) => buildPlugin(plugin, index, folder)),
    written,
    locate: (path, at) => (at === 'key' ? locator.keyAt(path) : locator.valueAt(path)),
  });
};
