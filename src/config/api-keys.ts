import type { Provider, ApiKey as WrittenKey } from '../contract/config.js';
import type { ApiKey } from './settings.js';

/** The keys of a list, each with its label. The default label is the key's position: `key 1`. */
export const apiKeysOf = (written: readonly WrittenKey[] = []): ApiKey[] =>
  written.map((each, index) => {
    const { key, label = `key ${index + 1}` } = typeof each === 'string' ? { key: each } : each;
    return { key, label };
  });

/** The keys of a provider as they are written, each with its label. */
export const writtenKeysOf = ({ apiKey, apiKeys }: Pick<Provider, 'apiKey' | 'apiKeys'>): ApiKey[] =>
  apiKeysOf(apiKey === undefined ? apiKeys : [apiKey]);
