import type { ApiKey as WrittenKey } from '../contract/config.js';
import type { ApiKey } from './settings.js';

/** The keys of callers, each with its label: its own, or the one of its place. */
export const apiKeysOf = (written: readonly WrittenKey[] = []): ApiKey[] =>
  written.map((each, index) => {
    const { key, label = `key ${index + 1}` } = typeof each === 'string' ? { key: each } : each;
    return { key, label };
  });
