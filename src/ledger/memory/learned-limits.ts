import type { Dimension } from '../../contract/quota.js';
import type { BareRefusal, LearnerSnapshot, SharedLearning } from '../learning/learned.js';
import { Learner } from '../learning/learner.js';
import { SlotLearner } from '../learning/slot-learner.js';
import type { Quota } from './quota.js';

/** The quotas of a target, learned ones included. */
interface TargetQuotas {
  quotas: Quota[];
  quota(dimension: Dimension, windowMs: number | undefined, kind: 'learned'): Quota;
}

/**
 * The limits of a target that no response states: on requests, and on concurrent attempts. Each is a quota beside the
 * stated ones.
 */
export class LearnedLimits {
  readonly #target: TargetQuotas;
  #requests = new Learner();
  #slots = new SlotLearner();
  /** The latest dispatch beyond a learned limit, which tests whether the limit still holds. */
  #test = 0;

  constructor(target: TargetQuotas) {
    this.#target = target;
  }

  /** Returns whether one attempt may go beyond a learned quota. `unanswered`: attempts that are not answered yet. */
  mayTest(quota: Quota, unanswered: number, now: number): boolean {
    if (quota.source !== 'learned') return false;
    if (quota.dimension === 'concurrent') return this.#slots.mayTest(now);
    return unanswered === 0 && this.#requests.mayTest(now);
  }

  /** An attempt is sent now that may be the test of a learned quota. */
  sent(quota: Quota, sequence: number, now: number): void {
    if (quota.source !== 'learned' || quota.room(now) >= 1) return;
    if (quota.dimension === 'concurrent') this.#slots.tested(now);
    else {
      this.#test = sequence;
      this.#requests.tested(now);
    }
  }

  /** An attempt that needs `tokens` was served; it was sent while `others` were in flight. */
  served(tokens: number, others: number, now: number): void {
    if (this.#requests.served(now, tokens)) this.#applyRequests(now);
    if (this.#slots.served(others)) this.#applySlots();
  }

  /**
   * Learns from a refusal that nothing known explains.
   * @returns until when an attempt would be in vain, as far as that was learned
   */
  refused(sequence: number, refusal: Omit<BareRefusal, 'expected'>, now: number): number | undefined {
    const settled = this.#requests.refused(now, { ...refusal, expected: this.#test === sequence });
    const quota = this.#applyRequests(now);
    return settled ? quota?.freeAt(1, now) : undefined;
  }

  /** Learns from a refusal for lack of capacity, of an attempt that was sent while `others` were in flight. */
  overloaded(others: number, now: number): void {
    const isStated = this.#target.quotas.some(
      ({ dimension, source }) => dimension === 'concurrent' && source !== 'learned',
    );
    if (!isStated && this.#slots.refused(others, now)) this.#applySlots();
  }

  /** A response states this quota for the first time: a learned one of its kind has served its purpose. */
  replace({ dimension, windowMs }: Quota): void {
    const isSame = (quota: Quota): boolean =>
      quota.source === 'learned' && quota.dimension === dimension && quota.windowMs === windowMs;
    if (!this.#target.quotas.some(isSame)) return;
    if (dimension === 'concurrent') this.#slots = new SlotLearner();
    else this.#requests = this.#requests.forget();
    this.#target.quotas = this.#target.quotas.filter((quota) => !isSame(quota));
  }

  /** Whether a refusal was seen that stated no limit. */
  get isActive(): boolean {
    return this.#requests.isActive;
  }

  /** Returns what `adopt` takes; `undefined` where nothing was learned of requests. */
  share(): SharedLearning | undefined {
    return this.#requests.isActive ? this.#requests.share() : undefined;
  }

  /** Takes over what another process learned. */
  adopt(shared: SharedLearning, now: number): void {
    this.#requests.adopt(shared);
    this.#applyRequests(now);
  }

  /** Other processes were served so many attempts. */
  servedElsewhere(count: number, now: number): void {
    this.#requests.servedElsewhere(count, now);
    for (const quota of this.#target.quotas)
      if (quota.source === 'learned' && quota.dimension === 'requests') quota.use(count, 0, now);
  }

  snapshot(now: number): LearnerSnapshot | undefined {
    return this.#requests.snapshot(now);
  }

  restore(snapshot: LearnerSnapshot, now: number): void {
    this.#requests = Learner.revive(snapshot, now);
    for (const quota of this.#target.quotas)
      if (quota.source === 'learned') quota.countsRefused = this.#requests.countsRefused;
  }

  #applySlots(): void {
    this.#target.quota('concurrent', undefined, 'learned').declare(this.#slots.limit as number);
  }

  /** Returns the quota of the learned limit; `undefined` when there is none. */
  #applyRequests(now: number): Quota | undefined {
    if (this.#requests.isDisproved || this.#isNeedless()) this.#requests = this.#requests.forget();
    const { learned, countsRefused } = this.#requests;
    const isOutdated = (quota: Quota): boolean =>
      quota.source === 'learned' &&
      quota.dimension === 'requests' &&
      (quota.windowMs !== learned?.windowMs || quota.countsRefused !== countsRefused);
    this.#target.quotas = this.#target.quotas.filter((quota) => !isOutdated(quota));
    if (learned === undefined) return undefined;
    const quota = this.#target.quota('requests', learned.windowMs, 'learned');
    const isNew = quota.limit === undefined;
    quota.declare(learned.limit);
    if (!isNew) return quota;
    quota.countsRefused = countsRefused;
    for (const at of this.#requests.recent(now)) quota.use(1, 0, at);
    return quota;
  }

  /** Whether a quota that is known allows no more than the learned limit does. */
  #isNeedless(): boolean {
    const { learned } = this.#requests;
    if (learned === undefined) return false;
    return this.#target.quotas.some(
      ({ source, dimension, windowMs = 0, limit = Number.POSITIVE_INFINITY }) =>
        source !== 'learned' && dimension === 'requests' && windowMs >= learned.windowMs && limit <= learned.limit,
    );
  }
}
