import type { ProviderType } from '429chain/plugin';
import { PAGES } from './sources.js';

/** A router to other providers. Its list of models is public. */
export const vercel: ProviderType = {
  baseUrl: 'https://ai-gateway.vercel.sh/v1',
  about: {
    title: 'Vercel AI Gateway',
    freeTier:
      'A credit each month, said to be $5, with a card on file and until the first purchase; about 5 requests a minute over all models.',
    ...PAGES,
    keyUrl: 'https://vercel.com/dashboard/ai-gateway/api-keys',
    training: { posture: 'no', note: "Vercel itself; the provider's own terms hold.", ...PAGES },
  },
  keyCheck: '/credits',
};
