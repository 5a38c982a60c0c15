import type { OwnKey } from '../runtime/own-key.js';

/** The variables of the proxy's own keys in the configurations that 429chain writes. */
export const KEY_VARIABLES = {
  'api-key': 'CHAIN_API_KEY',
  'admin-key': 'CHAIN_ADMIN_KEY',
} as const satisfies Record<OwnKey, string>;
