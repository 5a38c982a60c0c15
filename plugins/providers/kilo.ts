import type { ProviderType } from '429chain/plugin';
import { readPricedModel } from './openrouter.js';

const FREE = /:free$|^kilo-auto\/free$/;
const DOCS = { source: 'https://kilo.ai/docs/gateway', date: '2026-09-26' } as const;

/** A gateway like OpenRouter, whose free models need no key. Its list of models is public, and late. */
export const kilo: ProviderType = {
  baseUrl: 'https://api.kilo.ai/api/gateway',
  speaks: ['chat', 'embeddings', 'transcriptions'],
  about: {
    title: 'Kilo Gateway',
    firstModels: ['kilo-auto/free'],
    freeTier:
      'Models whose id ends in :free, and kilo-auto/free: 200 requests an hour for each address, with a key too; without one 10,000 a day at most.',
    ...DOCS,
    needsKey: false,
    training: { posture: 'may', note: 'Free models may log and train.', ...DOCS },
  },
  // The router is not always listed.
  modelList: { also: ['kilo-auto/free'] },
  readModel: (entry) => {
    const read = readPricedModel(entry);
    return read && FREE.test(String(entry.id)) ? { ...read, free: true } : read;
  },
  pool: (model) => (FREE.test(model) ? 'free' : 'credit'),
  keyless: 'address',
  knownLimits: [
    { pool: 'free', requests: 200, per: '1h', ...DOCS },
    { pool: 'free', requests: 10_000, per: '1d', keyless: true, ...DOCS },
  ],
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
