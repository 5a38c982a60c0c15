import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

/** Free without a key. A key belongs to a project that is billed. */
export const ovh: ProviderType = {
  baseUrl: 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1',
  ...FACTS.ovh,
  keyless: 'address',
};
