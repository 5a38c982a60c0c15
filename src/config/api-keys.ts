import type { ApiKey as WrittenKey } from '../contract/config.js';
import type { ApiKey } from './settings.js';

/** The keys of a list, each with its label. The default label is the key's position: `key 1`. */
export const apiKeysOf = (written: readonly WrittenKey[] = []): ApiKey[] =>
  written.map((each, index) => {
    const { key, label = `key ${index + 1}` } = typeof each === 'string' ? { key: each } : each;
    return { key, label };
  });
