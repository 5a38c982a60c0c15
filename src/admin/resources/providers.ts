import { variableIn } from '../../config/env.js';
import type { ProviderSettings } from '../../config/settings.js';
import type { Change } from '../../config/source/change.js';
import type { SettingsStore } from '../../config/source/store.js';
import type { KeyState, ProvidersReply, ProviderView, ProviderWritten } from '../../contract/admin-configuration.js';
import type { Configuration, Provider } from '../../contract/config.js';
import { ChainError } from '../../plugin/door/errors.js';
import { maskUserinfo } from '../../secrets.js';
import type { AdminParts, Running } from '../parts.js';
import { targetIdOf, targetsOf } from './chains.js';
import { variableFor, writtenIn } from './changes.js';
import { maskKey, publicView, refuseMask, unmasked, unmaskedUrl } from './mask.js';
import { noProvider } from './models.js';

/** Every provider as written in the configuration, its key masked. */
export const providersOf = ({ current, store }: AdminParts): ProvidersReply => {
  const running = current();
  const written = writtenIn(store);
  return {
    revision: store.revision,
    providers: store.current.providers.map((settings) => viewOf(running, written, settings)),
  };
};

const viewOf = (running: Running, written: Configuration, settings: ProviderSettings): ProviderView => {
  const { id } = settings;
  const provider = written.providers[id] as Provider;
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
    key: keyStateOf(provider.apiKey, settings.apiKey),
    ...stateOf(running, settings),
    chains: chainsNaming(written, id),
  };
};

const keyStateOf = (written: string | undefined, key: string | undefined): KeyState => {
  if (written === undefined) return { kind: 'none' };
  const variable = variableIn(written);
  return {
    kind: key === undefined ? 'unset' : 'set',
    ...(variable === undefined ? {} : { variable }),
    ...(key === undefined ? {} : { masked: maskKey(key) }),
  };
};

const stateOf = (running: Running, { id }: ProviderSettings): Pick<ProviderView, 'state' | 'reason'> => {
  const unusable = running.providers.find(({ provider }) => provider === id)?.unusable;
  if (unusable !== undefined) return unusable;
  const refused = running.chains.all
    .flatMap(({ targets }) => targets)
    .filter(({ provider }) => provider === id)
    .map((target) => running.stateOf(target))
    .find(({ state }) => state === 'disabled');
  return refused === undefined ? { state: 'usable' } : { state: 'refused', reason: refused.reason ?? 'key refused' };
};

const chainsNaming = ({ chains }: Configuration, id: string): string[] =>
  Object.entries(chains)
    .filter(([, chain]) => targetsOf(chain).some((target) => targetIdOf(target).startsWith(`${id}/`)))
    .map(([name]) => name);

/** The change that saves a provider. It edits only what differs, and writes a key to `.env`. */
export const providerChange = ({ store }: AdminParts, id: string, given: ProviderWritten): Change => {
  const written = writtenIn(store);
  const before = Object.hasOwn(written.providers, id) ? written.providers[id] : undefined;
  const { reference, secrets } = keyOf(store, id, before?.apiKey, given.apiKey);
  const { enabled } = given;
  const after: Partial<Provider> = {
    type: given.type,
    apiKey: reference,
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
  const chains = chainsNaming(written, id);
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

/** The key as the file refers to it, and the variables for `.env`. */
const keyOf = (
  store: SettingsStore,
  id: string,
  before: string | undefined,
  given: string | null | undefined,
): { readonly reference: string | undefined; readonly secrets?: Readonly<Record<string, string>> } => {
  if (given === undefined) return { reference: before };
  if (given === null) return { reference: undefined };
  const key = typeof given === 'string' ? given.trim() : '';
  if (key === '') {
    const message = '"apiKey" is empty. Omit it to keep the key, or send null for a provider without a key.';
    throw new ChainError('invalid_request', message, { param: 'apiKey' });
  }
  refuseMask(key, 'apiKey');
  if (variableIn(key) !== undefined) return { reference: key };
  const name = variableFor(store, `${id}_API_KEY`, key, { own: variableIn(before ?? '') });
  return { reference: `\${${name}}`, secrets: { [name]: key } };
};
