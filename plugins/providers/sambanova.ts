import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

/** The headers of requests are per minute where others mean the day; `-day` is in the name of those per day. */
export const sambanova: ProviderType = {
  baseUrl: 'https://api.sambanova.ai/v1',
  ...FACTS.sambanova,
  limitHeaders: { requests: { window: '1m' } },
};
