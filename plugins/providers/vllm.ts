import type { ProviderType } from '429chain/plugin';
import { EVERYTHING } from './openai-compatible.js';

/** A server of one's own. */
export const vllm: ProviderType = {
  baseUrl: 'http://127.0.0.1:8000/v1',
  about: {
    title: 'vLLM',
    freeTier: 'A server of your own: no limit but the machine.',
    allFree: true,
    needsKey: false,
    training: { posture: 'no', note: 'Everything stays on the machine.' },
  },
  speaks: EVERYTHING,
};
