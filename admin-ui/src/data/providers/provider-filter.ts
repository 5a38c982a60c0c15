import type { TargetView } from '../../../../src/contract/admin-api.js';
import type { ProviderView } from '../../../../src/contract/admin-configuration.js';
import { partsOf } from '../format.js';
import { hasWords, searchWords } from '../search-words.js';
import { providerStanding } from './health.js';

/** Providers that contain all words: in their id, type, address, account, state, keys, chains, models or last failure. */
export const providersWith = (
  search: string,
  providers: readonly ProviderView[],
  targets: readonly TargetView[],
): readonly ProviderView[] => {
  const words = searchWords(search);
  if (words.length === 0) return providers;
  const models = new Map<string, string[]>();
  for (const { target } of targets) {
    const { provider, model } = partsOf(target);
    const known = models.get(provider);
    if (known === undefined) models.set(provider, [model]);
    else known.push(model);
  }
  return providers.filter((provider) => {
    const { id, type, baseUrl, account, keys = [], key, chains, health, reason } = provider;
    const all = [
      id,
      type,
      baseUrl,
      account,
      key.variable,
      reason,
      health.lastFailure?.reason,
      providerStanding(provider).text,
    ];
    const text = [
      ...all,
      ...keys.flatMap(({ label, variable }) => [label, variable]),
      ...chains,
      ...(models.get(id) ?? []),
    ]
      .filter((each) => each !== undefined)
      .join('\n');
    return hasWords(text, words);
  });
};
