import type { ProviderType } from '429chain/plugin';
import { PAGES } from './sources.js';

/** Keys of one host are refused by the other. The host abroad has no free chat models. */
export const siliconflow: ProviderType = {
  hosts: { china: 'https://api.siliconflow.cn/v1', international: 'https://api.siliconflow.com/v1' },
  about: {
    title: 'SiliconFlow',
    freeTier: 'A few small models in China, after a check of identity; reports differ on which. None abroad.',
    ...PAGES,
    keyUrl: 'https://cloud.siliconflow.cn/account/ak',
    training: { posture: 'unknown' },
  },
};
