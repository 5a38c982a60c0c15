import type { ProviderType } from '429chain/plugin';
import { PAGES } from './sources.js';

/** Its limits move with demand. Of headers it sends a reset only. */
export const together: ProviderType = {
  baseUrl: 'https://api.together.xyz/v1',
  about: {
    title: 'Together AI',
    freeTier: 'None to begin with: $5 must be bought first. Then one chat model costs nothing.',
    ...PAGES,
    keyUrl: 'https://api.together.ai/settings/api-keys',
    training: { posture: 'unknown' },
  },
};
