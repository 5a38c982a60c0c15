import type { Declaration, Dimension, FailureClass, ScopeKind, Signal, TargetState } from '../contract/quota.js';

/** The scopes that cover one target, by id: `groq`, `openrouter#free`, `groq/model`. */
export interface TargetScopes {
  readonly target: string;
  readonly provider: string;
  readonly pool?: string | undefined;
}

/** What an attempt is expected to cost. One request and one slot go without saying. */
export interface Need {
  /** Prompt and answer, at most. */
  readonly tokens: number;
  /** Prompt and answer, most likely; absent: the same. A quota that this fits in, but not the most, is asked when full. */
  readonly leastTokens?: number;
  /** Prompt and answer, at the very most; absent: `tokens`. Asked of an hour and longer, where a refusal is dear. */
  readonly mostTokens?: number;
  readonly inputTokens: number;
}

/** Tokens of one answer, as its provider reports them. */
export interface Usage {
  readonly input: number;
  readonly output: number;
  /** Of `input`: those that came from the provider's cache. */
  readonly cached?: number | undefined;
}

/** Where a quota was heard of. `manual` is never overruled by what a provider says. */
export type QuotaSource = 'manual' | 'known' | 'header' | 'learned';

export type RefusalCode = 'cooldown' | 'quota' | 'concurrent' | 'first_contact' | 'probing' | 'too_large' | 'disabled';

/** Why a target may not be asked now: a value, never an exception. */
export interface Refusal {
  readonly granted: false;
  readonly code: RefusalCode;
  /** For a cooldown: what began it. */
  readonly class?: FailureClass | undefined;
  /** In plain words. */
  readonly reason: string;
  /** Epoch ms; `Infinity` when waiting cannot help; absent when it hangs on attempts in flight. */
  readonly retryAt?: number | undefined;
  /** At `retryAt` the whole quota is back, whatever others use until then: a smaller request may go first. */
  readonly resetsAtOnce?: boolean;
  /** How many attempts like this one fit at `retryAt`, as far as that is known. */
  readonly capacityAtRetry?: number | undefined;
}

/** A target that a request may go to, and what the request needs there. */
export interface Candidate {
  readonly target: string;
  readonly need: Need;
}

export interface ReserveOptions {
  /** Ignore the caution with a target whose limits are not known yet. Known limits and cooldowns still count. */
  readonly skipProbation?: boolean;
}

export interface ReserveResult {
  /** Units held at the first candidate that has room: the one at index `refusals.length`. Absent when none has room. */
  readonly reservation?: Reservation | undefined;
  /** Why each candidate before that one was refused, in order. Without a reservation: one for every candidate. */
  readonly refusals: readonly Refusal[];
}

export interface PreviewResult {
  /** The candidate at index `refusals.length` has room. */
  readonly hasRoom: boolean;
  readonly refusals: readonly Refusal[];
}

/** Units held for one attempt in flight. Closed once, by `settle` or `release`; later calls do nothing. */
export interface Reservation {
  readonly granted: true;
  readonly target: string;
  /** Order of dispatch over all targets: a later one is larger. */
  readonly sequence: number;
  /** The attempt is over: what it used stays counted. Without `usage` the estimate stands. */
  settle(usage?: Usage): void;
  /** The provider never saw the attempt: everything is given back. */
  release(): void;
}

/** Something that puts a scope to rest. */
export interface CoolDown {
  readonly class: FailureClass;
  /** In plain words. */
  readonly reason: string;
  /** Epoch ms, as far as the provider said; absent: the ledger decides, and longer each time. */
  readonly until?: number | undefined;
}

export interface QuotaStatus {
  readonly scope: string;
  readonly dimension: Dimension;
  readonly windowMs?: number | undefined;
  readonly limit?: number | undefined;
  readonly used?: number | undefined;
  readonly inFlight: number;
  readonly remaining?: number | undefined;
  readonly resetAt?: number | undefined;
  readonly source: QuotaSource;
}

export interface TargetStatus {
  readonly target: string;
  readonly state: TargetState;
  readonly reason?: string | undefined;
  /** Epoch ms. */
  readonly until?: number | undefined;
  /** Attempts that are under way. */
  readonly inFlight: number;
  readonly quotas: readonly QuotaStatus[];
}

/** A provider as the ledger must know it. */
export interface Account {
  readonly provider: string;
  /** A digest that changes when key, address or options do: what was held against the old ones is forgotten then. */
  readonly fingerprint: string;
}

/** All that is known of limits: "may this target be asked now, and if not, when?" */
export interface Ledger {
  /** Makes these targets known. State of scopes that still exist is kept, all other is forgotten. */
  configure(accounts: readonly Account[], targets: readonly TargetScopes[], declarations: readonly Declaration[]): void;
  /** Makes one more target known, until the next `configure`: one that a request addresses and no chain names. */
  register(target: TargetScopes, declarations: readonly Declaration[]): void;
  /**
   * Checks the candidates in order and holds units for the first that has room, in one step: nothing happens between the
   * check and the hold. The ledger of one process answers at once; a shared one may answer with a promise.
   */
  reserve(candidates: readonly Candidate[], options?: ReserveOptions): ReserveResult | Promise<ReserveResult>;
  /** Returns what `reserve` would answer now. Holds nothing. */
  preview(candidates: readonly Candidate[], options?: ReserveOptions): PreviewResult | Promise<PreviewResult>;
  /**
   * Takes over what a response said about the provider's limits, as soon as its head is there and again for what its body
   * said. `accepted`: the response does not refuse the request.
   */
  observe(reservation: Reservation, signals: readonly Signal[], accepted: boolean): void;
  /** The provider gave this attempt a real answer: the first event of a stream, or a whole answer. */
  served(reservation: Reservation): void;
  /** The provider refused this attempt, or sent something that is not an answer. Call `coolDown` right after it. */
  refused(reservation: Reservation): void;
  /** Puts the scope of that kind around the attempt's target to rest. @returns the end, epoch ms; absent: no rest. */
  coolDown(reservation: Reservation, scope: ScopeKind, coolDown: CoolDown): number | undefined;
  status(target: string): TargetStatus;
  /** Lifts every rest of the target's scopes and forgets what was learned of them: a person knows better. */
  reset(target: string): void;
  /** Calls back whenever room may have returned or state has changed. @returns how to stop it. */
  onChange(listener: (scope: string) => void): () => void;
  /** Calls back whenever an attempt at a target is about to be sent, with its units held. @returns how to stop it. */
  onReserve(listener: (target: string) => void): () => void;
}
