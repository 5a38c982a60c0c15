import type { ProviderType } from '429chain/plugin';
import { PAGES } from './sources.js';

/** Free without a key. A key belongs to a project that is billed. */
export const ovh: ProviderType = {
  baseUrl: 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1',
  about: {
    title: 'OVHcloud AI Endpoints',
    firstModels: ['gpt-oss-120b', 'Meta-Llama-3_3-70B-Instruct'],
    freeTier: 'Without a key 2 requests a minute for each address and model. With a key everything is billed.',
    ...PAGES,
    needsKey: false,
    training: { posture: 'no', ...PAGES },
  },
  keyless: 'address',
  knownLimits: [
    { requests: 2, per: '1m', keyless: true, ...PAGES },
    { requests: 400, per: '1m', keyless: false, ...PAGES },
  ],
};
