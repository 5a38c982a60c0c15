import type { HealthCheck, HealthFailure, HealthState, HealthView, ProviderHealth } from '../../contract/health.js';
import type { FailureClass } from '../../contract/quota.js';
import type { RequestRecord } from '../../contract/requests.js';
import type { Account } from '../../ledger/ledger.js';
import type { AttemptRecord } from '../../plugin/door/attempt.js';
import { reasonWithoutContent } from '../../plugin/door/request-record.js';
import { hourOf, TargetHealth } from './target-health.js';

/** Most targets that are kept beside those of chains: requests may address any model by its name. */
const MOST_ADDRESSED = 500;
const LIMITS: ReadonlySet<FailureClass> = new Set(['rate_limit', 'quota']);
/** The request is at fault: it says something about a target only if that one has answered nothing yet. */
const OF_REQUEST: ReadonlySet<FailureClass> = new Set(['bad_request', 'too_large', 'moderation']);
/** What holds for one model says nothing about the others of its provider. */
const OF_MODEL: ReadonlySet<FailureClass> = new Set(['not_found', 'bad_request', 'too_large', 'moderation']);
/** It was not asked. */
const NO_CHECKS: ReadonlySet<HealthCheck['state']> = new Set(['unconfigured', 'disabled', 'not asked']);
const BAD_CHECKS: ReadonlySet<HealthCheck['state']> = new Set(['key refused', 'failing', 'unreachable']);

/** A failed attempt, and the target at which it happened. */
type LocatedFailure = HealthFailure & { readonly target: string };

/** What happened last at every target, and at every provider when it was asked for its models. It outlives a reload. */
export class HealthBook {
  /** The targets of chains. */
  #targets = new Map<string, TargetHealth>();
  /** The ids of these targets, by their provider and key. */
  #idsOf = new Map<string, string[]>();
  /** Other targets, the one that was asked first at first. */
  readonly #addressed = new Map<string, TargetHealth>();
  readonly #checks = new Map<string, HealthCheck>();
  #fingerprints = new Map<string, string>();

  /**
   * Takes over the configuration in force: forgets providers that are gone, and those with another key or address.
   * @param targets the ids of the targets of chains
   */
  configure(accounts: readonly Account[], targets: readonly string[]): void {
    const fingerprints = new Map(accounts.map(({ provider, fingerprint }) => [provider, fingerprint]));
    const isSame = (keyedId: string): boolean =>
      fingerprints.has(keyedId) &&
      (this.#fingerprints.get(keyedId) ?? fingerprints.get(keyedId)) === fingerprints.get(keyedId);
    const kept = (id: string): TargetHealth | undefined =>
      isSame(keyedIdOf(id)) ? (this.#targets.get(id) ?? this.#addressed.get(id)) : undefined;
    this.#targets = new Map(targets.map((id) => [id, kept(id) ?? new TargetHealth()]));
    this.#idsOf = new Map();
    for (const id of this.#targets.keys()) {
      const ids = this.#idsOf.get(keyedIdOf(id));
      if (ids === undefined) this.#idsOf.set(keyedIdOf(id), [id]);
      else ids.push(id);
    }
    for (const id of this.#addressed.keys())
      if (this.#targets.has(id) || !isSame(keyedIdOf(id))) this.#addressed.delete(id);
    for (const id of this.#checks.keys()) if (!isSame(id)) this.#checks.delete(id);
    this.#fingerprints = fingerprints;
  }

  /** Notes how an attempt ended. Skipped ones, and those whose caller left, say nothing. */
  note({ outcome, attempt, durationMs, failure }: AttemptRecord): void {
    const { id } = attempt.target;
    if (outcome === 'served') this.#of(id).served(Math.round(attempt.startedAt + durationMs));
    else if (outcome === 'failed') this.#failed(id, failure.class, failure.at, failure.status, failure.message);
  }

  /** Notes what a provider, with one of its keys, answered when it was asked for its models. */
  checked(keyedId: string, { at, state, detail, keyUntried }: HealthCheck): void {
    if (NO_CHECKS.has(state)) return;
    this.#checks.set(keyedId, { at, state, detail, ...(keyUntried === true && { keyUntried }) });
  }

  /** Takes over requests of an earlier process. A refused key is left out: it may have been replaced. */
  restore(requests: readonly RequestRecord[]): void {
    for (const { at, attempts } of requests) {
      for (const { target, outcome, class: failureClass, status, reason = '', startedMs = 0, durationMs } of attempts) {
        const endedAt = Math.round(at + startedMs + durationMs);
        if (outcome === 'served') this.#of(target).served(endedAt);
        else if (outcome === 'failed' && failureClass !== undefined && failureClass !== 'auth')
          this.#failed(target, failureClass, endedAt, status, reason);
      }
    }
  }

  /** Returns what happened last at a target; `undefined` if nothing did. */
  ofTarget(id: string, now: number): HealthView | undefined {
    const health = this.#targets.get(id) ?? this.#addressed.get(id);
    if (health === undefined || health.isNew) return undefined;
    const { servedAt, failure, limit } = health;
    return {
      state: stateOf(servedAt, failure, limit),
      ...(servedAt > 0 && { lastSuccessAt: servedAt }),
      ...(failure !== undefined && { lastFailure: shown(failure) }),
      ...(limit !== undefined && { lastLimit: shown(limit) }),
      hour: hourOf([health], now),
    };
  }

  /** Returns what happened last at a provider, with these keys. */
  ofProvider(keyedIds: readonly string[], now: number): ProviderHealth {
    const its = this.#ofKeys(keyedIds);
    const servedAt = Math.max(0, ...its.map(([, health]) => health.servedAt));
    const failure = latest(its.flatMap(([target, each]) => (each.failure ? [{ ...each.failure, target }] : [])));
    const limit = latest(its.flatMap(([target, each]) => (each.limit ? [{ ...each.limit, target }] : [])));
    const check = latest(keyedIds.flatMap((id) => this.#checks.get(id) ?? []));
    const works = its.some(([, each]) => stateOf(each.servedAt, each.failure, each.limit) === 'working');
    return {
      state: checkedState(providerState(servedAt, failure, limit, works), check, servedAt, failure),
      ...(servedAt > 0 && { lastSuccessAt: servedAt }),
      ...(failure !== undefined && { lastFailure: shown(failure) }),
      ...(limit !== undefined && { lastLimit: shown(limit) }),
      ...(check !== undefined && { check }),
      hour: hourOf(
        its.map(([, health]) => health),
        now,
      ),
    };
  }

  /** The targets of providers with these keys. */
  #ofKeys(keyedIds: readonly string[]): readonly (readonly [id: string, health: TargetHealth])[] {
    const inChains = keyedIds.flatMap((keyedId) => this.#idsOf.get(keyedId) ?? []);
    const addressed = [...this.#addressed].filter(([id]) => keyedIds.includes(keyedIdOf(id)));
    return [...inChains.map((id) => [id, this.#targets.get(id) as TargetHealth] as const), ...addressed];
  }

  #failed(id: string, failureClass: FailureClass, at: number, status: number | undefined, reason: string): void {
    if (failureClass === 'cancelled') return;
    const health = this.#of(id);
    if (OF_REQUEST.has(failureClass) && health.servedAt > 0) return;
    const failure = { at, class: failureClass, ...(status !== undefined && { status }), reason };
    if (LIMITS.has(failureClass)) health.limited(failure);
    else health.failed(failure);
  }

  #of(id: string): TargetHealth {
    const known = this.#targets.get(id) ?? this.#addressed.get(id);
    if (known !== undefined) return known;
    const health = new TargetHealth();
    this.#addressed.set(id, health);
    if (this.#addressed.size > MOST_ADDRESSED) this.#addressed.delete(this.#addressed.keys().next().value as string);
    return health;
  }
}

/** `groq:key 1` of `groq:key 1/a/model`. */
const keyedIdOf = (target: string): string => target.slice(0, target.indexOf('/'));

const shown = <T extends HealthFailure>(failure: T): T => ({
  ...failure,
  reason: reasonWithoutContent(failure.class, failure.reason) ?? '',
});

const latest = <T extends { readonly at: number }>(all: readonly T[]): T | undefined =>
  all.reduce<T | undefined>((found, each) => (found === undefined || each.at > found.at ? each : found), undefined);

/** What came last counts; at the same moment, the worse. */
const stateOf = (
  servedAt: number,
  failure: HealthFailure | undefined,
  limit: HealthFailure | undefined,
): HealthState => {
  const [failedAt, limitedAt] = [failure?.at ?? 0, limit?.at ?? 0];
  if (failedAt > 0 && failedAt >= Math.max(servedAt, limitedAt)) return 'failing';
  if (limitedAt > 0 && limitedAt >= servedAt) return 'limited';
  return servedAt > 0 ? 'working' : 'unknown';
};

/** `works`: one of its targets answers. */
const providerState = (
  servedAt: number,
  failure: LocatedFailure | undefined,
  limit: LocatedFailure | undefined,
  works: boolean,
): HealthState => {
  const state = stateOf(servedAt, failure, limit);
  return works && (state === 'limited' || (failure !== undefined && OF_MODEL.has(failure.class))) ? 'working' : state;
};

/** A check shows that a key is refused or a server is down, and that they are no longer. It does not show that models answer. */
const checkedState = (
  state: HealthState,
  check: HealthCheck | undefined,
  servedAt: number,
  failure: LocatedFailure | undefined,
): HealthState => {
  if (check === undefined) return state;
  if (BAD_CHECKS.has(check.state)) return check.at > servedAt ? 'failing' : state;
  const isCleared = check.state === 'ok' && failure !== undefined && check.at > failure.at && cleared(failure, check);
  return state === 'failing' && isCleared ? 'unknown' : state;
};

const cleared = (failure: LocatedFailure, { keyUntried }: HealthCheck): boolean =>
  failure.class === 'auth' ? keyUntried !== true : failure.status === undefined;
