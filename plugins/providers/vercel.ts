import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

/** A router to other providers. Its list of models is public. */
export const vercel: ProviderType = {
  baseUrl: 'https://ai-gateway.vercel.sh/v1',
  ...FACTS.vercel,
  keyCheck: '/credits',
};
