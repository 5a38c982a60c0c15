import type { ProviderType } from '429chain/plugin';
import { PAGES } from './sources.js';

/** A router to other providers. A suffix chooses among them: `org/name:fastest`. */
export const huggingface: ProviderType = {
  baseUrl: 'https://router.huggingface.co/v1',
  about: {
    title: 'Hugging Face',
    freeTier: '$0.10 of credit a month for the account. The key needs the right "Inference Providers".',
    ...PAGES,
    keyUrl: 'https://huggingface.co/settings/tokens',
    training: { posture: 'no', note: 'The router; the provider behind it has its own terms.', ...PAGES },
  },
};
