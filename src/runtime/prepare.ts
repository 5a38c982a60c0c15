import { createHash } from 'node:crypto';
import type { Path } from '../config/path.js';
import { isSecretPath } from '../config/secret-paths.js';
import type { ProviderSettings, Settings, TargetSettings, Timeouts } from '../config/settings.js';
import { Repairs } from '../engine/repairs.js';
import type { Chain, PreparedProvider, PreparedTarget, TargetTimeouts } from '../engine/target.js';
import type { Account, TargetScopes } from '../ledger/ledger.js';
import type { ProviderType } from '../plugin/index.js';
import { formsOf } from '../secrets.js';

const DEFAULT_TIMEOUTS: TargetTimeouts = { connect: 10_000, firstToken: 60_000, idle: 60_000, total: 600_000 };

interface Preparation {
  readonly settings: ProviderSettings;
  readonly prepared: PreparedProvider;
}

/** Turns settings into what the engine walks: everything that is the same for each attempt is made here, once. */
export class TargetFactory {
  readonly #providers = new Map<string, Preparation>();
  readonly #targets = new Map<string, PreparedTarget>();

  constructor(types: ReadonlyMap<ProviderSettings, ProviderType>, version: string) {
    for (const [settings, providerType] of types) {
      this.#providers.set(settings.id, { settings, prepared: prepareProvider(settings, providerType, version) });
    }
  }

  /** Each provider, in the configuration's order, for requests that are about no model. */
  get providers(): PreparedProvider[] {
    return [...this.#providers.values()].map(({ prepared }) => prepared);
  }

  get accounts(): Account[] {
    return [...this.#providers.values()].map(({ settings, prepared: { baseUrl } }) => {
      const { id, type, apiKey, headers, options } = settings;
      const told = JSON.stringify([type, baseUrl, apiKey, headers, options]);
      return { provider: id, fingerprint: createHash('sha256').update(told).digest('base64url') };
    });
  }

  chains(settings: Settings): Chain[] {
    return settings.chains.map((chain) => ({
      ...chain,
      targets: chain.targets.map((target) => this.#target(target)),
    }));
  }

  /** A target that no chain names; `undefined` when its provider is not configured. */
  addressed(provider: string, model: string): PreparedTarget | undefined {
    if (!this.#providers.has(provider)) return undefined;
    return this.#target({ id: `${provider}/${model}`, provider, model, limits: [], timeouts: {} });
  }

  /** The same model with other limits or timeouts in another chain is one target of the ledger, prepared twice. */
  #target(settings: TargetSettings): PreparedTarget {
    const key = JSON.stringify([settings.id, settings.limits, settings.timeouts]);
    const found = this.#targets.get(key);
    if (found !== undefined) return found;
    const made = prepareTarget(settings, (this.#providers.get(settings.provider) as Preparation).prepared);
    this.#targets.set(key, made);
    return made;
  }
}

/** A provider as the engine speaks to it, one that no configuration names too. */
export const prepareProvider = (
  settings: ProviderSettings,
  providerType: ProviderType,
  version: string,
): PreparedProvider => ({
  provider: settings.id,
  type: settings.type,
  baseUrl: (settings.baseUrl ?? providerType.baseUrl ?? '').replace(/\/+$/, ''),
  providerType,
  headers: {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'accept-encoding': 'identity',
    'user-agent': `429chain/${version}`,
    ...(settings.apiKey === undefined ? {} : keyed(providerType, settings.apiKey)),
    ...lowerCased(providerType.headers ?? {}),
    ...lowerCased(settings.headers),
  },
  keyHeader: (providerType.keyHeader ?? 'authorization').toLowerCase(),
  options: settings.options,
  timeouts: { ...DEFAULT_TIMEOUTS, ...defined(settings.timeouts) },
  unusable: unusableOf(settings),
  secrets: secretsOf(settings),
});

const keyed = ({ keyHeader }: ProviderType, key: string): Record<string, string> =>
  keyHeader === undefined ? { authorization: `Bearer ${key}` } : { [keyHeader.toLowerCase()]: key };

const prepareTarget = (
  { id, provider, model, limits, timeouts }: TargetSettings,
  prepared: PreparedProvider,
): PreparedTarget => ({
  ...prepared,
  id,
  model,
  limits,
  scopes: scopesOf(id, provider, prepared.providerType.pool?.(model)),
  timeouts: { ...prepared.timeouts, ...defined(timeouts) },
  publicView: Object.freeze({ id, provider, type: prepared.type, model, limits }),
  repairs: new Repairs(),
});

/** A header may hold a key as well, whole or behind a word such as `Bearer`. */
const secretsOf = ({ apiKey, headers, options }: ProviderSettings): string[] =>
  formsOf([...(apiKey === undefined ? [] : [apiKey]), ...wordsOf(headers), ...privateTexts(options)]);

/** Options whose names say that they are keys. */
const privateTexts = (value: unknown, path: Path = []): string[] => {
  if (typeof value === 'string') return isSecretPath(path) && value.length >= SHORTEST_LIKELY_KEY ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => privateTexts(inner, [...path, name]));
};

const wordsOf = (headers: Readonly<Record<string, string>>): string[] =>
  Object.values(headers).flatMap((value) => [value, ...value.split(' ')]);

/** What stands where a key may stand is one only if it is as long as one: a title has words too. */
const SHORTEST_LIKELY_KEY = 12;

/** Every key that a configuration holds. One that is also the name of its provider, as for a local server, tells nothing. */
export const keysIn = ({ server, providers, plugins }: Settings): string[] => {
  const names = new Set(providers.flatMap(({ id, type }) => [id, type]));
  const ofProviders = providers.flatMap(({ apiKey = '', headers, options }) => [
    apiKey,
    ...wordsOf(headers).filter(({ length }) => length >= SHORTEST_LIKELY_KEY),
    ...privateTexts(options),
  ]);
  const ofPlugins = plugins.flatMap(({ options }) => privateTexts(options));
  const all = [...server.apiKeys.map(({ key }) => key), server.adminKey ?? '', ...ofProviders, ...ofPlugins];
  return all.filter((key) => !names.has(key));
};

const scopesOf = (target: string, provider: string, pool: string | undefined): TargetScopes =>
  pool === undefined ? { target, provider } : { target, provider, pool: `${provider}#${pool}` };

const unusableOf = ({ id, enabled, missing }: ProviderSettings): PreparedTarget['unusable'] => {
  if (!enabled) return { state: 'disabled', reason: `${id} is switched off in the configuration` };
  if (missing.length === 0) return undefined;
  return { state: 'unconfigured', reason: `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set` };
};

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const defined = (timeouts: Timeouts): Partial<TargetTimeouts> =>
  Object.fromEntries(Object.entries(timeouts).filter(([, value]) => value !== undefined));
