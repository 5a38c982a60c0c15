import type { ProviderType } from '429chain/plugin';
import { PAGES } from './sources.js';

export const fireworks: ProviderType = {
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  about: {
    title: 'Fireworks',
    freeTier: '$1 once, with about 10 requests a minute before a payment method is added. Its terms forbid proxies.',
    ...PAGES,
    keyUrl: 'https://app.fireworks.ai/settings/users/api-keys',
    training: { posture: 'unknown' },
  },
};
