import type { Clock } from '../../clock.js';
import type { Declaration, ScopeKind, Signal } from '../../contract/quota.js';
import type { SharedCooldown } from '../../plugin/door/unit-store.js';
import { isLearning, type SharedLearning } from '../learning/learned.js';
import type {
  Account,
  Candidate,
  Candidates,
  CoolDown,
  Ledger,
  Need,
  PreviewResult,
  Refusal,
  Reservation,
  ReserveOptions,
  ReserveResult,
  TargetScopes,
  TargetStatus,
  TokenRoom,
} from '../ledger.js';
import { heldOf, hintOf, scopeOf, windowOf } from './attempt-scopes.js';
import { namesLimit } from './explanation.js';
import type { LedgerSnapshot } from './ledger-snapshot.js';
import { Look } from './look.js';
import { type Closing, HeldReservation } from './reservation.js';
import { Scope } from './scope.js';
import { ScopeRegistry } from './scope-registry.js';
import { refusalIn, shareUsedIn, statusIn, tokenRoomIn } from './target-look.js';
import type { Witness } from './witness.js';

const NO_OPTIONS: ReserveOptions = {};
const NO_REFUSALS: readonly Refusal[] = [];

const ONE_TOKEN: Need = { tokens: 1, inputTokens: 1 };

/** The ledger of one process. It answers at once; nothing happens between its check and its hold. */
export class MemoryLedger implements Ledger {
  readonly registry = new ScopeRegistry((target) => this.#mattersUntil(target));
  /** Hears what this ledger counts; absent: it counts for one process alone. */
  witness: Witness | undefined;
  readonly #clock: Clock;
  readonly #listeners = new Set<(scope: string) => void>();
  readonly #reserveListeners = new Set<(target: string) => void>();
  readonly #boundListeners = new Set<(target: string) => void>();
  #sequence = 0;
  #restVersion = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  configure(
    accounts: readonly Account[],
    targets: readonly TargetScopes[],
    declarations: readonly Declaration[],
  ): void {
    this.registry.configure(accounts, targets, declarations);
    this.#restVersion++;
    this.#changed('');
  }

  register(target: TargetScopes, declarations: readonly Declaration[]): void {
    if (this.registry.register(target, declarations)) this.#restVersion++;
  }

  get restVersion(): number {
    return this.#restVersion;
  }

  reserve(candidates: Candidates, options: ReserveOptions = NO_OPTIONS): ReserveResult {
    const look = this.look(options);
    const refusals = refusalsOf(look, candidates);
    const found = candidates.at(refusals.length);
    return { reservation: found && this.hold(found, look.now), refusals, steady: look.steady };
  }

  preview(candidates: Candidates, options: ReserveOptions = NO_OPTIONS): PreviewResult {
    const refusals = refusalsOf(this.look(options), candidates);
    return { hasRoom: refusals.length < candidates.length, refusals };
  }

  observe(reservation: Reservation, signals: readonly Signal[], accepted: boolean): void {
    if (signals.length === 0) return;
    const held = heldOf(reservation);
    const now = this.#clock.now();
    for (const signal of signals) this.#observeSignal(held, signal, accepted, now);
    this.#changed(held.target);
  }

  served(reservation: Reservation): void {
    const held = heldOf(reservation);
    const now = this.#clock.now();
    if (!held.report(true, now)) return;
    for (const scope of held.scopes) {
      if (!scope.served(held, now)) continue;
      this.#restVersion++;
      this.witness?.recovered(held, scope);
    }
    if (held.scopes[0] !== undefined) this.witness?.learned(held.scopes[0]);
    this.#changed(held.target);
  }

  refused(reservation: Reservation): void {
    const held = heldOf(reservation);
    if (held.report(false, this.#clock.now())) this.#changed(held.target);
  }

  coolDown(reservation: Reservation, kind: ScopeKind, coolDown: CoolDown): number | undefined {
    const held = heldOf(reservation);
    const now = this.#clock.now();
    const scope = scopeOf(held.scopes, coolDown.class === 'auth' && kind === 'provider' ? 'key' : kind);
    if (coolDown.class === 'overloaded') scope.learnFromOverload(held, now);
    const hintMs = hintOf(coolDown, held, now);
    const learned = coolDown.class === 'rate_limit' ? this.#learn(held, scope, hintMs, now) : undefined;
    const until = scope.coolDown(coolDown, held, now, hintMs, hintMs === undefined ? learned : undefined);
    this.witness?.learned(scope);
    if (until !== undefined) this.witness?.cooled(scope, coolDown, until);
    this.#restVersion++;
    this.#changed(scope.id);
    return until;
  }

  status(target: string): TargetStatus {
    return statusIn(this.registry.covering(target), target, this.#clock.now());
  }

  inFlight(target: string): number {
    return this.registry.covering(target)[0]?.inFlight ?? 0;
  }

  learnCountedBound(target: string): void {
    const [scope] = this.registry.covering(target);
    if (scope === undefined || scope.countsBound) return;
    scope.countsBound = true;
    this.witness?.learned(scope);
    for (const listener of this.#boundListeners) listener(target);
  }

  onCountedBound(listener: (target: string) => void): () => void {
    this.#boundListeners.add(listener);
    return () => this.#boundListeners.delete(listener);
  }

  tokenRoom(target: string): TokenRoom {
    return tokenRoomIn(this.registry.covering(target), this.#clock.now());
  }

  shareUsed(target: string): number {
    return shareUsedIn(this.registry.covering(target), this.#clock.now());
  }

  reset(target: string): void {
    for (const scope of this.registry.covering(target)) this.resetScope(scope);
    this.#changed(target);
  }

  /** Ends the cooldown of a scope and forgets what it learned. */
  resetScope(scope: Scope): void {
    scope.reset();
    this.#restVersion++;
    this.#changed(scope.id);
  }

  /** Takes over what another process found of a scope: that it cools down, or that its cooldown is over, and what it learned. */
  takeOver(scope: Scope, cooldown: SharedCooldown | undefined, learning: Partial<SharedLearning> | undefined): void {
    const now = this.#clock.now();
    if (cooldown === undefined) scope.endProbing(now);
    else scope.rest(cooldown, this.#sequence, now);
    if (learning !== undefined && isLearning(learning)) scope.adopt(learning, now);
    this.#restVersion++;
    this.#changed(scope.id);
  }

  /** From now on `parts` processes divide what is left of each limit, because they cannot count together. */
  divide(scopes: Iterable<Scope>, parts: number): void {
    const now = this.#clock.now();
    for (const { quotas } of scopes) {
      for (const quota of quotas) {
        quota.countAlone(now);
        quota.divide(parts);
      }
    }
  }

  /** Units may have returned, as another process found. */
  stir(scope: string): void {
    this.#changed(scope);
  }

  /** Returns the state as plain data. Units held for attempts in flight count as used. */
  snapshot(): LedgerSnapshot {
    const now = this.#clock.now();
    const scopes = [...this.registry.scopes].map((scope) => scope.snapshot(now)).filter((scope) => scope !== undefined);
    return { version: 1, accounts: Object.fromEntries(this.registry.fingerprints), scopes };
  }

  /**
   * Takes over a saved state. Call it before the first `configure`.
   * @throws when the snapshot is damaged; nothing of it is taken over then
   */
  restore({ accounts, scopes }: LedgerSnapshot): void {
    const now = this.#clock.now();
    const revived = scopes.map((scope) => Scope.revive(scope, now));
    this.registry.restore(revived, accounts);
  }

  onChange(listener: (scope: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onReserve(listener: (target: string) => void): () => void {
    this.#reserveListeners.add(listener);
    return () => this.#reserveListeners.delete(listener);
  }

  /** Begins a look at candidates, which is to look at each of them in order. */
  look(options: ReserveOptions): Look {
    return new Look(this.registry, options, this.#clock.now());
  }

  /** Holds units without a check. `now`: epoch ms, of the look that found room. */
  hold({ target, need }: Candidate, now: number): Reservation {
    const scopes = this.registry.covering(target);
    const sequence = ++this.#sequence;
    for (const scope of scopes) scope.sent(sequence, target, need, now);
    const reservation = new HeldReservation(target, sequence, scopes, need, now, this.#closing);
    for (const listener of this.#reserveListeners) listener(target);
    return reservation;
  }

  /** Returns until when an attempt would be in vain, as far as that was learned from this refusal. */
  #learn(held: HeldReservation, scope: Scope, hintMs: number | undefined, now: number): number | undefined {
    if (held.isExplained || held.scopes.some((each) => each.explainsRefusal(held, now))) return undefined;
    const inFlight = scope.unanswered + scope.unansweredElsewhere - (held.isAnswered ? 0 : 1);
    return scope.learnFromRefusal(held, hintMs, inFlight, now);
  }

  #observeSignal(held: HeldReservation, signal: Signal, accepted: boolean, now: number): void {
    const windowMs = windowOf(signal);
    const scope = scopeOf(held.scopes, signal.scope ?? 'target');
    const { length } = scope.quotas;
    const quota = scope.quota(signal.dimension, windowMs, 'stated');
    if (scope.quotas.length !== length) this.#restVersion++;
    const { sequence, sentAt } = held;
    const { limit: knownLimit, source } = quota;
    if (!accepted && namesLimit(signal, knownLimit)) held.explain(windowMs);
    const includesThis = quota.observe(signal, { sequence, sentAt, accepted }, now);
    if (includesThis) held.countedByResponse(quota, now);
    this.witness?.stated(held, scope, quota, signal, includesThis);
    if (quota.limit === undefined) return;
    if (quota.dimension === 'requests') scope.endProbation();
    if (knownLimit === undefined || quota.source !== source) scope.replaceLearned(quota);
  }

  #mattersUntil(target: string): number {
    if (this.inFlight(target) > 0) return Number.POSITIVE_INFINITY;
    const refusal = refusalIn(this.registry.covering(target), target, ONE_TOKEN, this.#clock.now());
    return refusal === undefined ? 0 : (refusal.retryAt ?? Number.POSITIVE_INFINITY);
  }

  readonly #closing: Closing = {
    now: () => this.#clock.now(),
    charged: (held, quota, used) => this.witness?.charged(held, quota, used),
    closed: (held) => {
      this.witness?.closed(held);
      this.#changed(held.target);
    },
  };

  #changed(scope: string): void {
    for (const listener of this.#listeners) listener(scope);
  }
}

/** Returns a refusal for each candidate before the first that has room. */
const refusalsOf = (look: Look, candidates: Candidates): readonly Refusal[] => {
  let refusals: Refusal[] | undefined;
  for (let index = 0; index < candidates.length; index++) {
    const refusal = look.at(candidates.at(index) as Candidate);
    if (refusal === undefined) break;
    refusals ??= [];
    refusals.push(refusal);
  }
  return refusals ?? NO_REFUSALS;
};
