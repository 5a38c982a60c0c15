import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

/** It states no limits. In its thinking mode it wants its own reasoning back beside tool calls. */
export const deepseek: ProviderType = {
  baseUrl: 'https://api.deepseek.com',
  ...FACTS.deepseek,
  conversation: [{ reasoning: { fields: ['reasoning_content'] } }],
};
