import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

/** Its headers state the day of the account and of the model. Its list of models is public and answers to any token. */
export const modelscope: ProviderType = {
  baseUrl: 'https://api-inference.modelscope.cn/v1',
  ...FACTS.modelscope,
  limitHeaders: {
    rows: [
      { name: 'modelscope-ratelimit-requests-*', dimension: 'requests', window: '1d', scope: 'provider' },
      { name: 'modelscope-ratelimit-model-requests-*', dimension: 'requests', window: '1d' },
    ],
  },
};
