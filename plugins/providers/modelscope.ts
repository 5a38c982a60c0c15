import type { ProviderType } from '429chain/plugin';
import { PAGES } from './sources.js';

/** Its headers state the day of the account and of the model. Its list of models is public and answers to any token. */
export const modelscope: ProviderType = {
  baseUrl: 'https://api-inference.modelscope.cn/v1',
  about: {
    title: 'ModelScope',
    freeTier:
      '2,000 requests a day for the account, up to 500 for each model. The account must be bound to Alibaba Cloud. For non-commercial use.',
    ...PAGES,
    allFree: true,
    keyUrl: 'https://modelscope.cn/my/myaccesstoken',
    training: { posture: 'unknown' },
  },
  limitHeaders: {
    rows: [
      { name: 'modelscope-ratelimit-requests-*', dimension: 'requests', window: '1d', scope: 'provider' },
      { name: 'modelscope-ratelimit-model-requests-*', dimension: 'requests', window: '1d' },
    ],
  },
};
