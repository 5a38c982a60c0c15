import { writtenKeysOf } from '../../config/api-keys.js';
import { configuredId } from '../../config/keyed-name.js';
import type { ProviderSettings } from '../../config/settings.js';
import type { Change } from '../../config/source/change.js';
import type {
  ProviderKeyView,
  ProvidersReply,
  ProviderView,
  ProviderWritten,
} from '../../contract/admin-configuration.js';
import type { Configuration, Provider } from '../../contract/config.js';
import { ChainError } from '../../plugin/door/errors.js';
import { maskUserinfo } from '../../secrets.js';
import type { AdminParts, Running } from '../parts.js';
import { targetIdOf, targetsOf } from './chains.js';
import { writtenIn } from './changes.js';
import { publicView, unmasked, unmaskedUrl } from './mask.js';
import { noProvider } from './models.js';
import { keyStateOf, keysToSave } from './provider-keys.js';

/** Every provider as written in the configuration, its key masked. */
export const providersOf = ({ current, store }: AdminParts): ProvidersReply => {
  const running = current();
  const written = writtenIn(store);
  const chains = chainsByProvider(written);
  const targets = grouped(
    running.chains.all.flatMap((chain) => chain.targets),
    ({ keyedId }) => keyedId,
  );
  const accounts = grouped(store.current.providers, configuredId);
  return {
    revision: store.revision,
    providers: Object.entries(written.providers).map(([id, provider]) => ({
      ...viewOf(running, targets, provider, id, accounts.get(id) ?? []),
      chains: chains.get(id) ?? [],
    })),
  };
};

type TargetsByKey = ReadonlyMap<string, readonly Running['chains']['all'][number]['targets'][number][]>;

const grouped = <T>(all: readonly T[], keyOf: (each: T) => string): ReadonlyMap<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return groups;
};

/** `accounts`: the provider with each of its keys. */
const viewOf = (
  running: Running,
  targets: TargetsByKey,
  provider: Provider,
  id: string,
  accounts: readonly ProviderSettings[],
): Omit<ProviderView, 'chains'> => {
  const writtenKeys = writtenKeysOf(provider);
  const keys = accounts.map((settings, index) => ({
    label: writtenKeys[index]?.label ?? '',
    ...keyStateOf(writtenKeys[index]?.key, settings.apiKey),
    ...stateOf(running, targets, settings),
    health: running.providerHealth([settings.id]),
  }));
  const { state, reason } = keys.find((key) => key.state === 'usable') ?? (keys[0] as ProviderKeyView);
  const {
    type,
    baseUrl,
    proxy,
    account,
    enabled = true,
    limits = [],
    timeouts = {},
    headers = {},
    options = {},
  } = provider;
  return {
    id,
    type,
    ...(baseUrl === undefined ? {} : { baseUrl: maskUserinfo(baseUrl) }),
    ...(proxy === undefined ? {} : { proxy: proxy && maskUserinfo(proxy) }),
    enabled,
    ...(account === undefined ? {} : { account }),
    limits,
    timeouts,
    headers: publicView(headers, ['headers']) as Record<string, string>,
    options: publicView(options, ['options']) as Record<string, unknown>,
    key: keyStateOf(writtenKeys[0]?.key, accounts[0]?.apiKey),
    ...(keys.length > 1 && { keys }),
    ...(provider.rotate === undefined ? {} : { rotate: provider.rotate }),
    state,
    ...(reason === undefined ? {} : { reason }),
    health: running.providerHealth(accounts.map(({ id: keyedId }) => keyedId)),
  };
};

const stateOf = (
  running: Running,
  targets: TargetsByKey,
  { id }: ProviderSettings,
): Pick<ProviderView, 'state' | 'reason'> => {
  const unusable = running.providers.find(({ keyedId }) => keyedId === id)?.unusable;
  if (unusable !== undefined) return unusable;
  const refused = (targets.get(id) ?? [])
    .map((target) => running.stateOf(target))
    .find(({ state }) => state === 'disabled');
  return refused === undefined ? { state: 'usable' } : { state: 'refused', reason: refused.reason ?? 'key refused' };
};

/** The names of the chains with a target of each provider, by its id. */
const chainsByProvider = ({ chains }: Configuration): ReadonlyMap<string, readonly string[]> => {
  const named = Object.entries(chains).flatMap(([name, chain]) => {
    const ids = targetsOf(chain).map((target) => targetIdOf(target).split('/', 1)[0] ?? '');
    return [...new Set(ids)].map((id) => ({ id, name }));
  });
  const groups = grouped(named, ({ id }) => id);
  return new Map([...groups].map(([id, all]) => [id, all.map(({ name }) => name)]));
};

/** The change that saves a provider. It edits only what differs, and writes a key to `.env`. */
export const providerChange = ({ store }: AdminParts, id: string, given: ProviderWritten): Change => {
  const written = writtenIn(store);
  const before = Object.hasOwn(written.providers, id) ? written.providers[id] : undefined;
  const { secrets, ...keys } = keysToSave(store, id, before, given);
  const { enabled } = given;
  const rotate = given.rotate ?? before?.rotate;
  const after: Partial<Provider> = {
    type: given.type,
    ...keys,
    // Keys are used in order by default.
    rotate: keys.apiKeys === undefined || (rotate === 'order' && before?.rotate === undefined) ? undefined : rotate,
    baseUrl: given.baseUrl === '' ? undefined : unmaskedUrl(given.baseUrl, before?.baseUrl, 'baseUrl'),
    // Absent in the form of a browser: it stays.
    proxy: given.proxy === undefined ? before?.proxy : unmaskedUrl(given.proxy, before?.proxy, 'proxy'),
    // Providers are enabled by default.
    enabled: enabled === true && before?.enabled === undefined ? undefined : enabled,
    account: given.account === undefined ? before?.account : given.account || undefined,
    free: before?.free,
    training: before?.training,
    limits: notEmpty(given.limits),
    timeouts: notEmpty(given.timeouts),
    headers: notEmpty(given.headers && unmasked(given.headers, before?.headers, ['headers'])),
    options: notEmpty(given.options && unmasked(given.options, before?.options, ['options'])),
  } as Partial<Provider>;
  return { edits: [{ op: 'set', path: ['providers', id], value: after }], ...(secrets && { secrets }) };
};

/** @throws ChainError `not_found`, `in_use` */
export const providerRemoval = ({ store }: AdminParts, id: string): Change => {
  const written = writtenIn(store);
  if (!Object.hasOwn(written.providers, id)) throw noProvider(id);
  const chains = chainsByProvider(written).get(id) ?? [];
  if (chains.length > 0) {
    const which = `${chains.length === 1 ? 'The chain' : 'The chains'} ${chains.join(', ')}`;
    const message = `${which} ${chains.length === 1 ? 'uses' : 'use'} the provider ${id}. Remove its models from there first.`;
    throw new ChainError('in_use', message, { details: { chains } });
  }
  return { edits: [{ op: 'remove', path: ['providers', id] }] };
};

/** Empty values are not written. */
const notEmpty = <T>(value: T | undefined): T | undefined =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? undefined : value;
