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
import { namesLimit } from './explanation.js';
import type { LedgerSnapshot } from './ledger-snapshot.js';
import { longer } from './refusal.js';
import { HeldReservation } from './reservation.js';
import { Scope } from './scope.js';
import { ScopeRegistry } from './scope-registry.js';

const REMOVED: Refusal = {
  granted: false,
  code: 'disabled',
  reason: 'no longer in the configuration',
  retryAt: Number.POSITIVE_INFINITY,
};

const ONE_REQUEST: Need = { tokens: 0, inputTokens: 0 };
const ONE_TOKEN: Need = { tokens: 1, inputTokens: 1 };

/** The ledger of one process. It answers at once; nothing happens between its check and its hold. */
export class MemoryLedger implements Ledger {
  readonly #clock: Clock;
  readonly #registry = new ScopeRegistry((target) => this.#mattersUntil(target));
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
    this.#registry.configure(accounts, targets, declarations);
    this.#changed('');
  }

  register(target: TargetScopes, declarations: readonly Declaration[]): void {
    this.#registry.register(target, declarations);
  }

  reserve(candidates: readonly Candidate[], options: ReserveOptions = {}): ReserveResult {
    const refusals = this.#refusals(candidates, options);
    const found = candidates[refusals.length];
    return found === undefined ? { refusals } : { reservation: this.#hold(found), refusals };
  }

  preview(candidates: readonly Candidate[], options: ReserveOptions = {}): PreviewResult {
    const refusals = this.#refusals(candidates, options);
    return { hasRoom: refusals.length < candidates.length, refusals };
  }

  observe(reservation: Reservation, signals: readonly Signal[], accepted: boolean): void {
    const held = heldOf(reservation);
    const now = this.#clock.now();
    for (const signal of signals) this.#observeSignal(held, signal, accepted, now);
    this.#changed(held.target);
  }

  served(reservation: Reservation): void {
    const held = heldOf(reservation);
    if (!held.report(true)) return;
    const now = this.#clock.now();
    for (const scope of held.scopes) scope.served(held, now);
    this.#changed(held.target);
  }

  refused(reservation: Reservation): void {
    const held = heldOf(reservation);
    if (held.report(false)) this.#changed(held.target);
  }

  coolDown(reservation: Reservation, kind: ScopeKind, coolDown: CoolDown): number | undefined {
    const held = heldOf(reservation);
    const now = this.#clock.now();
    const scope = scopeOf(held.scopes, coolDown.class === 'auth' && kind === 'provider' ? 'key' : kind);
    if (coolDown.class === 'overloaded') scope.learnFromOverload(held, now);
    const hintMs = hintOf(coolDown, held, now);
    const learned = coolDown.class === 'rate_limit' ? this.#learn(held, scope, hintMs, now) : undefined;
    const until = scope.coolDown(coolDown, held, now, hintMs, hintMs === undefined ? learned : undefined);
    this.#changed(scope.id);
    return until;
  }

  status(target: string): TargetStatus {
    const now = this.#clock.now();
    const scopes = this.#registry.covering(target);
    const inFlight = scopes[0]?.inFlight ?? 0;
    const quotas = scopes.flatMap((scope) => scope.quotas.map((quota) => quota.status(scope.id, now)));
    const refusal = this.#refuse({ target, need: ONE_REQUEST }, {});
    if (refusal === undefined) return { target, state: quotas.length > 0 ? 'tracking' : 'available', inFlight, quotas };
    const { code, reason, retryAt } = refusal;
    const state = code === 'disabled' ? 'disabled' : 'exhausted';
    return { target, state, reason, until: retryAt, inFlight, quotas };
  }

  reset(target: string): void {
    for (const scope of this.#registry.covering(target)) scope.reset();
    this.#changed(target);
  }

  /** Returns the state as plain data. Units held for attempts in flight count as used. */
  snapshot(): LedgerSnapshot {
    const now = this.#clock.now();
    const scopes = [...this.#registry.scopes]
      .map((scope) => scope.snapshot(now))
      .filter((scope) => scope !== undefined);
    return { version: 1, accounts: Object.fromEntries(this.#registry.fingerprints), scopes };
  }

  /**
   * Takes over a saved state. Call it before the first `configure`.
   * @throws when the snapshot is damaged; nothing of it is taken over then
   */
  restore({ accounts, scopes }: LedgerSnapshot): void {
    const now = this.#clock.now();
    const revived = scopes.map((scope) => Scope.revive(scope, now));
    this.#registry.restore(revived, accounts);
  }

  onChange(listener: (scope: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onReserve(listener: (target: string) => void): () => void {
    this.#reserveListeners.add(listener);
    return () => this.#reserveListeners.delete(listener);
  }

  /** Returns a refusal for each candidate before the first that has room. */
  #refusals(candidates: readonly Candidate[], options: ReserveOptions): readonly Refusal[] {
    const refusals: Refusal[] = [];
    for (const candidate of candidates) {
      const refusal = this.#refuse(candidate, options);
      if (refusal === undefined) break;
      refusals.push(refusal);
    }
    return refusals;
  }

  /** Returns why a candidate may not be asked now; of several reasons, the one that lasts longest. */
  #refuse({ target, need }: Candidate, { skipProbation = false }: ReserveOptions): Refusal | undefined {
    const now = this.#clock.now();
    const scopes = this.#registry.covering(target);
    if (scopes.length === 0) return REMOVED;
    let refusal: Refusal | undefined;
    for (const scope of scopes) {
      const found = scope.refuse(target, need, now, skipProbation);
      if (found !== undefined) refusal = longer(refusal, found);
    }
    return refusal;
  }

  #hold({ target, need }: Candidate): Reservation {
    const now = this.#clock.now();
    const scopes = this.#registry.covering(target);
    const sequence = ++this.#sequence;
    for (const scope of scopes) scope.sent(sequence, target, need, now);
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

  /** Returns until when an attempt would be in vain, as far as that was learned from this refusal. */
  #learn(held: HeldReservation, scope: Scope, hintMs: number | undefined, now: number): number | undefined {
    if (held.isExplained || held.scopes.some((each) => each.explainsRefusal(held, now))) return undefined;
    const inFlight = scope.unanswered - (held.isAnswered ? 0 : 1);
    return scope.learnFromRefusal(held, hintMs, inFlight, now);
  }

  #observeSignal(held: HeldReservation, signal: Signal, accepted: boolean, now: number): void {
    const windowMs = windowOf(signal);
    const scope = scopeOf(held.scopes, signal.scope ?? 'target');
    const quota = scope.quota(signal.dimension, windowMs, 'stated');
    const { sequence, sentAt } = held;
    const { limit: knownLimit, source } = quota;
    if (!accepted && namesLimit(signal, knownLimit)) held.explain(windowMs);
    if (quota.observe(signal, { sequence, sentAt, accepted }, now)) held.countedByResponse(quota, now);
    if (quota.limit === undefined) return;
    if (quota.dimension === 'requests') scope.endProbation();
    if (knownLimit === undefined || quota.source !== source) scope.replaceLearned(quota);
  }

  #mattersUntil(target: string): number {
    const [scope] = this.#registry.covering(target);
    if ((scope?.inFlight ?? 0) > 0) return Number.POSITIVE_INFINITY;
    const refusal = this.#refuse({ target, need: ONE_TOKEN }, {});
    return refusal === undefined ? 0 : (refusal.retryAt ?? Number.POSITIVE_INFINITY);
  }

  #changed(scope: string): void {
    for (const listener of this.#listeners) listener(scope);
  }
}

/** A hint may be this much longer than the window that it is about: clocks disagree, and seconds are rounded. */
const ROUNDED_MS = 10_000;

/** Returns how long to wait, as the provider stated; `undefined` if it stated no time, or one that is over. */
const hintOf = ({ until }: CoolDown, { longestWaitMs }: HeldReservation, now: number): number | undefined => {
  if (until === undefined || !(until > now)) return undefined;
  return until - now > longestWaitMs + ROUNDED_MS ? longestWaitMs : until - now;
};

/** Returns the length of the window in ms; `undefined` if the signal names none. */
const windowOf = ({ window }: Signal): number | undefined =>
  (window === undefined ? undefined : durationOf(window)) || undefined;

const heldOf = (reservation: Reservation): HeldReservation => {
  if (reservation instanceof HeldReservation) return reservation;
  throw new Error('The reservation was not made by this ledger.');
};

/** Returns the scope of a kind; the account for a pool or a key where the target has none. */
const scopeOf = (scopes: readonly Scope[], kind: Scope['kind']): Scope =>
  scopes.find((scope) => scope.kind === kind) ?? (scopes.at(-1) as Scope);
