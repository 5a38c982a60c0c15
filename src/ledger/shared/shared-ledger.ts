import type { Clock } from '../../clock.js';
import type { Declaration, ScopeKind, Signal } from '../../contract/quota.js';
import type { Log } from '../../log.js';
import type { UnitStore } from '../../plugin/door/unit-store.js';
import type {
  Account,
  Candidate,
  Candidates,
  CoolDown,
  Ledger,
  PreviewResult,
  Refusal,
  Reservation,
  ReserveOptions,
  ReserveResult,
  Sharing,
  TargetScopes,
  TargetStatus,
  TokenRoom,
} from '../ledger.js';
import { heldOf } from '../memory/attempt-scopes.js';
import type { MemoryLedger } from '../memory/memory-ledger.js';
import { type Ask, askFor, refusalFor } from './demands.js';
import { type Holding, StoreLink } from './store-link.js';

const NO_OPTIONS: ReserveOptions = {};
/** Targets that the store is asked about in one round trip. Of a longer chain, the first ones mostly have room. */
const AT_ONCE = 16;

/**
 * The ledger of one of several processes: a target is asked only if the ledger in memory has room and the store grants the
 * units. Without a store it is the ledger in memory, and answers at once.
 */
export class SharedLedger implements Ledger {
  readonly local: MemoryLedger;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #holdings = new WeakMap<Reservation, Holding>();
  #link: StoreLink | undefined;

  constructor(local: MemoryLedger, clock: Clock, log: Log) {
    this.local = local;
    this.#clock = clock;
    this.#log = log;
  }

  /** From now on counts with the others in this store; alone, if it is `undefined`. What is known stays known. */
  use(store: UnitStore | undefined): void {
    if (store === this.#link?.store) return;
    this.#link?.close();
    this.#link =
      store && new StoreLink(store, { local: this.local, clock: this.#clock, log: this.#log }, this.#holdings);
    this.local.witness = this.#link;
  }

  configure(
    accounts: readonly Account[],
    targets: readonly TargetScopes[],
    declarations: readonly Declaration[],
  ): void {
    this.local.configure(accounts, targets, declarations);
    this.#link?.configured();
  }

  register(target: TargetScopes, declarations: readonly Declaration[]): void {
    this.local.register(target, declarations);
    this.#link?.scopesChanged(this.local.registry.covering(target.target));
  }

  get sharing(): Sharing | undefined {
    return this.#link?.sharing;
  }

  get restVersion(): number {
    return this.local.restVersion;
  }

  reserve(candidates: Candidates, options: ReserveOptions = NO_OPTIONS): ReserveResult | Promise<ReserveResult> {
    const link = this.#link;
    if (link === undefined || !link.isUp) return this.local.reserve(candidates, options);
    return this.#reserveTogether(link, candidates, options);
  }

  preview(candidates: Candidates, options: ReserveOptions = NO_OPTIONS): PreviewResult | Promise<PreviewResult> {
    return this.local.preview(candidates, options);
  }

  observe(reservation: Reservation, signals: readonly Signal[], accepted: boolean): void {
    this.local.observe(reservation, signals, accepted);
    this.#tell(reservation);
  }

  served(reservation: Reservation): void {
    this.local.served(reservation);
    this.#tell(reservation, true);
  }

  refused(reservation: Reservation): void {
    this.local.refused(reservation);
    this.#tell(reservation, false);
  }

  coolDown(reservation: Reservation, scope: ScopeKind, coolDown: CoolDown): number | undefined {
    const until = this.local.coolDown(reservation, scope, coolDown);
    this.#tell(reservation);
    return until;
  }

  status(target: string): TargetStatus {
    this.#look(target);
    return this.local.status(target);
  }

  inFlight(target: string): number {
    const [scope] = this.local.registry.covering(target);
    const isAlone = this.#link === undefined || scope === undefined || this.#link.isAlone(scope);
    return this.local.inFlight(target) + (isAlone ? 0 : 1);
  }

  learnCountedBound(target: string): void {
    this.local.learnCountedBound(target);
  }

  onCountedBound(listener: (target: string) => void): () => void {
    return this.local.onCountedBound(listener);
  }

  tokenRoom(target: string): TokenRoom {
    this.#look(target);
    return this.local.tokenRoom(target);
  }

  shareUsed(target: string): number {
    this.#look(target);
    return this.local.shareUsed(target);
  }

  reset(target: string): void {
    this.local.reset(target);
    this.#link?.reset(this.local.registry.covering(target));
  }

  onChange(listener: (scope: string) => void): () => void {
    return this.local.onChange(listener);
  }

  onReserve(listener: (target: string) => void): () => void {
    return this.local.onReserve(listener);
  }

  #look(target: string): void {
    this.#link?.look(this.local.registry.covering(target));
  }

  /** Sends what a response meant, and gives new limits their share while the store is away. */
  #tell(reservation: Reservation, served?: boolean): void {
    if (this.#link === undefined) return;
    this.#link.report(reservation, served);
    this.#link.scopesChanged(heldOf(reservation).scopes);
  }

  /** The candidates that the ledger in memory refuses keep that refusal; the store is asked about the others, in order. */
  async #reserveTogether(link: StoreLink, candidates: Candidates, options: ReserveOptions): Promise<ReserveResult> {
    const refusals: Refusal[] = [];
    const look = this.local.look(options);
    for (let index = 0; index < candidates.length; ) {
      const asks: Ask[] = [];
      const local = new Map<number, Refusal>();
      for (; index < candidates.length && asks.length < AT_ONCE; index++) {
        const candidate = candidates.at(index) as Candidate;
        const refusal = look.at(candidate);
        if (refusal === undefined) asks.push(this.#askFor(candidate, index, options));
        else local.set(index, refusal);
      }
      const answer = asks.length === 0 ? { refusals: [] } : await link.hold(asks.map(({ request }) => request));
      if (answer === undefined) return this.local.reserve(candidates, options);
      const now = this.#clock.now();
      for (const [at, refusal] of answer.refusals.entries())
        local.set((asks[at] as Ask).index, refusalFor(asks[at] as Ask, refusal, now));
      const granted = answer.lease === undefined ? undefined : asks[answer.refusals.length];
      const end = granted?.index ?? index;
      while (refusals.length < end) refusals.push(local.get(refusals.length) as Refusal);
      if (granted === undefined || answer.lease === undefined) continue;
      const reservation = this.local.hold(granted.candidate, this.#clock.now());
      link.began(reservation, answer.lease, granted);
      return { reservation, refusals, steady: look.steady };
    }
    return { refusals, steady: look.steady };
  }

  #askFor(candidate: Candidate, index: number, { skipProbation = false }: ReserveOptions): Ask {
    const { registry } = this.local;
    const scopes = registry.covering(candidate.target);
    return askFor(candidate, index, scopes, (scope) => registry.sharedId(scope), this.#clock.now(), skipProbation);
  }
}
