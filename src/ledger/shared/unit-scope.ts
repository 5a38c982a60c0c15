import type {
  HoldRefusal,
  Lease,
  ScopeDemand,
  ScopeKnowledge,
  SharedCooldown,
  UnitCount,
  UnitDemand,
} from '../../plugin/door/unit-store.js';
import { UnitCounter } from './unit-counter.js';

/** What all processes know of one scope. Times are epoch ms. */
export class UnitScope {
  readonly id: string;
  readonly counters = new Map<string, UnitCounter>();
  unanswered = 0;
  usedAt = 0;
  #cooldown: SharedCooldown | undefined;
  #learned: string | undefined;
  /** The latest lease when the cooldown began. */
  #cooledAt = 0;
  /** Attempts that were served; after a cooldown, of those that were sent since it began. */
  #served = 0;

  constructor(id: string) {
    this.id = id;
  }

  /** Returns why an attempt cannot be sent now; of several reasons, the one that lasts longest. */
  refuse({ demands, mostUnanswered }: ScopeDemand, now: number): HoldRefusal | undefined {
    const scope = this.id;
    const cooldown = this.#cooldown;
    if (cooldown !== undefined && cooldown.until > now) return { scope, code: 'cooldown', retryAt: cooldown.until };
    let longest: HoldRefusal | undefined;
    // One more for each that was served since.
    if (mostUnanswered !== undefined && this.unanswered + 1 > mostUnanswered + this.#served)
      longest = { scope, code: 'waiting' };
    for (const demand of demands) {
      const counter = this.counters.get(demand.quota) ?? new UnitCounter(demand);
      const reason = counter.refuse(demand, now);
      if (reason !== undefined) longest = longer(longest, { scope, quota: demand.quota, ...reason });
    }
    return longest;
  }

  /** Holds what the attempt of lease number `sequence` needs. Returns the units by quota. */
  hold({ demands }: ScopeDemand, sequence: number, now: number): Map<string, number> {
    this.unanswered++;
    const held = new Map<string, number>();
    for (const demand of demands) {
      const counter = this.counter(demand);
      counter.adopt(demand, now);
      counter.hold(demand.units, sequence);
      held.set(demand.quota, demand.units);
    }
    return held;
  }

  /** Returns the counter of a limit, which may be new. */
  counter(limit: Pick<UnitDemand, 'quota' | 'limit' | 'window'>): UnitCounter {
    const known = this.counters.get(limit.quota);
    if (known !== undefined) return known;
    const counter = new UnitCounter(limit);
    this.counters.set(limit.quota, counter);
    return counter;
  }

  /** An attempt was served. One that was sent before the cooldown began says nothing about it. */
  wasServed({ sequence }: Lease, now: number): void {
    if (sequence <= this.#cooledAt) return;
    this.#served++;
    for (const counter of this.counters.values()) counter.confirm(now);
  }

  /** @param latest the sequence of the latest lease */
  learn({ cooldown, learned }: ScopeKnowledge, latest: number): void {
    if (learned !== undefined) this.#learned = learned;
    if (cooldown === undefined) return;
    if (cooldown.until > (this.#cooldown?.until ?? 0)) this.#cooldown = cooldown;
    this.#cooledAt = latest;
    this.#served = 0;
  }

  /** Returns whether the cooldown began before the lease was granted: then it is over. */
  endCooldown({ sequence }: Lease): boolean {
    if (this.#cooldown === undefined || sequence <= this.#cooledAt) return false;
    this.#cooldown = undefined;
    return true;
  }

  reset(): void {
    this.#cooldown = undefined;
    this.#learned = undefined;
  }

  knowledge(now: number): ScopeKnowledge {
    const cooldown = this.#cooldown !== undefined && this.#cooldown.until > now ? this.#cooldown : undefined;
    return { scope: this.id, cooldown, learned: this.#learned };
  }

  counts(now: number): UnitCount[] {
    return [...this.counters]
      .map(([quota, counter]) => ({
        scope: this.id,
        quota,
        used: counter.used(now),
        held: counter.held,
        resetAt: counter.resetAt(now),
      }))
      .filter(({ used, held }) => used > 0 || held > 0);
  }
}

/** Returns the refusal that lasts longer; of two alike, the first. */
export const longer = (one: HoldRefusal | undefined, other: HoldRefusal): HoldRefusal =>
  one === undefined || (other.retryAt ?? 0) > (one.retryAt ?? 0) ? other : one;
