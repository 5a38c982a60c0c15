import type { Clock } from '../../clock.js';
import type { Declaration, ScopeKind, Signal } from '../../contract/quota.js';
import { durationOf } from '../../plugin/readers/headers.js';
import type {
  Account,
  Candidate,
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
} from '../ledger.js';
import { declares, partsOf } from './declarations.js';
import type { LedgerSnapshot } from './ledger-snapshot.js';
import type { Quota } from './quota.js';
import { longer } from './refusal.js';
import { HeldReservation } from './reservation.js';
import { Scope } from './scope.js';

const GONE: Refusal = {
  granted: false,
  code: 'disabled',
  reason: 'no longer in the configuration',
  retryAt: Number.POSITIVE_INFINITY,
};

/** Targets that no chain names are remembered up to this number; callers choose their names. */
const MOST_ADDRESSED = 1_000;

const ONE_REQUEST: Need = { tokens: 0, inputTokens: 0 };

/** The ledger of one process. Answers synchronously; nothing happens between its check and its hold. */
export class MemoryLedger implements Ledger {
  readonly #clock: Clock;
  readonly #scopes = new Map<string, Scope>();
  /** Per target: the scopes that cover it, the narrowest first. */
  #covers = new Map<string, readonly Scope[]>();
  /** Those of the configuration before, for requests that still end on it. */
  #retired: ReadonlyMap<string, readonly Scope[]> = new Map();
  /** Those that no chain names, the oldest first. */
  readonly #addressed = new Set<string>();
  readonly #fingerprints = new Map<string, string>();
  readonly #listeners = new Set<(scope: string) => void>();
  readonly #reserveListeners = new Set<(target: string) => void>();
  #sequence = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  configure(
    accounts: readonly Account[],
    targets: readonly TargetScopes[],
    declarations: readonly Declaration[],
  ): void {
    const before = new Map(this.#scopes);
    this.#scopes.clear();
    this.#retired = this.#covers;
    this.#covers = new Map();
    this.#addressed.clear();
    const changed = this.#changedAccounts(accounts);
    for (const each of targets) this.#register(each, changed.has(each.provider) ? new Map() : before);
    const written = this.#declare(declarations);
    for (const scope of this.#scopes.values()) {
      scope.quotas = scope.quotas.filter((quota) => isHeard(quota) || written.has(keyOf(scope.id, quota)));
    }
    this.#changed('');
  }

  register(target: TargetScopes, declarations: readonly Declaration[]): void {
    if (this.#covers.has(target.target)) return;
    this.#addressed.add(target.target);
    const [oldest] = this.#addressed;
    if (this.#addressed.size > MOST_ADDRESSED && oldest !== undefined) {
      this.#addressed.delete(oldest);
      this.#covers.delete(oldest);
      this.#scopes.delete(oldest);
    }
    this.#register(target, new Map((this.#retired.get(target.target) ?? []).map((scope) => [scope.id, scope])));
    this.#declare(declarations);
  }

  #register({ target, pool, provider }: TargetScopes, kept: ReadonlyMap<string, Scope>): void {
    const scope = (id: string, kind: ScopeKind): Scope => {
      const found = this.#scopes.get(id) ?? kept.get(id) ?? new Scope(id, kind);
      this.#scopes.set(id, found);
      return found;
    };
    const covers = [scope(target, 'target')];
    if (pool !== undefined) covers.push(scope(pool, 'pool'));
    covers.push(scope(provider, 'provider'));
    this.#covers.set(target, covers);
  }

  reserve(candidates: readonly Candidate[], options: ReserveOptions = {}): ReserveResult {
    const refusals: Refusal[] = [];
    for (const candidate of candidates) {
      const refusal = this.#refuse(candidate, options);
      if (refusal === undefined) return { reservation: this.#hold(candidate), refusals };
      refusals.push(refusal);
    }
    return { refusals };
  }

  preview(candidates: readonly Candidate[], options: ReserveOptions = {}): PreviewResult {
    const refusals: Refusal[] = [];
    for (const candidate of candidates) {
      const refusal = this.#refuse(candidate, options);
      if (refusal === undefined) return { hasRoom: true, refusals };
      refusals.push(refusal);
    }
    return { hasRoom: false, refusals };
  }

  /** Returns what keeps the candidate from being asked now; of several reasons, the one that lasts longest. */
  #refuse({ target, need }: Candidate, { skipProbation = false }: ReserveOptions): Refusal | undefined {
    const now = this.#clock.now();
    const scopes = this.#covering(target);
    if (scopes.length === 0) return GONE;
    let refusal: Refusal | undefined;
    for (const scope of scopes) {
      const found = scope.refuse(need, now, skipProbation);
      if (found !== undefined) refusal = longer(refusal, found);
    }
    return refusal;
  }

  #hold({ target, need }: Candidate): Reservation {
    const scopes = this.#covering(target);
    const sequence = ++this.#sequence;
    for (const scope of scopes) scope.sent(sequence, this.#clock.now());
    const reservation = new HeldReservation(
      target,
      sequence,
      scopes,
      need,
      () => this.#clock.now(),
      () => this.#changed(target),
    );
    for (const listener of this.#reserveListeners) listener(target);
    return reservation;
  }

  observe(reservation: Reservation, signals: readonly Signal[], accepted: boolean): void {
    const held = heldOf(reservation);
    const now = this.#clock.now();
    for (const signal of signals) this.#observeSignal(held, signal, accepted, now);
    this.#changed(held.target);
  }

  served(reservation: Reservation): void {
    const held = heldOf(reservation);
    held.answered(true);
    for (const scope of held.scopes) scope.served(held.sequence, held.others, this.#clock.now());
    this.#changed(held.target);
  }

  refused(reservation: Reservation): void {
    const held = heldOf(reservation);
    held.answered(false);
    this.#changed(held.target);
  }

  coolDown(reservation: Reservation, kind: ScopeKind, coolDown: CoolDown): number | undefined {
    const held = heldOf(reservation);
    const now = this.#clock.now();
    const scope = scopeOf(held.scopes, kind);
    if (coolDown.class === 'overloaded') scope.refusedSlot(held.others, now);
    const hintMs = coolDown.until === undefined ? undefined : coolDown.until - now;
    const inFlight = scope.unanswered - (held.isAnswered ? 0 : 1);
    const learned =
      coolDown.class === 'rate_limit' ? scope.refusedBare(held.sequence, hintMs, inFlight, now) : undefined;
    const until = scope.rests.begin(coolDown, held.sequence, now, hintMs === undefined ? learned : undefined);
    this.#changed(scope.id);
    return until;
  }

  status(target: string): TargetStatus {
    const now = this.#clock.now();
    const scopes = this.#covering(target);
    const inFlight = scopes[0]?.open.size ?? 0;
    const quotas = scopes.flatMap((scope) => scope.quotas.map((quota) => quota.status(scope.id, now)));
    const refusal = this.#refuse({ target, need: ONE_REQUEST }, {});
    if (refusal === undefined) return { target, state: quotas.length > 0 ? 'tracking' : 'available', inFlight, quotas };
    const { code, reason, retryAt } = refusal;
    const state = code === 'disabled' ? 'disabled' : 'exhausted';
    return { target, state, reason, until: retryAt, inFlight, quotas };
  }

  reset(target: string): void {
    for (const scope of this.#covering(target)) scope.reset();
    this.#changed(target);
  }

  snapshot(): LedgerSnapshot {
    const now = this.#clock.now();
    const scopes = [...this.#scopes.values()]
      .map((scope) => scope.snapshot(now))
      .filter((scope) => scope !== undefined);
    return { version: 1, accounts: Object.fromEntries(this.#fingerprints), scopes };
  }

  restore({ accounts, scopes }: LedgerSnapshot): void {
    const now = this.#clock.now();
    // All or nothing: a damaged one must leave no half of itself behind.
    const revived = scopes.map((scope) => Scope.revive(scope, now));
    for (const scope of revived) this.#scopes.set(scope.id, scope);
    for (const [provider, fingerprint] of Object.entries(accounts)) this.#fingerprints.set(provider, fingerprint);
  }

  onChange(listener: (scope: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onReserve(listener: (target: string) => void): () => void {
    this.#reserveListeners.add(listener);
    return () => this.#reserveListeners.delete(listener);
  }

  #observeSignal(held: HeldReservation, signal: Signal, served: boolean, now: number): void {
    const windowMs = signal.window === undefined ? undefined : durationOf(signal.window);
    const scope = scopeOf(held.scopes, signal.scope ?? 'target');
    const quota = scope.quota(signal.dimension, windowMs, false);
    if (quota.observe(signal, { sequence: held.sequence, sentAt: held.sentAt, served }, now))
      held.countedBySignal(quota);
    // From now on its quotas say what may be sent.
    if (signal.dimension === 'requests' && quota.limit !== undefined) scope.trust = Number.POSITIVE_INFINITY;
  }

  /** Nothing, for a target that no configuration names any more. */
  #covering(target: string): readonly Scope[] {
    return this.#covers.get(target) ?? this.#retired.get(target) ?? [];
  }

  #changedAccounts(accounts: readonly Account[]): Set<string> {
    const changed = new Set<string>();
    for (const { provider, fingerprint } of accounts) {
      if (this.#fingerprints.get(provider) !== fingerprint) changed.add(provider);
      this.#fingerprints.set(provider, fingerprint);
    }
    return changed;
  }

  /** @returns the keys of the quotas that these declarations name. */
  #declare(declarations: readonly Declaration[]): ReadonlySet<string> {
    const written = new Set<string>();
    for (const { scope: id, limits, source } of declarations) {
      const scope = this.#scopes.get(id);
      if (scope === undefined) continue;
      for (const limit of limits) {
        const { dimension, amount, windowMs } = partsOf(limit);
        // Whoever writes down a limit knows better than a table of free tiers.
        if (source === 'known' && declares(declarations, id, dimension)) continue;
        const quota = scope.quota(dimension, windowMs, source === 'manual');
        if (quota.source === 'header' && quota.limit !== undefined) continue;
        quota.source = source;
        quota.declare(amount);
        written.add(keyOf(id, quota));
      }
    }
    for (const [target, ...around] of this.#covers.values()) target?.meet(around);
    return written;
  }

  #changed(scope: string): void {
    for (const listener of this.#listeners) listener(scope);
  }
}

const heldOf = (reservation: Reservation): HeldReservation => {
  if (reservation instanceof HeldReservation) return reservation;
  throw new Error('A reservation of another ledger.');
};

const isHeard = ({ source }: Quota): boolean => source === 'header' || source === 'learned';

const keyOf = (scope: string, { source, dimension, windowMs }: Quota): string =>
  `${scope} ${source} ${dimension} ${windowMs}`;

/** A target without a pool has its account in the pool's place. */
const scopeOf = (scopes: readonly Scope[], kind: ScopeKind): Scope =>
  scopes.find((scope) => scope.kind === kind) ?? (scopes.at(-1) as Scope);
