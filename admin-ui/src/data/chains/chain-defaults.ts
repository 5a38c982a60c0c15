import type { ChainSettingsView, Timeouts } from '../../../../src/contract/admin-configuration.js';

/** The defaults if target, chain and provider set nothing. */
export const DEFAULT_TIMEOUTS: Required<Timeouts> = { connect: '10s', firstToken: '60s', idle: '60s', total: '10m' };

type SettingWithDefault = 'maxWait' | 'patience' | 'retries' | 'resume' | 'onModeration';

/** The defaults of a chain's settings. `free` and `privacy` are the server's by default. */
export const CHAIN_DEFAULTS: Required<Pick<ChainSettingsView, SettingWithDefault>> = {
  maxWait: '30s',
  patience: '0s',
  retries: 0,
  resume: true,
  onModeration: 'return',
};
