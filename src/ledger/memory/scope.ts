import type { Dimension, ScopeKind } from '../../contract/quota.js';
import type { SharedCooldown } from '../../plugin/door/unit-store.js';
import type { LearnerSnapshot, SharedLearning } from '../learning/learned.js';
import type { CoolDown, Need, Refusal } from '../ledger.js';
import { CalendarSpan } from '../windows/calendar.js';
import { Cooldown, type CooldownSnapshot, type CoolingDown } from './cooldown.js';
import { CostTable } from './cost-table.js';
import type { LimitParts } from './declarations.js';
import { explainsRefusal } from './explanation.js';
import { LearnedLimits } from './learned-limits.js';
import { Quota, type QuotaSnapshot, type QuotaTerms } from './quota.js';
import { findQuota, type QuotaKind } from './quota-kind.js';
import { longer, QuotaRefusal, unitsOf } from './refusal.js';

/** An attempt, as far as a scope knows it. */
interface ScopeAttempt {
  readonly target: string;
  readonly sequence: number;
  /** Epoch ms. */
  readonly sentAt: number;
  /** Attempts at the same target that were in flight when this one was sent. */
  readonly others: number;
  readonly need: Need;
  charge(quota: Quota): void;
}

/** A scope as plain data. */
export interface ScopeSnapshot {
  readonly id: string;
  readonly kind: ScopeKind | 'key';
  readonly quotas: readonly QuotaSnapshot[];
  readonly cooldown?: CooldownSnapshot;
  readonly learner?: LearnerSnapshot;
}

/** Quotas of a scope that responses add; no provider has as many. */
const MOST_QUOTAS = 32;
const UNLIMITED = Number.POSITIVE_INFINITY;

/** An account, one of its keys, a pool or a target, with everything that limits its attempts. */
export class Scope {
  id: string;
  readonly kind: ScopeKind | 'key';
  quotas: Quota[] = [];
  /** Attempts in flight that the provider has not answered yet. */
  unanswered = 0;
  /** The same of other processes, as far as that is known. */
  unansweredElsewhere = 0;
  /** The provider counts the bound on an answer beforehand, as its refusals showed. */
  countsBound = false;
  readonly #attempts = new Set<ScopeAttempt>();
  #cooldown = new Cooldown();
  #restRefusal: { readonly of: CoolingDown; readonly refusal: Refusal } | undefined;
  #learned = new LearnedLimits(this);
  /**
   * How many attempts may be unanswered while the limits are unknown: one at first contact, so that a spent day costs one
   * refused call, and one more for each that was served since. Accounts and pools have no probation.
   */
  #probationLimit: number;

  constructor(id: string, kind: ScopeKind | 'key') {
    this.id = id;
    this.kind = kind;
    this.#probationLimit = kind === 'target' ? 1 : UNLIMITED;
  }

  /** Attempts in flight. */
  get inFlight(): number {
    return this.#attempts.size;
  }

  /**
   * Returns the quota of this dimension and window. A configured quota and a learned one stand apart from what responses
   * state. A response names only the length of a window, which is also that of a known day, week or month.
   */
  quota(dimension: Dimension, windowMs: number | undefined, kind: 'stated' | 'learned'): Quota {
    return findQuota(this.quotas, dimension, windowMs, kind) ?? this.#add(dimension, windowMs, kind);
  }

  /** Returns the quota of a limit that the configuration or a provider type declares. */
  declaredQuota({ dimension, windowMs, calendar, costs }: LimitParts, kind: 'manual' | 'stated'): Quota {
    const terms = { calendar: calendar && new CalendarSpan(calendar), costs: costs && new CostTable(costs) };
    const usualMs = windowMs ?? terms.calendar?.usualMs;
    return findQuota(this.quotas, dimension, usualMs, kind, terms) ?? this.#add(dimension, usualMs, kind, terms);
  }

  /** A new quota is charged with what is in flight already. */
  #add(dimension: Dimension, windowMs: number | undefined, kind: QuotaKind, terms?: QuotaTerms): Quota {
    const quota = new Quota(dimension, windowMs, kind === 'stated' ? 'header' : kind, terms);
    // A provider may name another window with each response: further ones are not kept.
    if (kind === 'stated' && terms === undefined && this.quotas.length >= MOST_QUOTAS) return quota;
    this.quotas.push(quota);
    for (const attempt of this.#attempts) attempt.charge(quota);
    return quota;
  }

  /**
   * Returns why an attempt that needs this may not be sent now; of several reasons, the one that lasts longest.
   * `skipProbation`: unknown limits are no reason.
   */
  refuse(target: string, need: Need, now: number, skipProbation: boolean): Refusal | undefined {
    const phase = this.#cooldown.at(now);
    if (phase.phase === 'coolingDown') return this.#restRefusalFor(phase);
    let refusal: Refusal | undefined;
    for (const quota of this.quotas) {
      const units = unitsOf(target, need, quota);
      if (quota.room(now) < units && !this.mayExceed(quota, units, now))
        refusal = longer(refusal, new QuotaRefusal(this.prefix, quota, units, now));
    }
    if (refusal !== undefined) return refusal;
    const isProbing = phase.phase === 'probing' && this.unanswered >= phase.limit;
    return isProbing || (!skipProbation && this.unanswered >= this.#probationLimit)
      ? this.#waitRefusal(isProbing)
      : undefined;
  }

  /** Returns whether the next attempt finds out for all others whether a cooldown or a limit is over. */
  isProbing(now: number): boolean {
    return this.#cooldown.at(now).phase === 'probing' || this.quotas.some((quota) => quota.isProbing(now));
  }

  /** Returns the end of the cooldown, epoch ms; `undefined` if there is none at `now`. */
  restsUntil(now: number): number | undefined {
    const phase = this.#cooldown.at(now);
    return phase.phase === 'coolingDown' ? phase.until : undefined;
  }

  /** The same object during one cooldown. */
  #restRefusalFor(phase: CoolingDown): Refusal {
    if (this.#restRefusal?.of !== phase) this.#restRefusal = { of: phase, refusal: cooldownRefusal(phase) };
    return this.#restRefusal.refusal;
  }

  /** Returns how many attempts may be unanswered at once, as far as that does not depend on those that were served. */
  mostUnanswered(now: number, skipProbation: boolean): number | undefined {
    const phase = this.#cooldown.at(now);
    if (phase.phase === 'probing') return phase.limit;
    return skipProbation || this.#probationLimit === UNLIMITED ? undefined : 1;
  }

  /** Returns the refusal of an attempt that waits until another one is answered. */
  waitRefusal(now: number): Refusal {
    return this.#waitRefusal(this.#cooldown.at(now).phase === 'probing');
  }

  /** Takes over a cooldown that another process began. `sequence`: the latest dispatch. */
  rest(cooldown: SharedCooldown, sequence: number, now: number): void {
    this.#cooldown.takeOver(cooldown, sequence, now);
  }

  /** Another process was served after a cooldown. */
  endProbing(now: number): void {
    this.#cooldown.endProbing(now);
  }

  /** Whether what other processes are served matters: nothing states how many requests are allowed in a minute, or a limit stands behind it. */
  get learnsTogether(): boolean {
    return this.kind === 'target' && (this.#learned.isActive || !this.quotas.some(statesMinute));
  }

  /** Returns what `adopt` takes; `undefined` where nothing was learned. */
  share(): SharedLearning | undefined {
    return this.#learned.share();
  }

  /** Takes over what another process learned. */
  adopt(shared: SharedLearning, now: number): void {
    this.#learned.adopt(shared, now);
  }

  /** Other processes were served so many attempts. */
  servedElsewhere(count: number, now: number): void {
    this.#learned.servedElsewhere(count, now);
  }

  /** An attempt begins: it is charged to every quota. */
  begin(attempt: ScopeAttempt): void {
    this.#attempts.add(attempt);
    this.unanswered++;
    for (const quota of this.quotas) attempt.charge(quota);
  }

  /** An attempt is over. */
  end(attempt: ScopeAttempt): void {
    this.#attempts.delete(attempt);
  }

  /** The limits of this scope are known: its quotas alone decide what may be sent. */
  endProbation(): void {
    this.#probationLimit = UNLIMITED;
  }

  /** Whether the configuration limits the requests or the slots of this scope. */
  get hasConfiguredLimit(): boolean {
    return this.quotas.some(
      ({ source, dimension }) => source === 'manual' && (dimension === 'requests' || dimension === 'concurrent'),
    );
  }

  /** An attempt is sent now; it may go beyond a limit to test it. */
  sent(sequence: number, target: string, need: Need, now: number): void {
    for (const quota of this.quotas) {
      quota.sent(unitsOf(target, need, quota), sequence, now);
      this.#learned.sent(quota, sequence, now);
    }
  }

  /** An attempt was served. Returns whether the scope may refuse other requests than before, because of its cooldown or a new quota. */
  served({ sequence, others, need }: ScopeAttempt, now: number): boolean {
    const { length } = this.quotas;
    const isChanged = this.#cooldown.served(sequence);
    let wrong: Quota | undefined;
    for (const quota of this.quotas) if (quota.confirm(sequence, now)) wrong = quota;
    if (wrong !== undefined) this.quotas = this.quotas.filter((quota) => quota !== wrong);
    this.#probationLimit++;
    if (this.kind === 'target') this.#learned.served(need.tokens, others, now);
    return isChanged || this.quotas.length !== length;
  }

  /**
   * Begins or prolongs the cooldown.
   * @param hintMs how long to wait, as the provider stated
   * @param notBefore epoch ms: an earlier end would be in vain, by what was learned
   * @returns its end, epoch ms; `undefined` when this failure causes none
   */
  coolDown(
    coolDown: CoolDown,
    attempt: ScopeAttempt,
    now: number,
    hintMs: number | undefined,
    notBefore: number | undefined,
  ): number | undefined {
    return this.#cooldown.begin(coolDown, attempt, now, hintMs, notBefore);
  }

  /** Whether what is known here explains that this attempt was refused. */
  explainsRefusal({ target, need }: ScopeAttempt, now: number): boolean {
    return this.quotas.some((quota) => explainsRefusal(quota, target, need, now));
  }

  /**
   * Learns from a refusal that nothing known explains, unless the configuration limits the tokens of a minute: then the
   * estimate of tokens was too low, which says nothing about requests. `inFlight`: other attempts that are not answered yet.
   * @returns until when an attempt would be in vain, as far as that was learned
   */
  learnFromRefusal(
    { sequence, need }: ScopeAttempt,
    hintMs: number | undefined,
    inFlight: number,
    now: number,
  ): number | undefined {
    if (this.kind !== 'target' || this.quotas.some(isConfiguredTokenMinute)) return undefined;
    return this.#learned.refused(sequence, { hintMs, inFlight, tokens: need.tokens }, now);
  }

  /** Learns from a refusal for lack of capacity. */
  learnFromOverload({ others }: ScopeAttempt, now: number): void {
    if (this.kind === 'target') this.#learned.overloaded(others, now);
  }

  /** A response states this quota for the first time: a learned one of its kind goes. */
  replaceLearned(quota: Quota): void {
    this.#learned.replace(quota);
  }

  /** Forgets what was learned and ends the cooldown. */
  reset(): void {
    this.#cooldown = new Cooldown();
    this.countsBound = false;
    this.quotas = this.quotas.filter(({ source }) => source !== 'learned');
    this.#learned = new LearnedLimits(this);
  }

  /** Returns what `revive` takes; `undefined` when there is nothing to keep. */
  snapshot(now: number): ScopeSnapshot | undefined {
    const quotas = this.quotas.map((quota) => quota.snapshot(now)).filter((quota) => quota !== undefined);
    const [cooldown, learner] = [this.#cooldown.snapshot(now), this.#learned.snapshot(now)];
    if (quotas.length === 0 && cooldown === undefined) return undefined;
    return { id: this.id, kind: this.kind, quotas, ...(cooldown && { cooldown }), ...(learner && { learner }) };
  }

  static revive({ id, kind, quotas, cooldown, learner }: ScopeSnapshot, now: number): Scope {
    const scope = new Scope(id, kind);
    scope.quotas = quotas.map((quota) => Quota.revive(quota, now));
    if (cooldown !== undefined) scope.#cooldown = Cooldown.revive(cooldown, now);
    if (learner !== undefined) scope.#learned.restore(learner, now);
    if (scope.quotas.some(statesRequests)) scope.endProbation();
    return scope;
  }

  /** Whether an attempt may be sent although `quota` has no room for it, to test the limit. */
  mayExceed(quota: Quota, units: number, now: number): boolean {
    if (quota.source === 'learned') return this.#learned.mayTest(quota, this.unanswered, now);
    return this.unanswered === 0 && quota.mayProbe(units, now);
  }

  #waitRefusal(isProbing: boolean): Refusal {
    const why = isProbing ? 'probing after a cooldown' : 'its limits are not known yet';
    const reason = `${this.prefix}${why}: waiting for the attempts in flight`;
    return { granted: false, code: isProbing ? 'probing' : 'first_contact', reason };
  }

  /** Names the scope in front of a reason, unless it is the target itself. */
  get prefix(): string {
    return this.kind === 'target' ? '' : `${this.id}: `;
  }
}

const cooldownRefusal = ({ class: failureClass, doubted, reason, until }: CoolingDown): Refusal => {
  const code = failureClass === 'auth' && !doubted ? 'disabled' : 'cooldown';
  return { granted: false, code, class: failureClass, reason, retryAt: until };
};

const statesRequests = ({ dimension, source, limit }: Quota): boolean =>
  dimension === 'requests' && source !== 'learned' && limit !== undefined;

const MINUTE_MS = 60_000;

/** What a provider type knows may be wrong. */
const statesMinute = (quota: Quota): boolean =>
  statesRequests(quota) && quota.source !== 'known' && (quota.windowMs ?? 0) <= MINUTE_MS;

const isConfiguredTokenMinute = ({ source, dimension, windowMs = 0 }: Quota): boolean =>
  source === 'manual' && dimension === 'tokens' && windowMs <= MINUTE_MS;
