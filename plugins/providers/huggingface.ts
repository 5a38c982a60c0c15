import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

/** A router to other providers. A suffix chooses among them: `org/name:fastest`. */
export const huggingface: ProviderType = {
  baseUrl: 'https://router.huggingface.co/v1',
  ...FACTS.huggingface,
};
