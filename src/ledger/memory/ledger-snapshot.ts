import type { ScopeSnapshot } from './scope.js';

/** A ledger as it is kept over a restart. */
export interface LedgerSnapshot {
  readonly version: 1;
  /** Provider → digest of its configuration. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly scopes: readonly ScopeSnapshot[];
}
