import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

/** It states no limits, neither in headers nor in words. Its list of models is public. */
export const nvidiaNim: ProviderType = {
  baseUrl: 'https://integrate.api.nvidia.com/v1',
  ...FACTS['nvidia-nim'],
  adaptations: [
    { field: 'parallel_tool_calls', from: true, replace: false, why: 'several models call one tool at a time' },
  ],
};
