import type { ProviderType } from '429chain/plugin';
import { PAGES } from './sources.js';

/** It states no limits. In its thinking mode it wants its own reasoning back beside tool calls. */
export const deepseek: ProviderType = {
  baseUrl: 'https://api.deepseek.com',
  about: {
    title: 'DeepSeek',
    freeTier: 'None: requests are paid in advance.',
    ...PAGES,
    keyUrl: 'https://platform.deepseek.com/api_keys',
    training: { posture: 'unknown' },
  },
  conversation: [{ reasoning: { fields: ['reasoning_content'] } }],
};
