import type { ProviderType } from '429chain/plugin';
import { PAGES } from './sources.js';

/** It states no limits, neither in headers nor in words. Its list of models is public. */
export const nvidiaNim: ProviderType = {
  baseUrl: 'https://integrate.api.nvidia.com/v1',
  about: {
    title: 'NVIDIA NIM',
    freeTier: 'About 40 requests a minute for each model, for prototyping only. No card.',
    source: 'https://forums.developer.nvidia.com',
    date: '2026-09-26',
    allFree: true,
    keyUrl: 'https://build.nvidia.com',
    training: {
      posture: 'may',
      note: 'Use is logged for security and to improve products, as resellers quote its terms.',
      ...PAGES,
    },
  },
  knownLimits: [{ requests: 40, per: '1m', source: 'https://forums.developer.nvidia.com', date: '2026-09-26' }],
  adaptations: [
    { field: 'parallel_tool_calls', from: true, replace: false, why: 'several models call one tool at a time' },
  ],
};
