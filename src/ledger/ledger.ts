import type {
  Calendar,
  Declaration,
  Dimension,
  FailureClass,
  ScopeKind,
  Signal,
  TargetState,
} from '../contract/quota.js';

/** The scopes that cover one target, by id: `groq`, `openrouter#free`, `groq/model`. */
export interface TargetScopes {
  readonly target: string;
  readonly provider: string;
  /** The account, if several providers share one. Default: `provider`. */
  readonly account?: string | undefined;
  readonly pool?: string | undefined;
  /** One of several keys that share the account: a key that is refused rests alone. */
  readonly key?: string | undefined;
}

/** What an attempt is expected to use, besides one request and one slot. */
export interface Need {
  /** Prompt and answer: an estimate that is rarely exceeded. */
  readonly tokens: number;
  /** Prompt and answer, most likely. Default: `tokens`. A limit between the two is asked once the whole of it is left. */
  readonly leastTokens?: number;
  /** Prompt and answer, at the very most. Default: `tokens`. For windows of an hour and longer, where a refusal is costly. */
  readonly mostTokens?: number;
  /** Prompt alone. */
  readonly inputTokens: number;
}

/** Tokens of one answer, as its provider reports them. */
export interface Usage {
  readonly input: number;
  readonly output: number;
  /** The part of `input` that came from the provider's cache. */
  readonly cached?: number | undefined;
}

/**
 * Where a quota comes from: the configuration, the provider type, a response, or refusals that stated no limit. What a
 * provider states never overrides `manual`.
 */
export type QuotaSource = 'manual' | 'known' | 'header' | 'learned';

export type RefusalCode = 'cooldown' | 'quota' | 'concurrent' | 'first_contact' | 'probing' | 'too_large' | 'disabled';

/**
 * Why a target may not be asked now. `cooldown`, `disabled`: it cools down, or its key was refused · `quota`: used up ·
 * `concurrent`: every slot is held · `too_large`: the request never fits · `first_contact`: its limits are not known yet ·
 * `probing`: a cooldown has just ended.
 */
export interface Refusal {
  readonly granted: false;
  readonly code: RefusalCode;
  /** The failure that caused the cooldown. */
  readonly class?: FailureClass | undefined;
  /** In plain words, for logs and errors. */
  readonly reason: string;
  /** Epoch ms; `Infinity` when waiting cannot help; absent when it depends on attempts in flight. */
  readonly retryAt?: number | undefined;
  /** At `retryAt` the whole quota is back, whatever other requests use until then: a smaller one may go first. */
  readonly resetsAtOnce?: boolean;
  /** How many attempts like this one fit at `retryAt`; absent: unknown. */
  readonly capacityAtRetry?: number | undefined;
}

/** A target that a request may go to, and what the request needs there. */
export interface Candidate {
  readonly target: string;
  readonly need: Need;
}

/** Candidates in order. A list that works out its items when it is asked for them need not work out all of them. */
export interface Candidates {
  readonly length: number;
  at(index: number): Candidate | undefined;
}

export interface ReserveOptions {
  /** Ignore that the limits of a target are not known yet. Known limits and cooldowns still count. */
  readonly skipProbation?: boolean;
}

export interface ReserveResult {
  /** Units held at the first candidate that has room: the one at index `refusals.length`. Absent when none has room. */
  readonly reservation?: Reservation | undefined;
  /** Why each candidate before that one was refused, in order. Without a reservation: one for every candidate. */
  readonly refusals: readonly Refusal[];
  /** How long the first of these refusals hold for every request. Absent if not even the first one does. */
  readonly steady?: SteadyRefusals | undefined;
}

/** Refusals that hold for every request, whatever it needs, as long as `Ledger.restVersion` stays the same. */
export interface SteadyRefusals {
  /** How many refusals, from the first one on. */
  readonly count: number;
  /** Epoch ms: from then on, one of them may no longer hold. */
  readonly until: number;
}

export interface PreviewResult {
  /** The candidate at index `refusals.length` has room. */
  readonly hasRoom: boolean;
  readonly refusals: readonly Refusal[];
}

/**
 * Units held for one attempt in flight. The first `settle` or `release` closes it; later calls do nothing. Neither call
 * throws or waits: a shared ledger sends them in the background. A process that dies closes nothing, so a shared ledger
 * must end such reservations after a while and count their units as used.
 */
export interface Reservation {
  readonly granted: true;
  readonly target: string;
  /** A later dispatch has a larger number, over all targets. Responses arrive in another order. */
  readonly sequence: number;
  /**
   * The attempt is over, whole or cut off. Its request stays counted, the tokens of `usage` too; the rest of the estimate
   * and the slot are free again. Without `usage` the whole estimate stays counted.
   */
  settle(usage?: Usage): void;
  /** The provider never received the attempt: all units are free again. */
  release(): void;
}

/** Why a scope shall cool down. */
export interface CoolDown {
  readonly class: FailureClass;
  /** In plain words; it becomes the reason of refusals. */
  readonly reason: string;
  /** Epoch ms, when the provider named a time; absent: the ledger chooses, longer after each failure in a row. */
  readonly until?: number | undefined;
}

/** One quota, for display. An absent field is unknown. */
export interface QuotaStatus {
  readonly scope: string;
  readonly dimension: Dimension;
  readonly windowMs?: number | undefined;
  /** Instead of `windowMs`: the window follows a calendar. */
  readonly calendar?: Calendar | undefined;
  readonly limit?: number | undefined;
  readonly used?: number | undefined;
  readonly inFlight: number;
  readonly remaining?: number | undefined;
  readonly resetAt?: number | undefined;
  /** The next request finds out for all others whether the quota is back. Default: false. */
  readonly probing?: boolean | undefined;
  readonly source: QuotaSource;
}

/** How many tokens a request may have at a target, as far as its limits are known; `Infinity` where they are not. */
export interface TokenRoom {
  /** For one request. */
  readonly limit: number;
  /** Now. */
  readonly left: number;
}

/** One target, for display: what it would answer to a request now, and every quota that covers it. */
export interface TargetStatus {
  readonly target: string;
  readonly state: TargetState;
  /** A limit or a cooldown seems to be over, and one request finds out for all others. Default: false. */
  readonly probing?: boolean | undefined;
  readonly reason?: string | undefined;
  /** Epoch ms. */
  readonly until?: number | undefined;
  /** Attempts in flight. */
  readonly inFlight: number;
  readonly quotas: readonly QuotaStatus[];
}

/** The place where several processes count together. */
export interface Sharing {
  readonly name: string;
  readonly connected: boolean;
  /** Processes that were seen last, this one included. */
  readonly replicas: number;
  /** In a sentence. */
  readonly summary: string;
}

/** A configured provider with one key. */
export interface Account {
  /** Unique: `groq`, or `groq:key 1` for one of several keys. */
  readonly provider: string;
  /** The name of the account, if several providers share one. Default: `provider`. */
  readonly account?: string | undefined;
  /** A digest of key, address and options. When it changes, the ledger forgets the state of the scopes. */
  readonly fingerprint: string;
}

/**
 * Everything that is known about limits: "may this target be asked now, and if not, when?"
 *
 * A target is covered by its own scope, by a pool if it has one, and by its account; an attempt needs room in every quota of
 * each. Only `reserve` and `preview` may answer with a promise. All other methods return at once: a shared ledger keeps a
 * local copy for `status` and sends reports in the background, in the order of the calls. Times are epoch ms.
 */
export interface Ledger {
  /**
   * Replaces the configuration. Scopes that still exist keep their state, except those of an account whose fingerprint
   * changed; all others are forgotten, but requests in flight may still end on them. A provider whose name changed and whose
   * fingerprint did not is the same: so keys of a provider may change their order or their label. A provider that joins a shared account
   * changes nothing there. `declarations` replace the `manual` and `known` quotas; those of a provider hold for its account,
   * and of several amounts for the same limit the smallest one. What was used of a quota that stays is kept. Idempotent.
   */
  configure(accounts: readonly Account[], targets: readonly TargetScopes[], declarations: readonly Declaration[]): void;
  /**
   * Makes a target known that a request addresses and that no chain names, until the next `configure`. Call it for each such
   * request: for a known target it changes nothing and counts as use. The number of these targets is bounded, and the least
   * recently used is forgotten; one that cools down, is exhausted or has attempts in flight only if all are like that.
   */
  register(target: TargetScopes, declarations: readonly Declaration[]): void;
  /**
   * Checks the candidates in order and holds units at the first that has room. Check and hold are one step: no other
   * reservation, in any process, comes between them. Calls for several candidates and calls for one after the other grant
   * the same. Never throws for lack of room; an unknown target is refused as `disabled`. Not idempotent.
   * @throws (or rejects) only when the ledger cannot be reached
   */
  reserve(candidates: Candidates, options?: ReserveOptions): ReserveResult | Promise<ReserveResult>;
  /** Returns what `reserve` would return now. Holds nothing and changes nothing. */
  preview(candidates: Candidates, options?: ReserveOptions): PreviewResult | Promise<PreviewResult>;
  /**
   * Takes over what a response states about limits: once its head has arrived, and again when its body states more. A
   * response to an earlier dispatch than the latest one observed may only lower what is left. Units that the statement
   * includes are not counted again. Call it before or after the reservation is closed.
   * @param accepted the response does not refuse the request
   */
  observe(reservation: Reservation, signals: readonly Signal[], accepted: boolean): void;
  /**
   * The provider answered this attempt: the first event of a stream arrived, or a whole answer. From now on its request is
   * used, and the probing after a cooldown ends unless a later dispatch caused the cooldown. The first call of `served` or
   * `refused` counts; later ones do nothing.
   */
  served(reservation: Reservation): void;
  /**
   * The provider refused this attempt, or its response is not an answer. Its request is used where the provider counts
   * refused requests. Call `coolDown` after it if the failure is the target's. After `served` it does nothing.
   */
  refused(reservation: Reservation): void;
  /**
   * Cools down the scope of this kind that covers the attempt's target; the account, for a pool that it does not have. The
   * ledger bounds times that a provider names, and learns limits from refusals that state none. A later end replaces an
   * earlier one. Failures of one class during one cooldown count as one.
   * @returns the end of the cooldown; `undefined` when this failure causes none
   */
  coolDown(reservation: Reservation, scope: ScopeKind, coolDown: CoolDown): number | undefined;
  /** Returns how a target stands now. For a target that was removed, it is `disabled`. */
  status(target: string): TargetStatus;
  /** Attempts at a target that are in flight. Of several processes: at least one more than here, unless there is none elsewhere. */
  inFlight(target: string): number;
  /** The provider of a target counts the bound on an answer beforehand, as its refusals showed. Other processes learn it too. */
  learnCountedBound(target: string): void;
  /** Calls `listener` with a target once its provider is known to count the bound, by any process. @returns a function that stops it */
  onCountedBound(listener: (target: string) => void): () => void;
  /** Returns what the limits on tokens allow a request to a target. */
  tokenRoom(target: string): TokenRoom;
  /** Returns the share of a target's tightest quota that is used, from 0 to 1. Unknown quotas count as unused. */
  shareUsed(target: string): number;
  /** Where several processes count together; absent for a ledger of one process. */
  readonly sharing?: Sharing | undefined;
  /** Another number whenever a refusal that was reported as steady may no longer hold. */
  readonly restVersion: number;
  /** Ends the cooldowns of the scopes that cover the target and forgets their learned limits. Idempotent. */
  reset(target: string): void;
  /**
   * Calls `listener` with the id of a scope or target whenever room may have returned or a state changed, in any process; with
   * '' when anything may have changed. It may be called too often, never too seldom. @returns a function that stops it
   */
  onChange(listener: (scope: string) => void): () => void;
  /** Calls `listener` with the target of each reservation of this process, once its units are held. @returns a function that stops it */
  onReserve(listener: (target: string) => void): () => void;
}
