import type { TargetScopes } from '../ledger/ledger.js';
import type { Target } from '../plugin/door/attempt.js';
import type { ProviderType } from '../plugin/door/provider-type.js';
import type { Repairs } from './repairs.js';

/** Spans in ms. */
export interface TargetTimeouts {
  readonly connect: number;
  readonly firstToken: number;
  readonly idle: number;
  readonly total: number;
}

/** A provider with everything that is the same for each request to it, made once per configuration. */
export interface PreparedProvider {
  readonly provider: string;
  readonly type: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The one of them that carries the key. */
  readonly keyHeader: string;
  readonly providerType: ProviderType;
  readonly options: Readonly<Record<string, unknown>>;
  readonly timeouts: TargetTimeouts;
  /** Why it cannot be asked whatever the ledger says. */
  readonly unusable?: { readonly state: 'unconfigured' | 'disabled'; readonly reason: string } | undefined;
  /** Never to be shown to anybody. */
  readonly secrets: readonly string[];
}

/** A target with everything that is the same for each attempt, made once per configuration. */
export interface PreparedTarget extends Target, PreparedProvider {
  readonly scopes: TargetScopes;
  /** What hooks see of it: no key, and nothing that holds one. */
  readonly publicView: Target;
  /** Grows while the process runs. */
  readonly repairs: Repairs;
}

export interface Chain {
  readonly name: string;
  readonly targets: readonly PreparedTarget[];
  readonly maxWaitMs: number;
  /** Rather wait this long for a target's reset than spend the next target. */
  readonly patienceMs: number;
  readonly retries: number;
  readonly resume: boolean;
  readonly resumeInstruction: string;
  readonly onModeration: 'return' | 'next';
}
