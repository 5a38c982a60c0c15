import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';
import { readPricedModel } from './openrouter.js';

const FREE = /:free$|^kilo-auto\/free$/;

/** A gateway like OpenRouter, whose free models need no key. Its list of models is public, and late. */
export const kilo: ProviderType = {
  baseUrl: 'https://api.kilo.ai/api/gateway',
  speaks: ['chat', 'embeddings', 'transcriptions'],
  ...FACTS.kilo,
  // The router is not always listed.
  modelList: { also: ['kilo-auto/free'], prices: true },
  readModel: (entry) => {
    const read = readPricedModel(entry);
    return read && FREE.test(String(entry.id)) ? { free: true, ...read } : read;
  },
  // With a key, other models and search are charged.
  freeOnly: { drop: ['models', 'plugins', 'web_search_options'] },
  pool: (model) => (FREE.test(model) ? 'free' : 'credit'),
  keyless: 'address',
  errors: [
    {
      status: [429],
      says: /\bfree model usage limit\b/i,
      class: 'rate_limit',
      scope: 'pool',
      why: 'an hour of the free models of this address',
    },
    {
      code: ['PROMOTION_MODEL_LIMIT_REACHED'],
      class: 'quota',
      scope: 'pool',
      why: 'a day of the free models of this address, under 401',
    },
  ],
};
