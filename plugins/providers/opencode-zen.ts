import { nextMinute, type ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

/** Some models need no key. Each has an endpoint of its own, and its list does not say which are free. */
export const opencodeZen: ProviderType = {
  baseUrl: 'https://opencode.ai/zen/v1',
  ...FACTS['opencode-zen'],
  keyless: 'address',
  errors: [
    {
      status: [429],
      code: ['RateLimitError'],
      class: 'rate_limit',
      spent: { dimension: 'requests', window: '1m' },
      resets: nextMinute,
      why: 'the minute of the clock for this key and model; Retry-After is always 60',
    },
  ],
};
