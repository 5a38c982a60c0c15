import type { Dimension, ScopeKind } from '../../contract/quota.js';
import { type Learned, Learner, type LearnerSnapshot } from '../learning/learner.js';
import { SlotLearner } from '../learning/slot-learner.js';
import type { CoolDown, Need, Refusal } from '../ledger.js';
import { Cooldown, type CooldownPhase, type CooldownSnapshot } from './cooldown.js';
import { Quota, type QuotaSnapshot } from './quota.js';
import { longer, QuotaRefusal, unitsOf } from './refusal.js';

/** An attempt in flight, as far as a scope knows it. */
interface InFlight {
  charge(quota: Quota): void;
}

/** A scope as plain data. */
export interface ScopeSnapshot {
  readonly id: string;
  readonly kind: ScopeKind;
  readonly quotas: readonly QuotaSnapshot[];
  readonly cooldown?: CooldownSnapshot;
  readonly learner?: LearnerSnapshot;
}

const UNLIMITED = Number.POSITIVE_INFINITY;

/** An account, a pool or a target, with everything that limits its attempts. */
export class Scope {
  readonly id: string;
  readonly kind: ScopeKind;
  quotas: Quota[] = [];
  /** Attempts in flight that the provider has not answered yet. */
  unanswered = 0;
  readonly #attempts = new Set<InFlight>();
  #cooldown = new Cooldown();
  #learner = new Learner();
  #slots = new SlotLearner();
  /** The latest dispatch beyond a learned limit, which tests whether the limit still holds. */
  #test = 0;
  /**
   * How many attempts may be unanswered while the limits are unknown: one at first contact, so that a spent day costs one
   * refused call, and one more for each that was served since. Accounts and pools have no probation.
   */
  #probationLimit: number;

  constructor(id: string, kind: ScopeKind) {
    this.id = id;
    this.kind = kind;
    this.#probationLimit = kind === 'target' ? 1 : UNLIMITED;
  }

  /** Attempts in flight. */
  get inFlight(): number {
    return this.#attempts.size;
  }

  /**
   * Returns the quota of this dimension and window. A configured quota stands apart from what responses state. A new quota
   * is charged with what is in flight already.
   */
  quota(dimension: Dimension, windowMs: number | undefined, manual: boolean): Quota {
    const found = this.quotas.find(
      (quota) => quota.dimension === dimension && quota.windowMs === windowMs && (quota.source === 'manual') === manual,
    );
    if (found !== undefined) return found;
    const quota = new Quota(dimension, windowMs, manual ? 'manual' : 'header');
    this.quotas.push(quota);
    for (const attempt of this.#attempts) attempt.charge(quota);
    return quota;
  }

  /**
   * Returns why an attempt that needs this may not be sent now; of several reasons, the one that lasts longest.
   * `skipProbation`: unknown limits are no reason.
   */
  refuse(need: Need, now: number, skipProbation: boolean): Refusal | undefined {
    const phase = this.#cooldown.at(now);
    if (phase.phase === 'coolingDown') return cooldownRefusal(phase);
    let refusal: Refusal | undefined;
    for (const quota of this.quotas) {
      const units = unitsOf(need, quota);
      if (quota.room(now) < units && !this.#mayTest(quota, now))
        refusal = longer(refusal, new QuotaRefusal(this.#prefix, quota, units, now));
    }
    if (refusal !== undefined) return refusal;
    if (phase.phase === 'probing' && this.unanswered >= phase.limit)
      return this.#wait('probing', 'probing after a cooldown');
    if (!skipProbation && this.unanswered >= this.#probationLimit)
      return this.#wait('first_contact', 'its limits are not known yet');
    return undefined;
  }

  /** An attempt begins: it is charged to every quota. */
  begin(attempt: InFlight): void {
    this.#attempts.add(attempt);
    this.unanswered++;
    for (const quota of this.quotas) attempt.charge(quota);
  }

  /** An attempt is over. */
  end(attempt: InFlight): void {
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

  /** An attempt is sent now; it may be the test of a learned limit. */
  sent(sequence: number, now: number): void {
    for (const quota of this.quotas) {
      if (quota.source !== 'learned' || quota.room(now) >= 1) continue;
      if (quota.dimension === 'concurrent') this.#slots.tested(now);
      else {
        this.#test = sequence;
        this.#learner.tested(now);
      }
    }
  }

  /** An attempt was served that was sent while `others` were in flight at its target. */
  served(sequence: number, others: number, now: number): void {
    this.#cooldown.served(sequence);
    for (const quota of this.quotas) quota.confirm(now);
    this.#probationLimit++;
    if (this.kind !== 'target') return;
    if (this.#learner.served(now)) this.#applyLearned(now);
    if (this.#slots.served(others)) this.#applySlots();
  }

  /** Begins or prolongs the cooldown. Returns its end, epoch ms; `undefined` when this failure causes none. */
  coolDown(coolDown: CoolDown, sequence: number, now: number, notBefore: number | undefined): number | undefined {
    return this.#cooldown.begin(coolDown, sequence, now, notBefore);
  }

  /**
   * Learns from a refusal that stated no limit, at most when to retry. `inFlight`: other attempts that are not answered
   * yet.
   * @returns until when an attempt would be in vain, as far as that was learned
   */
  learnFromRefusal(sequence: number, hintMs: number | undefined, inFlight: number, now: number): number | undefined {
    if (this.kind !== 'target' || this.quotas.some(statesRequests)) return undefined;
    const settled = this.#learner.refused(now, { expected: this.#test === sequence, hintMs, inFlight });
    if (this.#learner.learned === undefined) return undefined;
    const quota = this.#applyLearned(now);
    return settled ? quota.freeAt(1, now) : undefined;
  }

  /** Learns from a refusal for lack of capacity, of an attempt that was sent while `others` were in flight. */
  learnFromOverload(others: number, now: number): void {
    const stated = this.quotas.some(({ dimension, source }) => dimension === 'concurrent' && source !== 'learned');
    if (this.kind === 'target' && !stated && this.#slots.refused(others, now)) this.#applySlots();
  }

  /** Forgets what was learned and ends the cooldown. */
  reset(): void {
    this.#cooldown = new Cooldown();
    this.quotas = this.quotas.filter(({ source }) => source !== 'learned');
    this.#learner = new Learner();
    this.#slots = new SlotLearner();
  }

  /** Returns what `revive` takes; `undefined` when there is nothing to keep. */
  snapshot(now: number): ScopeSnapshot | undefined {
    const quotas = this.quotas.map((quota) => quota.snapshot(now)).filter((quota) => quota !== undefined);
    const [cooldown, learner] = [this.#cooldown.snapshot(now), this.#learner.snapshot(now)];
    if (quotas.length === 0 && cooldown === undefined) return undefined;
    return { id: this.id, kind: this.kind, quotas, ...(cooldown && { cooldown }), ...(learner && { learner }) };
  }

  static revive({ id, kind, quotas, cooldown, learner }: ScopeSnapshot, now: number): Scope {
    const scope = new Scope(id, kind);
    scope.quotas = quotas.map((quota) => Quota.revive(quota));
    if (cooldown !== undefined) scope.#cooldown = Cooldown.revive(cooldown);
    if (learner !== undefined) scope.#learner = Learner.revive(learner, now);
    for (const quota of scope.quotas) quota.countsRefused = quota.source !== 'learned' || scope.#learner.countsRefused;
    if (scope.quotas.some(statesRequests)) scope.endProbation();
    return scope;
  }

  #mayTest(quota: Quota, now: number): boolean {
    if (quota.source !== 'learned') return false;
    if (quota.dimension === 'concurrent') return this.#slots.mayTest(now);
    return this.unanswered === 0 && this.#learner.mayTest(now);
  }

  #applySlots(): void {
    const quota = this.quota('concurrent', undefined, false);
    quota.source = 'learned';
    quota.declare(this.#slots.limit as number);
  }

  #applyLearned(now: number): Quota {
    const { limit, windowMs } = this.#learner.learned as Learned;
    const { countsRefused } = this.#learner;
    this.quotas = this.quotas.filter(
      (quota) =>
        quota.source !== 'learned' ||
        quota.dimension === 'concurrent' ||
        (quota.windowMs === windowMs && quota.countsRefused === countsRefused),
    );
    const quota = this.quota('requests', windowMs, false);
    quota.declare(limit);
    if (quota.source === 'learned') return quota;
    quota.source = 'learned';
    quota.countsRefused = countsRefused;
    for (const at of this.#learner.recent(now)) quota.use(1, 0, at);
    return quota;
  }

  #wait(code: 'probing' | 'first_contact', why: string): Refusal {
    return { granted: false, code, reason: `${this.#prefix}${why}: waiting for the attempts in flight` };
  }

  /** Names the scope in front of a reason, unless it is the target itself. */
  get #prefix(): string {
    return this.kind === 'target' ? '' : `${this.id}: `;
  }
}

const cooldownRefusal = ({ class: failureClass, reason, until }: CooldownPhase & { phase: 'coolingDown' }): Refusal => {
  const code = failureClass === 'auth' ? 'disabled' : 'cooldown';
  return { granted: false, code, class: failureClass, reason, retryAt: until };
};

const statesRequests = ({ dimension, source, limit }: Quota): boolean =>
  dimension === 'requests' && source !== 'learned' && limit !== undefined;
