import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

export const fireworks: ProviderType = {
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  ...FACTS.fireworks,
};
