import type {
  AttemptReport,
  Charge,
  HoldAnswer,
  HoldRequest,
  Lease,
  ScopeKnowledge,
  UnitCount,
  UnitStore,
  UnitStoreEvent,
} from '../../plugin/door/unit-store.js';
import type { Member, MemoryUnits } from './memory-units.js';

/** `MemoryUnits` as one of its processes sees them. It is always connected. */
export class MemoryStore implements UnitStore {
  readonly name: string;
  readonly connected = true;
  readonly #units: MemoryUnits;
  readonly #listeners = new Set<Member>();
  readonly #leave: () => void;

  constructor(units: MemoryUnits, name = 'memory') {
    this.name = name;
    this.#units = units;
    this.#leave = units.join(this.#hear);
  }

  get replicas(): number {
    return Math.max(1, this.#units.members);
  }

  async hold(requests: readonly HoldRequest[], leaseMs: number): Promise<HoldAnswer> {
    return this.#units.hold(requests, leaseMs);
  }

  report(lease: Lease, report: AttemptReport): void {
    this.#units.report(lease, report);
  }

  end(lease: Lease, charges: readonly Charge[]): void {
    this.#units.end(lease, charges);
  }

  share(knowledge: ScopeKnowledge): void {
    this.#units.share(knowledge, this.#hear);
  }

  endCooldown(scope: string, lease: Lease): void {
    this.#units.endCooldown(scope, lease, this.#hear);
  }

  reset(scope: string): void {
    this.#units.reset(scope, this.#hear);
  }

  async counts(scopes: readonly string[]): Promise<readonly UnitCount[]> {
    return this.#units.counts(scopes);
  }

  async known(scopes: readonly string[]): Promise<readonly ScopeKnowledge[]> {
    return this.#units.known(scopes);
  }

  onEvent(listener: (event: UnitStoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The process is gone. Its leases end by themselves. */
  close(): void {
    this.#leave();
    this.#listeners.clear();
  }

  readonly #hear: Member = (event) => {
    for (const listener of this.#listeners) listener(event);
  };
}
