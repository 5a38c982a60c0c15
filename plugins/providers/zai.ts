import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

/** Two consoles with keys of their own. Its list of models lacks the free ones. */
export const zai: ProviderType = {
  hosts: { international: 'https://api.z.ai/api/paas/v4', china: 'https://open.bigmodel.cn/api/paas/v4' },
  ...FACTS.zai,
  modelList: { also: FACTS.zai.about.offers?.[0]?.examples ?? [] },
};
