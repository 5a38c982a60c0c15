import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

/** Free without a key, and a little more with one. All limits are of the address or the key, whatever the model. */
export const llm7: ProviderType = {
  baseUrl: 'https://api.llm7.io/v1',
  ...FACTS.llm7,
  keyless: 'address',
  errors: [{ status: [429], scope: 'provider', why: 'its limits are of the address or the key' }],
  // Models that only a balance pays for.
  readModel: ({ usage_based_only: paid }) => (typeof paid === 'boolean' ? { free: !paid } : {}),
};
