import type { ProviderType } from '429chain/plugin';

const FREE = ['glm-4.7-flash', 'glm-4.5-flash', 'glm-4.6v-flash'];
const FREE_IDS = /^glm-4\.(?:5|6v|7)-flash$/;

/** Two consoles with keys of their own. Its list of models lacks the free ones. */
export const zai: ProviderType = {
  hosts: { international: 'https://api.z.ai/api/paas/v4', china: 'https://open.bigmodel.cn/api/paas/v4' },
  about: {
    title: 'Z.ai',
    firstModels: ['glm-4.7-flash'],
    freeTier: 'glm-4.7-flash, glm-4.5-flash and glm-4.6v-flash, one request at a time. No card.',
    source: 'https://docs.z.ai/guides/overview/pricing',
    date: '2026-09-05',
    keyUrl: 'https://z.ai/manage-apikey/apikey-list',
    training: { posture: 'unknown' },
  },
  modelList: { free: FREE_IDS, also: FREE },
  knownLimits: [
    { concurrent: 1, model: FREE_IDS, source: 'https://docs.z.ai/guides/overview/pricing', date: '2026-09-05' },
  ],
};
