import type { ChainView, ChainWritten, Saved } from '../../../../src/contract/admin-configuration.js';
import { held, nameFor, type Providers, saveProvider } from '../providers/providers.js';
import { call } from '../server/client.js';
import { type Held, save } from '../server/saving.js';

/** The chain that the Welcome page fills: the default chain, which may not exist yet. */
export interface FirstChain {
  readonly name: string;
  readonly held: Held<ChainView>;
}

/** @throws ApiError */
export const loadFirstChain = async (): Promise<FirstChain> => {
  const { chains, defaultChain = 'default', revision } = await call('GET /chains');
  return { name: defaultChain, held: { revision, value: chains.find(({ name }) => name === defaultChain) } };
};

/** Saves these targets in this order and keeps all other settings. @throws ConflictError · ApiError */
export const saveFirstChain = ({ name, held }: FirstChain, targets: readonly string[]): Promise<Saved> => {
  const { name: _, ...settings } = held.value ?? { name, targets: [] };
  const body: ChainWritten = {
    ...settings,
    targets: targets.map((target) => settings.targets.find((each) => each.target === target) ?? { target }),
  };
  return save('PUT /chains/:name', { params: { name }, body }, held, async () => (await loadFirstChain()).held);
};

/** The targets of a chain with more of them, in front of those whose providers need no key. */
export const withFirst = (
  targets: readonly string[],
  first: readonly string[],
  { providers, types }: Providers,
): readonly string[] => {
  const isKeyless = (target: string): boolean => {
    const provider = providers.find(({ id }) => target.startsWith(`${id}/`));
    return provider?.key.kind === 'none' && types.some(({ type, keyless }) => keyless && type === provider.type);
  };
  const more = first.filter((target) => !targets.includes(target));
  const end = targets.findIndex(isKeyless);
  return targets.toSpliced(end < 0 || more.every(isKeyless) ? targets.length : end, 0, ...more);
};

/**
 * Adds a provider without a key of each type, and their free models to the first chain. A type of which there is such a
 * provider keeps it.
 * @returns the name of the chain. Throws ConflictError or ApiError
 */
export const beginWithoutKey = async (types: readonly string[], providers: Providers): Promise<string> => {
  const tried = await Promise.all(types.map((type) => call('POST /providers/try', { body: { type } })));
  const targets: string[] = [];
  for (const [index, type] of types.entries()) {
    const id = nameFor(type, undefined, providers.providers, (provider) => provider.key.kind === 'none');
    if (!providers.providers.some((each) => each.id === id)) await saveProvider(id, held(providers, id), { type });
    targets.push(...(tried[index]?.first ?? []).map((model) => `${id}/${model}`));
  }
  const chain = await loadFirstChain();
  const before = chain.held.value?.targets.map(({ target }) => target) ?? [];
  await saveFirstChain(chain, [...before, ...targets.filter((target) => !before.includes(target))]);
  return chain.name;
};
