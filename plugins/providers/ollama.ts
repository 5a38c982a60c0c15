import type { ProviderType } from '429chain/plugin';
import { EVERYTHING } from './openai-compatible.js';
import { PAGES } from './sources.js';

/** A server of one's own. */
export const ollama: ProviderType = {
  baseUrl: 'http://127.0.0.1:11434/v1',
  about: {
    title: 'Ollama',
    freeTier: 'A server of your own: no limit but the machine.',
    allFree: true,
    needsKey: false,
    training: { posture: 'no', note: 'Everything stays on the machine.' },
  },
  speaks: EVERYTHING,
  // Models that a local server passes on to Ollama's cloud, such as gpt-oss:120b-cloud.
  elsewhere: /[:-]cloud$/,
};

/** Models in Ollama's cloud. Its list has more than the free plan. */
export const ollamaCloud: ProviderType = {
  baseUrl: 'https://ollama.com/v1',
  about: {
    title: 'Ollama Cloud',
    freeTier:
      'Starter models, one request at a time, with an unpublished amount a month that counts from the day of signup.',
    ...PAGES,
    keyUrl: 'https://ollama.com/settings/keys',
    training: { posture: 'no', ...PAGES },
  },
  knownLimits: [{ concurrent: 1, scope: 'provider', ...PAGES }],
};
