import { createHash } from 'node:crypto';
import { type Clock, systemClock } from '../clock.js';
import { configuredId } from '../config/keyed-name.js';
import { type ProxyVariables, proxyFor } from '../config/proxy.js';
import type { ProviderSettings, Settings, TargetSettings, Timeouts } from '../config/settings.js';
import { conversationRulesOf } from '../engine/attempt/conversation/arrange.js';
import { ALWAYS } from '../engine/attempt/request/always-adapted.js';
import { endpointOf } from '../engine/endpoint.js';
import { EndpointMemory } from '../engine/endpoint-memory.js';
import type { ModelCatalog } from '../engine/models/model-catalog.js';
import { Repairs } from '../engine/repairs.js';
import { Standing } from '../engine/rules/standing.js';
import {
  type Chain,
  chainOf,
  type PreparedProvider,
  type PreparedTarget,
  type TargetTimeouts,
} from '../engine/target.js';
import { freezeDeep } from '../freeze.js';
import type { Account, TargetScopes } from '../ledger/ledger.js';
import { compileAdaptations } from '../plugin/door/adapt.js';
import type { Target } from '../plugin/door/attempt.js';
import type { ProviderType } from '../plugin/index.js';
import { addressOf } from '../plugin/readers/address.js';
import { basicAuthorization, credentialsIn, secretsInUrl, withoutCredentials } from '../secrets.js';
import { secretsOf } from './configured-keys.js';

const DEFAULT_TIMEOUTS: TargetTimeouts = { connect: 10_000, firstToken: 60_000, idle: 60_000, total: 600_000 };

interface Preparation {
  readonly settings: ProviderSettings;
  readonly prepared: PreparedProvider;
}

/** Makes chains and targets from settings. Everything that is the same for each attempt is worked out here, once. */
export class TargetFactory {
  readonly #providers = new Map<string, Preparation>();
  readonly #targets = new Map<string, PreparedTarget>();
  readonly #clock: Clock;
  readonly #repairs: ReadonlyMap<string, Repairs>;
  readonly #newRepairs = new Map<string, Repairs>();
  readonly #lists: Pick<ModelCatalog, 'holderOf'> | undefined;

  constructor(
    types: ReadonlyMap<ProviderSettings, ProviderType>,
    version: string,
    clock: Clock = systemClock,
    proxies: ProxyVariables = {},
    repairs: ReadonlyMap<string, Repairs> = new Map(),
    lists?: Pick<ModelCatalog, 'holderOf'>,
  ) {
    this.#clock = clock;
    this.#repairs = repairs;
    this.#lists = lists;
    for (const [settings, providerType] of types) {
      const prepared = prepareProvider(settings, providerType, version, proxies);
      const [first] = this.#keysOf(prepared.provider);
      // What a server does not have is the same for each key.
      const missing = first?.prepared.missing ?? prepared.missing;
      this.#providers.set(settings.id, { settings, prepared: { ...prepared, missing } });
    }
  }

  /** Every provider, in the configuration's order; one with several keys as often as it has keys. */
  get providers(): PreparedProvider[] {
    return [...this.#providers.values()].map(({ prepared }) => prepared);
  }

  get accounts(): Account[] {
    return [...this.#providers.values()].map(({ settings, prepared: { baseUrl, account } }) => {
      const { id, type, apiKey, headers, options } = settings;
      const credentials = secretsInUrl(settings.baseUrl ?? '');
      const identity = JSON.stringify([type, baseUrl, apiKey, headers, options, ...credentials]);
      return { provider: id, account, fingerprint: createHash('sha256').update(identity).digest('base64url') };
    });
  }

  chains(settings: Settings): Chain[] {
    return settings.chains.map((chain) =>
      chainOf(
        chain,
        chain.targets.map((target) => this.#target(target)),
      ),
    );
  }

  /** The ids by which a provider stands in targets: one for each of its keys. Empty when it is not configured. */
  keyedIds(provider: string): string[] {
    const own = this.#providers.get(provider);
    return (own === undefined ? this.#keysOf(provider) : [own]).map(({ settings }) => settings.id);
  }

  /**
   * Makes a target that no chain names. Returns a new one each time, since callers may address any number of models.
   * @param keyedId one of `keyedIds`
   */
  addressed(keyedId: string, model: string): PreparedTarget {
    const settings = { id: `${keyedId}/${model}`, provider: keyedId, model, limits: [], timeouts: {} };
    return this.#prepare(settings, this.#providers.get(keyedId) as Preparation, new Map());
  }

  #keysOf(provider: string): Preparation[] {
    return [...this.#providers.values()].filter(({ prepared }) => prepared.provider === provider);
  }

  /** A model with other limits or timeouts in another chain is prepared twice. In the ledger it is one target. */
  #target(settings: TargetSettings): PreparedTarget {
    const key = JSON.stringify([settings.id, settings.free, settings.limits, settings.timeouts]);
    const found = this.#targets.get(key);
    if (found !== undefined) return found;
    const made = this.#prepare(settings, this.#providers.get(settings.provider) as Preparation, this.#newRepairs);
    this.#targets.set(key, made);
    return made;
  }

  /** A target that stays keeps what it was seen to refuse. @param made repairs of targets that are new */
  #prepare(
    settings: TargetSettings,
    { settings: ofProvider, prepared }: Preparation,
    made: Map<string, Repairs>,
  ): PreparedTarget {
    const key = repairsKey({ ...prepared, model: settings.model });
    const repairs = this.#repairs.get(key) ?? made.get(key) ?? new Repairs(this.#clock);
    made.set(key, repairs);
    return prepareTarget(settings, prepared, repairs, this.#clock, this.#standing(settings, ofProvider, prepared));
  }

  #standing(settings: TargetSettings, ofProvider: ProviderSettings, prepared: PreparedProvider): Standing {
    const { type, providerType, baseUrl, headers, keyHeader } = prepared;
    const stated = { free: settings.free ?? ofProvider.free, training: ofProvider.training };
    const keyless = headers[keyHeader] === undefined;
    const lists = this.#lists;
    return new Standing(
      { type, providerType, model: settings.model, baseUrl, keyless, stated },
      lists && (() => lists.holderOf(prepared)),
    );
  }
}

/** Identifies what a target refuses, with any key: another type or address behind the same provider is another target. */
export const repairsKey = ({
  provider,
  model,
  type,
  baseUrl,
}: Pick<PreparedTarget, 'provider' | 'model' | 'type' | 'baseUrl'>): string =>
  JSON.stringify([`${provider}/${model}`, type, baseUrl]);

/** Makes a provider ready for requests. It need not be part of the configuration. */
export const prepareProvider = (
  settings: ProviderSettings,
  providerType: ProviderType,
  version: string,
  proxies: ProxyVariables,
): PreparedProvider => {
  const address = settings.baseUrl ?? addressOf(providerType, settings.options)?.address ?? '';
  const credentials = credentialsIn(address);
  const baseUrl = withoutCredentials(address).replace(/^([^?#]*?)\/+$/, '$1');
  const proxy = proxyFor(baseUrl, settings.proxy, proxies);
  return {
    provider: configuredId(settings),
    keyedId: settings.id,
    ...(settings.keyOf !== undefined && { key: settings.keyOf.label, rotates: settings.keyOf.rotate === 'most-left' }),
    account: settings.account ?? accountOfAddress(settings, providerType, proxy.url) ?? settings.id,
    type: settings.type,
    baseUrl,
    endpoint: endpointOf(baseUrl),
    proxy: proxy.url,
    providerType,
    speaks: new Set(settings.speaks ?? providerType.speaks ?? ['chat']),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'accept-encoding': 'identity',
      'user-agent': `429chain/${version}`,
      ...(credentials === undefined ? {} : { authorization: basicAuthorization(credentials) }),
      ...(settings.apiKey === undefined ? {} : keyHeaderOf(providerType, settings.apiKey)),
      ...lowerCased(providerType.headers ?? {}),
      ...lowerCased(settings.headers),
    },
    keyHeader: (providerType.keyHeader ?? 'authorization').toLowerCase(),
    missing: new Map(),
    options: settings.options,
    timeouts: { ...DEFAULT_TIMEOUTS, ...defined(settings.timeouts) },
    unusable: unusableOf(settings, proxy.fault),
    secrets: secretsOf(settings, proxy.url),
  };
};

/** The account of all providers of a type that use it without a key from one address; `undefined` if the type has none. */
const accountOfAddress = (
  { type, apiKey, missing }: ProviderSettings,
  { keyless }: ProviderType,
  proxy: string | undefined,
): string | undefined => {
  if (keyless !== 'address' || apiKey !== undefined || missing.length > 0) return undefined;
  return `${type}@${proxy === undefined ? 'address' : new URL(proxy).host}`;
};

const keyHeaderOf = ({ keyHeader }: ProviderType, key: string): Record<string, string> =>
  keyHeader === undefined ? { authorization: `Bearer ${key}` } : { [keyHeader.toLowerCase()]: key };

const prepareTarget = (
  { id, model, limits, timeouts }: TargetSettings,
  prepared: PreparedProvider,
  repairs: Repairs,
  clock: Clock,
  standing: Standing,
): PreparedTarget => ({
  ...prepared,
  id,
  model,
  limits,
  adaptations: [...ALWAYS, ...compileAdaptations(prepared.providerType.adaptations ?? [], model)],
  conversation: conversationRulesOf(prepared.providerType, model),
  scopes: scopesOf(id, prepared, prepared.providerType.pool?.(model)),
  timeouts: { ...prepared.timeouts, ...defined(timeouts) },
  publicView: freezeDeep({ ...publicProvider(prepared), id, model, limits }),
  repairs,
  standing,
  endpoints: new EndpointMemory(prepared.missing, clock),
});

const publicProvider = ({ provider, type, key }: PreparedProvider): Pick<Target, 'provider' | 'type' | 'key'> => ({
  provider,
  type,
  ...(key !== undefined && { key }),
});

const scopesOf = (
  target: string,
  { keyedId, account, key }: PreparedProvider,
  pool: string | undefined,
): TargetScopes => ({
  target,
  provider: keyedId,
  ...(account !== keyedId && { account }),
  ...(account !== keyedId && key !== undefined && { key: keyedId }),
  ...(pool !== undefined && { pool: `${account}#${pool}` }),
});

const unusableOf = (settings: ProviderSettings, faultOfProxy: string | undefined): PreparedProvider['unusable'] => {
  const { enabled, missing } = settings;
  if (!enabled) return { state: 'disabled', reason: `${configuredId(settings)} is disabled in the configuration` };
  if (faultOfProxy !== undefined) return { state: 'unconfigured', reason: faultOfProxy };
  if (missing.length === 0) return undefined;
  return { state: 'unconfigured', reason: `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set` };
};

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const defined = (timeouts: Timeouts): Partial<TargetTimeouts> =>
  Object.fromEntries(Object.entries(timeouts).filter(([, value]) => value !== undefined));
