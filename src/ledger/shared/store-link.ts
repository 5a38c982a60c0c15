import type { Clock } from '../../clock.js';
import type { Signal } from '../../contract/quota.js';
import type { Log } from '../../log.js';
import type {
  Charge,
  HoldAnswer,
  HoldRequest,
  Lease,
  ScopeKnowledge,
  Statement,
  UnitStore,
  UnitStoreEvent,
} from '../../plugin/door/unit-store.js';
import type { SharedLearning } from '../learning/learned.js';
import type { CoolDown, Reservation, Sharing } from '../ledger.js';
import type { MemoryLedger } from '../memory/memory-ledger.js';
import type { Quota } from '../memory/quota.js';
import type { HeldReservation } from '../memory/reservation.js';
import type { Scope } from '../memory/scope.js';
import type { Witness } from '../memory/witness.js';
import { type Ask, SERVED, type SharedQuota } from './demands.js';
import { Elsewhere } from './elsewhere.js';
import { quotaId } from './quota-id.js';
import { UsesAlone } from './uses-alone.js';

/** A lease whose process is gone ends after this. A request that takes longer counts as over in other processes. */
const LEASE_MS = 300_000;
/** How often a store that does not answer is asked again. */
const RETRY_MS = 1_000;
/** An attempt in flight elsewhere may end without an event: what waits for it looks again after this. */
const LOOK_AGAIN_MS = 2_000;

/** What an attempt holds in a store. */
export interface Holding {
  readonly store: UnitStore;
  readonly lease: Lease;
  readonly quotas: ReadonlyMap<Quota, SharedQuota>;
  /** The target, if the store counts what was served of it. */
  readonly target: string | undefined;
}

/** What a link works with. */
export interface LinkParts {
  readonly local: MemoryLedger;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The link of a local ledger to a store: it tells the store what happens here, and the ledger what happened elsewhere. While the
 * store does not answer, the ledger counts alone, with this process's share of each limit.
 */
export class StoreLink implements Witness {
  readonly store: UnitStore;
  readonly #local: MemoryLedger;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #holdings: WeakMap<Reservation, Holding>;
  readonly #alone = new UsesAlone();
  readonly #unsubscribe: () => void;
  readonly #elsewhere: Elsewhere;
  /** What is known to be shared of a scope. */
  readonly #learned = new WeakMap<Scope, string>();
  #charges: Charge[] = [];
  #statements: Statement[] = [];
  #isUp = true;
  /** Processes that divide each limit while the store is away. */
  #parts = 1;
  #retry: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;
  #joining = false;
  #closed = false;

  /** @param holdings the leases of reservations, also of those that another link made */
  constructor(store: UnitStore, { local, clock, log }: LinkParts, holdings: WeakMap<Reservation, Holding>) {
    this.store = store;
    this.#local = local;
    this.#clock = clock;
    this.#log = log;
    this.#holdings = holdings;
    this.#elsewhere = new Elsewhere(store, local.registry, clock);
    this.#unsubscribe = store.onEvent((event) => this.#hear(event));
    if (store.connected) void this.#join();
    else this.#leave();
  }

  /** The store answers. */
  get isUp(): boolean {
    return this.#isUp;
  }

  get sharing(): Sharing {
    const { name, replicas } = this.store;
    const summary = this.#isUp
      ? `Limits are shared by ${replicas} ${replicas === 1 ? 'replica' : 'replicas'} through ${name}`
      : `${name} does not answer: ${shareWords(this.#parts)}`;
    return { name, connected: this.#isUp, replicas: this.#isUp ? replicas : this.#parts, summary };
  }

  /** Asks the store. Returns `undefined` if it does not answer in time: this process decides about this attempt alone. */
  async hold(requests: readonly HoldRequest[]): Promise<HoldAnswer | undefined> {
    try {
      const answer = await this.store.hold(requests, LEASE_MS);
      if (answer.lease === undefined && answer.refusals.some(({ retryAt }) => retryAt === undefined)) this.#lookAgain();
      return answer;
    } catch {
      // One slow answer is no outage: the store says when it is away.
      if (!this.store.connected) this.#leave();
      return undefined;
    }
  }

  /** An attempt holds units here and in the store. */
  began(reservation: Reservation, lease: Lease, { quotas, request: { scopes } }: Ask): void {
    const target = scopes.find(({ demands }) => demands.some(({ quota }) => quota === SERVED))?.scope;
    this.#holdings.set(reservation, { store: this.store, lease, quotas, target });
  }

  /** Sends what was charged and stated since the last report. `served` absent: the attempt is not answered yet. */
  report(reservation: Reservation, served?: boolean): void {
    const [charges, statements] = [this.#charges, this.#statements];
    this.#charges = [];
    this.#statements = [];
    const holding = this.#holdings.get(reservation);
    if (holding === undefined || (served === undefined && charges.length === 0 && statements.length === 0)) return;
    if (served !== undefined && holding.target !== undefined) {
      charges.push({ scope: holding.target, quota: SERVED, used: served ? 1 : 0 });
      if (served) this.#elsewhere.servedHere(holding.target);
    }
    holding.store.report(holding.lease, { served, charges, statements });
  }

  charged(held: HeldReservation, quota: Quota, used: number): void {
    const holding = this.#holdings.get(held);
    const shared = holding?.quotas.get(quota);
    if (shared !== undefined) this.#charges.push({ ...shared, used });
    if (holding !== undefined) return;
    // It was sent while the store was away.
    const scope = held.scopes.find(({ quotas }) => quotas.includes(quota));
    const id = scope && this.#local.registry.sharedId(scope);
    const now = this.#clock.now();
    if (id !== undefined) this.#alone.add({ scope: id, quota: quotaId(quota) }, quota.shape(now), used, now);
    if (this.#isUp) this.#alone.tell(this.store, now).catch(this.#late);
  }

  stated(_held: HeldReservation, scope: Scope, quota: Quota, signal: Signal, includesThis: boolean): void {
    const { limit } = quota;
    const id = this.#local.registry.sharedId(scope);
    if (!this.#isUp || limit === undefined || id === undefined || quota.dimension === 'concurrent') return;
    const now = this.#clock.now();
    const window = quota.shape(now);
    const stated = signal.remaining === undefined ? undefined : Math.max(0, limit - signal.remaining);
    const used = quota.countsUses ? stated : quota.used(now);
    if (used === undefined) return;
    // A fixed window that counts own uses, as by a calendar, has counted this attempt.
    const isCounted = includesThis || window.kind === 'fixed';
    this.#statements.push({ scope: id, quota: quotaId(quota), used, limit, window, includesThis: isCounted });
  }

  recovered(held: HeldReservation, scope: Scope): void {
    const holding = this.#holdings.get(held);
    const id = this.#local.registry.sharedId(scope);
    if (holding !== undefined && id !== undefined) holding.store.endCooldown(id, holding.lease);
  }

  cooled(scope: Scope, { class: failureClass, reason }: CoolDown, until: number): void {
    this.#share(scope, { cooldown: { class: failureClass, reason, until } });
  }

  learned(scope: Scope): void {
    const learning = scope.share();
    if (learning === undefined && !scope.countsBound) return;
    const text = JSON.stringify({ ...learning, ...(scope.countsBound && { countsBound: true }) });
    if (this.#learned.get(scope) === text) return;
    this.#learned.set(scope, text);
    this.#share(scope, { learned: text });
  }

  closed(held: HeldReservation): void {
    const charges = this.#charges;
    this.#charges = [];
    const holding = this.#holdings.get(held);
    if (holding === undefined) return;
    this.#holdings.delete(held);
    holding.store.end(holding.lease, charges);
  }

  /** A user ended the cooldowns of these scopes. */
  reset(scopes: readonly Scope[]): void {
    for (const scope of scopes) {
      const id = this.#local.registry.sharedId(scope);
      if (id !== undefined) this.store.reset(id);
    }
  }

  /** Whether no other process has an attempt in flight at the target with this scope. */
  isAlone(scope: Scope): boolean {
    const id = this.#local.registry.sharedId(scope);
    return !this.#isUp || this.store.replicas === 1 || id === undefined || this.#elsewhere.isAlone(id);
  }

  /** Scopes are looked at: what other processes use of them is counted again soon. */
  look(scopes: readonly Scope[]): void {
    if (!this.#isUp) return;
    for (const scope of scopes) {
      const id = this.#local.registry.sharedId(scope);
      if (id !== undefined) this.#elsewhere.look(id);
    }
  }

  /** Scopes are new or have new limits. */
  scopesChanged(scopes: Iterable<Scope>): void {
    if (!this.#isUp) this.#local.divide(scopes, this.#parts);
  }

  /** The configuration changed: what is known of its scopes is asked for. */
  configured(): void {
    if (this.#isUp) void this.#join();
    else this.scopesChanged(this.#local.registry.scopes);
  }

  /** Ends the link. The ledger counts alone, with the whole of each limit. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    clearTimeout(this.#retry);
    clearTimeout(this.#look);
    this.#elsewhere.close();
    this.#local.divide(this.#local.registry.scopes, 1);
  }

  #share(scope: Scope, knowledge: Omit<ScopeKnowledge, 'scope'>): void {
    const id = this.#local.registry.sharedId(scope);
    if (id !== undefined) this.store.share({ scope: id, ...knowledge });
  }

  #hear(event: UnitStoreEvent): void {
    if (event.type === 'connection') {
      if (event.connected) void this.#join();
      else this.#leave();
      return;
    }
    if (event.type === 'told') return;
    if (event.type === 'knowledge') {
      this.#takeOver(event.knowledge);
      return;
    }
    const scope = this.#local.registry.shared(event.scope);
    if (scope === undefined) return;
    if (event.type === 'reset') this.#local.resetScope(scope);
    else {
      this.#elsewhere.look(event.scope);
      this.#local.stir(scope.id);
    }
  }

  #takeOver({ scope: id, cooldown, learned }: ScopeKnowledge): void {
    const scope = this.#local.registry.shared(id);
    if (scope === undefined) return;
    const isNew = learned !== undefined && learned !== this.#learned.get(scope);
    if (isNew) this.#learned.set(scope, learned);
    const known = isNew ? learningOf(learned) : undefined;
    this.#local.takeOver(scope, cooldown, known);
    if (known?.countsBound === true) this.#local.learnCountedBound(scope.id);
  }

  /** Takes over what the store knows, and tells it what it may not know. Then both count together. */
  async #join(): Promise<void> {
    if (this.#joining || this.#closed) return;
    this.#joining = true;
    // What was asked before the store went away does not show that it is back.
    const returns = !this.#isUp;
    try {
      const { registry } = this.#local;
      const ids = [...registry.scopes].map((scope) => registry.sharedId(scope)).filter((id) => id !== undefined);
      const known = await this.store.known(ids);
      await this.#alone.tell(this.store, this.#clock.now());
      for (const knowledge of known) this.#takeOver(knowledge);
      if (returns && !this.#closed) this.#return();
    } catch {
      this.#late();
    } finally {
      this.#joining = false;
    }
  }

  #return(): void {
    this.#isUp = true;
    clearTimeout(this.#retry);
    this.#local.divide(this.#local.registry.scopes, 1);
    this.#log.info(`${this.store.name} answers again. ${this.sharing.summary}.`);
    this.#local.stir('');
  }

  #leave(): void {
    if (this.#closed) return;
    if (this.#isUp) {
      this.#isUp = false;
      this.#parts = Math.max(1, this.store.replicas);
      this.#local.divide(this.#local.registry.scopes, this.#parts);
      this.#log.warn(`${this.store.name} does not answer: ${shareWords(this.#parts)} until it is back.`);
      this.#local.stir('');
    }
    this.#askAgain();
  }

  /** An answer is late or does not come. One slow answer is no outage: the store says when it is away. */
  readonly #late = (): void => {
    if (this.#isUp && this.store.connected) this.#askAgain();
    else this.#leave();
  };

  #askAgain(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      if (this.store.connected) void this.#join();
      else this.#leave();
    }, RETRY_MS);
    this.#retry.unref();
  }

  #lookAgain(): void {
    if (this.#look !== undefined) return;
    this.#look = setTimeout(() => {
      this.#look = undefined;
      this.#local.stir('');
    }, LOOK_AGAIN_MS);
    this.#look.unref();
  }
}

/** What processes share of a target. Of limits on requests, it may know nothing. */
type Shared = Partial<SharedLearning> & { readonly countsBound?: boolean };

const learningOf = (text: string): Shared | undefined => {
  try {
    return JSON.parse(text) as Shared;
  } catch {
    return undefined;
  }
};

const shareWords = (parts: number): string =>
  parts === 1 ? 'this replica counts alone' : `this replica uses 1/${parts} of each limit`;
