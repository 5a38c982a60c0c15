import type { ScopeSnapshot } from './scope.js';

/** A ledger as plain data. */
export interface LedgerSnapshot {
  readonly version: 1;
  /** The fingerprint of each provider. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly scopes: readonly ScopeSnapshot[];
}
