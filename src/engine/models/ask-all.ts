import type { Hooks } from '../../plugin/door/hooks.js';
import type { Upstream } from '../attempt/connection/upstream.js';
import type { PreparedProvider } from '../target.js';
import { askForModels, type ProviderReport } from './provider-models.js';

/** Asks every provider for its models with each of its keys. Never rejects. Returns what they said, by `keyedId`. */
export const askAllForModels = async (
  providers: readonly PreparedProvider[],
  hooks: Pick<Hooks, 'onError'>,
  upstream: Pick<Upstream, 'dispatcher'>,
): Promise<ReadonlyMap<string, ProviderReport>> => {
  const ask = async (provider: PreparedProvider) => {
    const { keyedId, timeouts, proxy } = provider;
    return [keyedId, await askForModels(provider, hooks, upstream.dispatcher(timeouts.connect, proxy))] as const;
  };
  return new Map(await Promise.all(providers.map(ask)));
};
