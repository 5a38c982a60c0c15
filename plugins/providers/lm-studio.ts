import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';
import { EVERYTHING } from './openai-compatible.js';

/** A server of one's own. */
export const lmStudio: ProviderType = {
  baseUrl: 'http://127.0.0.1:1234/v1',
  ...FACTS['lm-studio'],
  speaks: EVERYTHING,
};
