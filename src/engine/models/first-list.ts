import type { PreparedProvider } from '../target.js';
import type { ProviderReport, ProviderState } from './provider-models.js';

/** What is wrong with a key, and not with the provider. */
const ABOUT_THE_KEY = new Set<ProviderState>(['key refused', 'at its limit', 'unconfigured', 'disabled']);

/**
 * Asks a provider for its models with one key after the other, until one works.
 * @param keys the provider with each of its keys, at least one
 * @returns the answer of that key; of the first one if none works
 */
export const firstList = async <R extends ProviderReport>(
  keys: readonly PreparedProvider[],
  ask: (provider: PreparedProvider) => Promise<R>,
): Promise<R> => {
  let first: R | undefined;
  for (const key of keys) {
    const report = await ask(key);
    if (!ABOUT_THE_KEY.has(report.state)) return report;
    first ??= report;
  }
  return first as R;
};
