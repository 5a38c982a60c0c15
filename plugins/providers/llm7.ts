import type { KnownLimit, ProviderType } from '429chain/plugin';
import { PAGES } from './sources.js';

const OF_ALL = { scope: 'provider', ...PAGES } as const;

const limits = (keyless: boolean, second: number, minute: number, hour: number, tokens: number): KnownLimit[] => [
  { requests: second, per: '1s', keyless, ...OF_ALL },
  { requests: minute, per: '1m', keyless, ...OF_ALL },
  { requests: hour, per: '1h', keyless, ...OF_ALL },
  { tokens, per: '1d', keyless, ...OF_ALL },
];

/** Free without a key, and a little more with one. All limits are of the address or the key, whatever the model. */
export const llm7: ProviderType = {
  baseUrl: 'https://api.llm7.io/v1',
  about: {
    title: 'LLM7',
    firstModels: ['default'],
    freeTier:
      'Models of the tier turbo. Without a key 1 request a second, 10 a minute, 60 an hour and 500,000 tokens a day for each address; with a free key about twice that.',
    ...PAGES,
    keyUrl: 'https://token.llm7.io',
    needsKey: false,
    training: { posture: 'unknown' },
  },
  keyless: 'address',
  knownLimits: [...limits(true, 1, 10, 60, 500_000), ...limits(false, 2, 40, 100, 1_000_000)],
  errors: [{ status: [429], scope: 'provider', why: 'its limits are of the address or the key' }],
  // Models that only a balance pays for.
  readModel: ({ usage_based_only: paid }) => (typeof paid === 'boolean' ? { free: !paid } : {}),
};
