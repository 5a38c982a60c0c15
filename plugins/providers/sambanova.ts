import type { ProviderType } from '429chain/plugin';
import { PAGES } from './sources.js';

/** The headers of requests are per minute where others mean the day; `-day` is in the name of those per day. */
export const sambanova: ProviderType = {
  baseUrl: 'https://api.sambanova.ai/v1',
  about: {
    title: 'SambaNova',
    freeTier:
      'Its page states 20 requests a minute and 20 a day for each model, but new accounts are asked for a payment method.',
    source: 'https://docs.sambanova.ai/docs/en/models/rate-limits',
    date: '2026-09-26',
    keyUrl: 'https://cloud.sambanova.ai/apis',
    training: { posture: 'no', note: 'By its terms.', ...PAGES },
  },
  limitHeaders: { requests: { window: '1m' } },
};
