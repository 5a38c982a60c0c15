import type { Limit, ScopeKind } from '../../contract/quota.js';

/** A fact with the place and the day where it was read. */
export interface Sourced {
  /** A page, or words such as `429 bodies`. */
  readonly source?: string;
  /** The day, such as `2026-09-26`. */
  readonly date?: string;
}

/**
 * A limit that is known before the provider states one, such as `{ requests: 30, per: '1m', date: '2026-08-18' }`. What
 * responses and the configuration state overrides it.
 */
export type KnownLimit = Limit &
  Sourced & {
    /** What it holds for. Default: each target, or the pool that `pool` names. */
    readonly scope?: ScopeKind;
    /** The pool, by the name that the type's `pool` returns. */
    readonly pool?: string;
    /** The models whose names match. Default: all. */
    readonly model?: RegExp;
    /** `true`: only for callers without a key. `false`: only for those with one. */
    readonly keyless?: boolean;
  };
