import type {
  AttemptReport,
  Charge,
  HoldAnswer,
  HoldRefusal,
  HoldRequest,
  Lease,
  ScopeDemand,
  ScopeKnowledge,
  Statement,
  UnitCount,
  UnitStoreEvent,
} from '../../plugin/door/unit-store.js';
import type { UnitCounter } from './unit-counter.js';
import { longer, UnitScope } from './unit-scope.js';

interface OpenLease {
  readonly lease: Lease;
  readonly endsAt: number;
  readonly scopes: readonly UnitScope[];
  /** Units that are still held, by scope and quota. */
  readonly held: ReadonlyMap<string, Map<string, number>>;
  answered: boolean;
}

/** A process that counts here, as the listener to what happens. */
export type Member = (event: UnitStoreEvent) => void;

/** Scopes that were not used for so long are forgotten: no window is longer. */
const FORGOTTEN_MS = 32 * 86_400_000;
const LOOK_FOR_FORGOTTEN_MS = 3_600_000;

/** The units of several processes. The same calls have the same answers in every `UnitStore`. */
export class MemoryUnits {
  readonly #now: () => number;
  readonly #scopes = new Map<string, UnitScope>();
  /** By id, in order of their dispatch. */
  readonly #leases = new Map<string, OpenLease>();
  readonly #members = new Set<Member>();
  /** Scopes with room that no event has named yet. */
  readonly #withRoom = new Set<string>();
  #sequence = 0;
  #lookedAt = 0;

  /** @param now epoch ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  get members(): number {
    return this.#members.size;
  }

  /** Adds a process. @returns a function that removes it; its leases end by themselves */
  join(member: Member): () => void {
    this.#members.add(member);
    return () => this.#members.delete(member);
  }

  hold(requests: readonly HoldRequest[], leaseMs: number): HoldAnswer {
    const now = this.#now();
    this.#sweep(now);
    const refusals: HoldRefusal[] = [];
    for (const { scopes } of requests) {
      const refusal = this.#refuse(scopes, now);
      if (refusal === undefined) return { lease: this.#grant(scopes, leaseMs, now), refusals };
      refusals.push(refusal);
    }
    return { refusals };
  }

  report(lease: Lease, { served, charges, statements }: AttemptReport): void {
    const open = this.#leases.get(lease.id);
    if (open === undefined) return;
    const now = this.#now();
    for (const statement of statements) this.#state(open, statement, now);
    for (const charge of charges) this.#charge(open, charge, now);
    if (served !== undefined) answer(open);
    if (served) for (const scope of open.scopes) scope.wasServed(lease, now);
    this.#room(open.scopes);
  }

  end(lease: Lease, charges: readonly Charge[]): void {
    const open = this.#leases.get(lease.id);
    if (open !== undefined) this.#end(open, charges, this.#now());
  }

  share(knowledge: ScopeKnowledge, from: Member): void {
    const now = this.#now();
    const scope = this.#scope(knowledge.scope, now);
    scope.learn(knowledge, this.#sequence);
    this.#tell({ type: 'knowledge', knowledge: scope.knowledge(now) }, from);
  }

  endCooldown(id: string, lease: Lease, from: Member): void {
    const scope = this.#scopes.get(id);
    if (scope === undefined || !scope.endCooldown(lease)) return;
    this.#tell({ type: 'knowledge', knowledge: scope.knowledge(this.#now()) }, from);
    this.#room([scope]);
  }

  reset(id: string, from: Member): void {
    const scope = this.#scope(id, this.#now());
    scope.reset();
    this.#tell({ type: 'reset', scope: id }, from);
    this.#room([scope]);
  }

  counts(ids: readonly string[]): readonly UnitCount[] {
    const now = this.#now();
    return ids.flatMap((id) => this.#scopes.get(id)?.counts(now) ?? []);
  }

  known(ids: readonly string[]): readonly ScopeKnowledge[] {
    const now = this.#now();
    return ids
      .map((id) => this.#scopes.get(id)?.knowledge(now))
      .filter((known) => known !== undefined)
      .filter(({ cooldown, learned }) => cooldown !== undefined || learned !== undefined);
  }

  /** Of several reasons, the one that lasts longest. */
  #refuse(demands: readonly ScopeDemand[], now: number): HoldRefusal | undefined {
    let longest: HoldRefusal | undefined;
    for (const demand of demands) {
      const refusal = (this.#scopes.get(demand.scope) ?? new UnitScope(demand.scope)).refuse(demand, now);
      if (refusal !== undefined) longest = longer(longest, refusal);
    }
    return longest;
  }

  #grant(demands: readonly ScopeDemand[], leaseMs: number, now: number): Lease {
    const lease: Lease = { id: `${++this.#sequence}`, sequence: this.#sequence };
    const scopes = demands.map(({ scope }) => this.#scope(scope, now));
    const held = new Map(
      demands.map((demand, index) => [demand.scope, (scopes[index] as UnitScope).hold(demand, lease.sequence, now)]),
    );
    this.#leases.set(lease.id, { lease, endsAt: now + leaseMs, scopes, held, answered: false });
    return lease;
  }

  #state(open: OpenLease, statement: Statement, now: number): void {
    const { scope, quota, includesThis } = statement;
    const counter = this.#scope(scope, now).counter(statement);
    if (includesThis) this.#free(open, scope, quota);
    counter.take(statement, open.lease.sequence, now);
  }

  /** Closes what the lease holds of a limit. What it does not hold is not charged. */
  #charge(open: OpenLease, { scope, quota, used }: Charge, now: number): void {
    this.#free(open, scope, quota)?.use(used, open.lease.sequence, now);
  }

  #free({ held }: OpenLease, scope: string, quota: string): UnitCounter | undefined {
    const units = held.get(scope)?.get(quota);
    if (units === undefined) return undefined;
    held.get(scope)?.delete(quota);
    const counter = this.#scopes.get(scope)?.counters.get(quota);
    if (counter !== undefined) counter.held -= units;
    return counter;
  }

  #end(open: OpenLease, charges: readonly Charge[], now: number): void {
    for (const charge of charges) this.#charge(open, charge, now);
    for (const [scope, units] of open.held) for (const quota of [...units.keys()]) this.#free(open, scope, quota);
    answer(open);
    this.#leases.delete(open.lease.id);
    this.#room(open.scopes);
  }

  /** Ends leases that are over; what they held counts as used. */
  #sweep(now: number): void {
    for (const open of this.#leases.values()) if (open.endsAt <= now) this.#end(open, chargesOf(open), now);
    if (now < this.#lookedAt + LOOK_FOR_FORGOTTEN_MS) return;
    this.#lookedAt = now;
    for (const [id, { usedAt }] of this.#scopes) if (usedAt + FORGOTTEN_MS < now) this.#scopes.delete(id);
  }

  #scope(id: string, now: number): UnitScope {
    let scope = this.#scopes.get(id);
    if (scope === undefined) {
      scope = new UnitScope(id);
      this.#scopes.set(id, scope);
    }
    scope.usedAt = now;
    return scope;
  }

  /** Many changes in one turn are one event for each scope. */
  #room(scopes: readonly UnitScope[]): void {
    if (this.#withRoom.size === 0) queueMicrotask(() => this.#tellRoom());
    for (const { id } of scopes) this.#withRoom.add(id);
  }

  #tellRoom(): void {
    const scopes = [...this.#withRoom];
    this.#withRoom.clear();
    for (const scope of scopes) this.#tell({ type: 'room', scope });
  }

  #tell(event: UnitStoreEvent, from?: Member): void {
    for (const member of this.#members) if (member !== from) member(event);
  }
}

const answer = (open: OpenLease): void => {
  if (open.answered) return;
  open.answered = true;
  for (const scope of open.scopes) scope.unanswered--;
};

/** Returns charges for everything that a lease holds. */
const chargesOf = ({ held }: OpenLease): Charge[] =>
  [...held].flatMap(([scope, units]) => [...units].map(([quota, used]) => ({ scope, quota, used })));
