import type { ChainSettingsView, Timeouts } from '../../../../src/contract/admin-configuration.js';

/** What holds where neither a target nor its chain nor its provider says otherwise. */
export const DEFAULT_TIMEOUTS: Required<Timeouts> = { connect: '10s', firstToken: '60s', idle: '60s', total: '10m' };

/** What holds where a chain says nothing. */
export const CHAIN_DEFAULTS: Required<Omit<ChainSettingsView, 'timeouts'>> = {
  maxWait: '30s',
  patience: '0s',
  retries: 0,
  resume: true,
  onModeration: 'return',
};
