import type { FailureClass } from '../../contract/quota.js';

/** How the units of a limit return. Lengths in ms. */
export type UnitWindow =
  /** When the attempt that holds them ends. */
  | { readonly kind: 'slots' }
  /** Each of them, one window after it was used. */
  | { readonly kind: 'sliding'; readonly ms: number }
  /** All at once at `endsAt` (epoch ms), and then after each window. Without `endsAt`, the window begins with the first use. */
  | { readonly kind: 'fixed'; readonly ms: number; readonly endsAt?: number | undefined }
  /** Bit by bit; an empty one is full after `ms`. */
  | { readonly kind: 'refilling'; readonly ms: number };

/** One limit, as the process that asks knows it, and what an attempt needs of it. */
export interface UnitDemand {
  /** Unique in its scope, and the same in every process: dimension and window, such as `requests 60000`. */
  readonly quota: string;
  readonly units: number;
  readonly limit: number;
  readonly window: UnitWindow;
  /** Units that may be held at most, by attempts that are not over, while it is not known whether the limit holds. */
  readonly mostHeld?: number | undefined;
}

/** What an attempt needs of one scope: its target, a pool, a key or an account. */
export interface ScopeDemand {
  /** The same in every process. It has a digest of the account, so that a changed key begins anew. */
  readonly scope: string;
  readonly demands: readonly UnitDemand[];
  /** Attempts that may be unanswered at most, this one included. Absent: without bound. */
  readonly mostUnanswered?: number | undefined;
}

/** A target that an attempt may go to. */
export interface HoldRequest {
  readonly target: string;
  readonly scopes: readonly ScopeDemand[];
}

/** Why units are not held at a target. `waiting`: another attempt finds out first whether a limit or a cooldown is over. */
export interface HoldRefusal {
  readonly scope: string;
  readonly code: 'quota' | 'concurrent' | 'cooldown' | 'waiting';
  /** Absent for a cooldown, and for too many unanswered attempts. */
  readonly quota?: string | undefined;
  /** Units that are left of `quota`. */
  readonly left?: number | undefined;
  /** Epoch ms; absent if it depends on attempts in flight. */
  readonly retryAt?: number | undefined;
}

/** Units that are held for one attempt. */
export interface Lease {
  readonly id: string;
  /** A later lease has a larger number, over all processes. */
  readonly sequence: number;
}

/** The first request that has room has the index `refusals.length`. */
export interface HoldAnswer {
  /** Absent if none has room. */
  readonly lease?: Lease | undefined;
  readonly refusals: readonly HoldRefusal[];
}

/** Units that an attempt really used of one limit. What it held of it is free again. */
export interface Charge {
  readonly scope: string;
  readonly quota: string;
  readonly used: number;
}

/** What a response stated about one limit. */
export interface Statement {
  readonly scope: string;
  readonly quota: string;
  /** Units that are used, as far as the provider has counted. */
  readonly used: number;
  readonly limit: number;
  readonly window: UnitWindow;
  /** `used` has the units of this attempt: what it holds is free again. */
  readonly includesThis: boolean;
}

/** What the provider's response to one attempt means. */
export interface AttemptReport {
  /** The provider answered, and whether it served the attempt; absent: only statements. */
  readonly served?: boolean | undefined;
  readonly charges: readonly Charge[];
  readonly statements: readonly Statement[];
}

/** A cooldown of a scope. */
export interface SharedCooldown {
  readonly class: FailureClass;
  readonly reason: string;
  /** Epoch ms. */
  readonly until: number;
}

/** What is known about a scope apart from its units. */
export interface ScopeKnowledge {
  readonly scope: string;
  readonly cooldown?: SharedCooldown | undefined;
  /** Limits that one process learned, as text that only 429chain reads. */
  readonly learned?: string | undefined;
}

/** What is used and held of one limit, by all processes. */
export interface UnitCount {
  readonly scope: string;
  readonly quota: string;
  /** Used, without what is held. */
  readonly used: number;
  readonly held: number;
  /** When units return next, epoch ms. */
  readonly resetAt?: number | undefined;
}

/**
 * `room`: units of the scope may have returned · `knowledge`: another process reported it · `reset`: a user ended it all ·
 * `told`: another process called `tell`.
 */
export type UnitStoreEvent =
  | { readonly type: 'room'; readonly scope: string }
  | { readonly type: 'knowledge'; readonly knowledge: ScopeKnowledge }
  | { readonly type: 'reset'; readonly scope: string }
  | { readonly type: 'told'; readonly topic: string; readonly value: unknown }
  | { readonly type: 'connection'; readonly connected: boolean };

/**
 * Counts units for several processes that ask the same accounts. 429chain asks it before each attempt, after its own ledger
 * found room; without a store, it counts alone.
 *
 * `hold`, `counts` and `known` reject if the store cannot be reached; they never wait longer than the store's own deadline.
 * All other methods return at once, never throw, and take effect in the order of the calls. Times are epoch ms by the clock
 * of the store.
 */
export interface UnitStore {
  /** Where it is, for log and admin, without secrets: `redis://10.0.0.5:6379`. */
  readonly name: string;
  /** Whether it answers. One late answer does not change this: 429chain then decides about that attempt alone. */
  readonly connected: boolean;
  /** Processes that were seen in the last seconds, this one included; at least 1. While it is away: the last number. */
  readonly replicas: number;
  /**
   * Checks the requests in order and holds units at the first that has room: one step, in one round trip. A lease that is
   * not ended within `leaseMs` ends by itself, and what it held counts as used.
   */
  hold(requests: readonly HoldRequest[], leaseMs: number): Promise<HoldAnswer>;
  /**
   * What a response to the attempt means: it counts as answered, `charges` close what it holds of these limits, and
   * `statements` replace what is counted, unless one for a later lease has come before: then they can only raise it.
   */
  report(lease: Lease, report: AttemptReport): void;
  /** The attempt is over. What it still holds is free again, apart from `charges`. Later calls for this lease do nothing. */
  end(lease: Lease, charges: readonly Charge[]): void;
  /** Other processes receive it as an event, and later ones by `known`. A later cooldown of the scope replaces this one. */
  share(knowledge: ScopeKnowledge): void;
  /** An attempt was served after the cooldown of its scope had begun: it is over. */
  endCooldown(scope: string, lease: Lease): void;
  /** Ends the cooldown of the scope and forgets what was learned of it. */
  reset(scope: string): void;
  /** Returns what is counted now. Scopes without uses may be left out. */
  counts(scopes: readonly string[]): Promise<readonly UnitCount[]>;
  /** Returns everything that is known of these scopes. */
  known(scopes: readonly string[]): Promise<readonly ScopeKnowledge[]>;
  /**
   * Sends the other processes that are connected now an event `told`, as JSON, so that the admin shows the same in all of them.
   * While the store is away, nothing is sent. Absent: the store cannot do this.
   */
  tell?(topic: string, value: unknown): void;
  /** @returns a function that stops it */
  onEvent(listener: (event: UnitStoreEvent) => void): () => void;
}
