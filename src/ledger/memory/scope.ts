import type { Dimension, ScopeKind } from '../../contract/quota.js';
import { type Learned, Learner, type LearnerSnapshot } from '../learning/learner.js';
import { SlotLearner } from '../learning/slot-learner.js';
import type { Need, Refusal, RefusalCode } from '../ledger.js';
import { Rests, type RestsSnapshot } from './cooldowns.js';
import { Quota, type QuotaSnapshot } from './quota.js';
import { longer, QuotaRefusal, unitsOf } from './refusal.js';

/** An attempt in flight, as far as a scope must know it. */
interface Charged {
  charge(quota: Quota): void;
}

/** A scope as it is kept over a restart. */
export interface ScopeSnapshot {
  readonly id: string;
  readonly kind: ScopeKind;
  readonly quotas: readonly QuotaSnapshot[];
  readonly rests?: RestsSnapshot;
  readonly learner?: LearnerSnapshot;
}

/** An account, a pool or a target, with everything that is known against asking it. */
export class Scope {
  readonly id: string;
  readonly kind: ScopeKind;
  readonly rests = new Rests();
  readonly learner = new Learner();
  #slots = new SlotLearner();
  /** The attempt that goes beyond a learned limit, to see whether it still holds. */
  #testing: number | undefined;
  quotas: Quota[] = [];
  /** Attempts in flight. */
  readonly open = new Set<Charged>();
  /** Of those, how many the provider has not answered yet. */
  unanswered = 0;
  /**
   * How many may be unanswered at once while nothing is known of its limits: one at first contact, so that a spent day
   * costs one refused call, and one more for each that was served since. Only targets are met with care.
   */
  trust: number;

  constructor(id: string, kind: ScopeKind) {
    this.id = id;
    this.kind = kind;
    this.trust = kind === 'target' ? 1 : Number.POSITIVE_INFINITY;
  }

  /**
   * The quota of this dimension and window. What was written down stands apart from what was heard. A new one is charged
   * with what is in flight already.
   */
  quota(dimension: Dimension, windowMs: number | undefined, manual: boolean): Quota {
    const found = this.quotas.find(
      (quota) => quota.dimension === dimension && quota.windowMs === windowMs && (quota.source === 'manual') === manual,
    );
    if (found !== undefined) return found;
    const quota = new Quota(dimension, windowMs, manual ? 'manual' : 'header');
    this.quotas.push(quota);
    for (const each of this.open) each.charge(quota);
    return quota;
  }

  /**
   * What keeps an attempt that needs this from being sent now; of several reasons the one that lasts longest. `skipProbation`: the
   * caution of first contact is no reason.
   */
  refuse(need: Need, now: number, skipProbation: boolean): Refusal | undefined {
    if (this.rests.until > now) return this.#resting();
    let refusal: Refusal | undefined;
    for (const quota of this.quotas) {
      const units = unitsOf(need, quota);
      if (quota.room(now) < units && !this.#mayTest(quota, now))
        refusal = longer(refusal, new QuotaRefusal(this.#name(), quota, units, now));
    }
    if (refusal !== undefined) return refusal;
    const { careful } = this.rests;
    if (careful !== undefined && this.unanswered >= careful) return this.#waiting('probing');
    if (!skipProbation && this.unanswered >= this.trust) return this.#waiting('first_contact');
    return undefined;
  }

  /** Absent when there is nothing to remember. */
  snapshot(now: number): ScopeSnapshot | undefined {
    const quotas = this.quotas.map((quota) => quota.snapshot(now)).filter((quota) => quota !== undefined);
    const [rests, learner] = [this.rests.snapshot(now), this.learner.snapshot(now)];
    if (quotas.length === 0 && rests === undefined) return undefined;
    return { id: this.id, kind: this.kind, quotas, ...(rests && { rests }), ...(learner && { learner }) };
  }

  static revive({ id, kind, quotas, rests, learner }: ScopeSnapshot, now: number): Scope {
    const scope = new Scope(id, kind);
    scope.quotas = quotas.map((quota) => Quota.revive(quota));
    if (rests !== undefined) scope.rests.restore(rests);
    if (learner !== undefined) scope.learner.restore(learner, now);
    for (const quota of scope.quotas) quota.countsRefused = quota.source !== 'learned' || scope.learner.countsRefused;
    if (scope.quotas.some(tellsRequests)) scope.trust = Number.POSITIVE_INFINITY;
    return scope;
  }

  /** Where somebody wrote down how much may be sent, here or in a scope `around`, no care is needed at first contact. */
  meet(around: readonly Scope[]): void {
    const written = [this, ...around].some(({ quotas }) =>
      quotas.some(
        ({ source, dimension }) => source === 'manual' && (dimension === 'requests' || dimension === 'concurrent'),
      ),
    );
    if (written) this.trust = Number.POSITIVE_INFINITY;
  }

  /** An attempt is sent now. */
  sent(sequence: number, now: number): void {
    for (const { dimension } of this.quotas.filter((quota) => quota.source === 'learned' && quota.room(now) < 1)) {
      if (dimension === 'concurrent') this.#slots.tested(now);
      else {
        this.#testing = sequence;
        this.learner.tested(now);
      }
    }
  }

  /** An attempt was served. */
  served(sequence: number, others: number, now: number): void {
    this.rests.served(sequence);
    for (const quota of this.quotas) quota.confirm();
    this.trust++;
    if (this.kind !== 'target') return;
    if (this.learner.served(now)) this.#applyLearned(now);
    if (this.#slots.served(others)) this.#applySlots();
  }

  /**
   * A refusal that said nothing of limits, only when to come again, if that. `inFlight`: others that are not answered yet.
   * @returns until when it is best left alone, as far as that was learned
   */
  refusedBare(sequence: number, hintMs: number | undefined, inFlight: number, now: number): number | undefined {
    if (this.kind !== 'target' || this.quotas.some(tellsRequests)) return undefined;
    const settled = this.learner.refused(now, { expected: this.#testing === sequence, hintMs, inFlight });
    if (this.learner.learned === undefined) return undefined;
    const quota = this.#applyLearned(now);
    return settled ? quota.freeAt(1, now) : undefined;
  }

  /** A refusal for want of capacity, of an attempt that was sent while `others` were in flight. */
  refusedSlot(others: number, now: number): void {
    const told = this.quotas.some(({ dimension, source }) => dimension === 'concurrent' && source !== 'learned');
    if (this.kind === 'target' && !told && this.#slots.refused(others, now)) this.#applySlots();
  }

  /** Forgets what was learned and lifts every rest. */
  reset(): void {
    this.rests.clear();
    this.quotas = this.quotas.filter(({ source }) => source !== 'learned');
    this.learner.forget();
    this.#slots = new SlotLearner();
  }

  #mayTest(quota: Quota, now: number): boolean {
    if (quota.source !== 'learned') return false;
    if (quota.dimension === 'concurrent') return this.#slots.mayTest(now);
    return this.unanswered === 0 && this.learner.mayTest(now);
  }

  #applySlots(): void {
    const quota = this.quota('concurrent', undefined, false);
    quota.source = 'learned';
    quota.declare(this.#slots.limit as number);
  }

  #applyLearned(now: number): Quota {
    const { limit, windowMs } = this.learner.learned as Learned;
    const { countsRefused } = this.learner;
    this.quotas = this.quotas.filter(
      (quota) =>
        quota.source !== 'learned' ||
        quota.dimension === 'concurrent' ||
        (quota.windowMs === windowMs && quota.countsRefused === countsRefused),
    );
    const quota = this.quota('requests', windowMs, false);
    if (quota.source !== 'learned') {
      quota.source = 'learned';
      quota.countsRefused = countsRefused;
      quota.declare(limit);
      for (const at of this.learner.recent(now)) quota.close(0, 1, 0, at);
    } else quota.declare(limit);
    return quota;
  }

  #resting(): Refusal {
    const { class: failureClass, reason, until } = this.rests;
    const code = failureClass === 'auth' ? 'disabled' : 'cooldown';
    return { granted: false, code, class: failureClass, reason, retryAt: until };
  }

  #waiting(code: RefusalCode): Refusal {
    const why = code === 'probing' ? 'just come back, and tried with care' : 'its limits are not known yet';
    return { granted: false, code, reason: `${this.#name()}${why}: waiting for the attempts in flight` };
  }

  /** Before a reason: what is meant, unless it is the target itself. */
  #name(): string {
    return this.kind === 'target' ? '' : `${this.id}: `;
  }
}

const tellsRequests = ({ dimension, source, limit }: Quota): boolean =>
  dimension === 'requests' && source !== 'learned' && limit !== undefined;
