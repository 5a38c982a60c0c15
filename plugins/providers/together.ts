import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

/** Its limits move with demand. Of headers it sends a reset only. */
export const together: ProviderType = {
  baseUrl: 'https://api.together.xyz/v1',
  ...FACTS.together,
};
