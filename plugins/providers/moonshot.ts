import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

/** Keys of one host are refused by the other. */
export const moonshot: ProviderType = {
  hosts: { international: 'https://api.moonshot.ai/v1', china: 'https://api.moonshot.cn/v1' },
  ...FACTS.moonshot,
  conversation: [
    {
      toolCallIds: { pattern: /^(?:functions\.[\w-]{1,64}:\d{1,6}|[\w-]{1,40})$/, prefix: 'call_', length: 24 },
      reasoning: { fields: ['reasoning_content'] },
    },
  ],
};
