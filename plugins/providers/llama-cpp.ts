import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';
import { EVERYTHING } from './openai-compatible.js';

/** A server of one's own. */
export const llamaCpp: ProviderType = {
  baseUrl: 'http://127.0.0.1:8080/v1',
  ...FACTS['llama-cpp'],
  speaks: EVERYTHING,
};
