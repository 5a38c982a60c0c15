import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';
import { EVERYTHING } from './openai-compatible.js';

/** A server of one's own. */
export const ollama: ProviderType = {
  baseUrl: 'http://127.0.0.1:11434/v1',
  ...FACTS.ollama,
  speaks: EVERYTHING,
};

/** Models in Ollama's cloud. Its list has more than the free plan. */
export const ollamaCloud: ProviderType = {
  baseUrl: 'https://ollama.com/v1',
  ...FACTS['ollama-cloud'],
};
