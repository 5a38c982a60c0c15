import type { QuotaView, TargetView } from '../../../../src/contract/admin-api.js';
import type {
  KeyState,
  ProviderTypeView,
  ProviderView,
  ProviderWritten,
  Saved,
} from '../../../../src/contract/admin-configuration.js';
import { partsOf } from '../format.js';
import { call } from '../server/client.js';
import { type Held, save } from '../server/saving.js';
import { quotaName } from './quotas.js';

/** A provider as written, with the state of its key, but without its live state. */
export interface ProviderAsWritten extends Omit<ProviderWritten, 'apiKey' | 'apiKeys'> {
  readonly key: KeyState;
  /** Several keys. */
  readonly keys?: readonly (KeyState & { readonly label: string })[];
}

/** The data of the page Providers. */
export interface Providers {
  readonly revision: string;
  readonly providers: readonly ProviderView[];
  readonly types: readonly ProviderTypeView[];
}

/** @throws ApiError */
export const loadProviders = async (signal?: AbortSignal): Promise<Providers> => {
  const options = signal === undefined ? {} : { signal };
  const [reply, types] = await Promise.all([call('GET /providers', options), call('GET /provider-types', options)]);
  return { ...reply, types };
};

export const asWritten = (view: ProviderView): ProviderAsWritten => {
  const { type, baseUrl, enabled, account, limits, timeouts, headers, options, key, rotate } = view;
  const given = {
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(account === undefined ? {} : { account }),
    ...(rotate === undefined ? {} : { rotate }),
    ...(view.keys === undefined
      ? {}
      : { keys: view.keys.map(({ state: _, reason: __, health: ___, ...each }) => each) }),
  };
  return { type, ...given, enabled, limits, timeouts, headers, options, key };
};

/** The loaded provider of this id. */
export const held = ({ revision, providers }: Providers, id: string): Held<ProviderAsWritten> => {
  const view = providers.find((each) => each.id === id);
  return { revision, value: view === undefined ? undefined : asWritten(view) };
};

const reread = async (id: string): Promise<Held<ProviderAsWritten>> =>
  held({ ...(await call('GET /providers')), types: [] }, id);

/** Adds or changes a provider, starting from the version that was read. @throws ConflictError · ApiError */
export const saveProvider = (id: string, from: Held<ProviderAsWritten>, written: ProviderWritten): Promise<Saved> =>
  save('PUT /providers/:id', { params: { id }, body: written }, from, () => reread(id));

/** @throws ConflictError · ApiError, with code `in_use` while chains name it */
export const removeProvider = (id: string, from: Held<ProviderAsWritten>): Promise<Saved> =>
  save('DELETE /providers/:id', { params: { id } }, from, () => reread(id));

/** The request body that changes nothing. It omits the keys, which the server keeps then. */
export const unchanged = ({ key: _, keys: __, ...written }: ProviderAsWritten): ProviderWritten => written;

/** A free id for a new provider: its type or the name of its host, with a number if it is taken. */
export const freeId = (type: string, baseUrl: string | undefined, taken: readonly string[]): string => {
  const stem = type === 'openai-compatible' ? nameOfHost(baseUrl ?? '') : type;
  let id = stem;
  for (let count = 2; taken.includes(id); count++) id = `${stem}-${count}`;
  return id;
};

/**
 * The name for a provider of a type: that of one that is there already, with the same type and address, else a free one.
 * @param isSame what else must hold for the one that is there; default: nothing
 */
export const nameFor = (
  type: string,
  baseUrl: string | undefined,
  providers: readonly ProviderView[],
  isSame: (provider: ProviderView) => boolean = () => true,
): string => {
  const same = providers.find(
    (each) => each.type === type && addressOf(each.baseUrl) === addressOf(baseUrl) && isSame(each),
  );
  return (
    same?.id ??
    freeId(
      type,
      baseUrl,
      providers.map(({ id }) => id),
    )
  );
};

/** An address without the slashes at its end, which make no difference. */
const addressOf = (baseUrl = ''): string => baseUrl.replace(/\/+$/, '');

/** `mistral` for `https://api.mistral.ai/v1`, `local` for an IP address or localhost. */
const nameOfHost = (baseUrl: string): string => {
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : '';
  return /^[\d.]*$|:|localhost/.test(host) ? 'local' : (host.split('.').at(-2) ?? host);
};

/** All known limits of a provider: first those of the account, then those of its pools and targets. */
export const quotasOf = (id: string, targets: readonly TargetView[]): readonly QuotaView[] => {
  const quotas = new Map<string, QuotaView>();
  for (const { target, quotas: its } of targets) {
    if (partsOf(target).provider !== id) continue;
    // A configured and a reported limit are two quotas.
    for (const quota of its) quotas.set(`${quota.scope} ${quotaName(quota)} ${quota.limit} ${quota.source}`, quota);
  }
  return [...quotas.values()].sort((one, other) => rankOf(one) - rankOf(other));
};

const rankOf = ({ scope }: QuotaView): number => (scope.includes('/') ? 2 : scope.includes('#') ? 1 : 0);
