import type {
  ChainSettingsView,
  ChainsReply,
  ChainTargetView,
  ChainView,
  ChainWritten,
  ProviderView,
  Saved,
  Writable,
} from '../../../../src/contract/admin-configuration.js';
import { call } from '../server/client.js';
import { type Held, save } from '../server/saving.js';

/** The data of the chain pages. */
export interface Chains extends ChainsReply {
  readonly providers: readonly ProviderView[];
  readonly writable: Writable;
}

/** A chain as written, normalized for comparison. */
export interface ChainAsWritten extends ChainSettingsView {
  readonly targets: readonly ChainTargetView[];
}

/** The pattern of a valid chain name. */
export const NAME_OF_CHAIN = '[^\\/\\u0000-\\u001f\\u007f]+';

/** @throws ApiError */
export const loadChains = async (signal?: AbortSignal): Promise<Chains> => {
  const asked = signal === undefined ? {} : { signal };
  const [chains, { providers }, { writable }] = await Promise.all([
    call('GET /chains', asked),
    call('GET /providers', asked),
    call('GET /configuration', asked),
  ]);
  return { ...chains, providers, writable };
};

/** Normalizes a chain: empty values are the same as absent ones. */
export const asWritten = ({ name: _, targets, ...settings }: ChainView): ChainAsWritten =>
  inOrder({
    targets: targets.map((target) => withoutEmpty(target)),
    ...withoutEmpty(settings),
  });

/** The loaded chain of this name. */
export const heldChain = ({ revision, chains }: ChainsReply, name: string): Held<ChainAsWritten> => {
  const view = chains.find((each) => each.name === name);
  return { revision, value: view === undefined ? undefined : asWritten(view) };
};

export const isSame = (one: ChainAsWritten | undefined, other: ChainAsWritten | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const reread = async (name: string): Promise<Held<ChainAsWritten>> => heldChain(await call('GET /chains'), name);

/** Adds, changes or renames a chain, starting from the version that was read. @throws ConflictError · ApiError */
export const saveChain = (name: string, from: Held<ChainAsWritten>, written: ChainWritten): Promise<Saved> =>
  save('PUT /chains/:name', { params: { name }, body: written }, from, () => reread(name));

/** @throws ConflictError · ApiError, with code `in_use` for the default chain and for the last one */
export const removeChain = (name: string, from: Held<ChainAsWritten>): Promise<Saved> =>
  save('DELETE /chains/:name', { params: { name } }, from, () => reread(name));

/** The loaded name of the default chain. */
const heldDefault = ({ revision, defaultChain }: ChainsReply): Held<string> => ({ revision, value: defaultChain });

/** Makes a chain the default one. @throws ConflictError if the default was changed elsewhere · ApiError */
export const makeDefault = (name: string, from: ChainsReply): Promise<Saved> =>
  save('PUT /default-chain', { body: { name } }, heldDefault(from), async () => heldDefault(await call('GET /chains')));

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

const withoutEmpty = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => !isEmpty(each))) as T;

/** The same value with all keys sorted, recursively. */
const inOrder = <T>(value: T): T => {
  if (Array.isArray(value)) return value.map(inOrder) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, inOrder(each)])) as T;
};
