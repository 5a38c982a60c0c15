import type { ProviderType } from '429chain/plugin';
import { FACTS } from './offers.js';

/** Keys of one host are refused by the other. The host abroad has no free chat models. */
export const siliconflow: ProviderType = {
  hosts: { china: 'https://api.siliconflow.cn/v1', international: 'https://api.siliconflow.com/v1' },
  ...FACTS.siliconflow,
};
