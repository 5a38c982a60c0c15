import type { Declaration, ScopeKind } from '../../contract/quota.js';
import type { Account, TargetScopes } from '../ledger.js';
import { declares, partsOf } from './declarations.js';
import type { Quota } from './quota.js';
import { Scope } from './scope.js';

/** Targets outside the configuration are kept up to this number: callers choose their names. */
const MAX_ADDRESSED = 1_000;

/** Which scopes cover each target. */
export class ScopeRegistry {
  /** Whether the state of a target matters: it cools down, is exhausted, or has attempts in flight. */
  readonly #isBusy: (target: string) => boolean;
  readonly #scopes = new Map<string, Scope>();
  /** Per target, the narrowest scope first. */
  #covers = new Map<string, readonly Scope[]>();
  /** The same of the configuration before, for requests that still end on it. */
  #retiredCovers: ReadonlyMap<string, readonly Scope[]> = new Map();
  /** The scopes of the configuration before, for targets outside the configuration: they register again when used. */
  #retiredScopes: ReadonlyMap<string, Scope> = new Map();
  /** Targets outside the configuration, the least recently used first. */
  readonly #addressed = new Set<string>();
  #declarations: readonly Declaration[] = [];
  readonly #fingerprints = new Map<string, string>();
  /** Accounts that the latest configuration changed. */
  #changed: ReadonlySet<string> = new Set();

  constructor(isBusy: (target: string) => boolean) {
    this.#isBusy = isBusy;
  }

  /** Returns the scopes that cover a target, the narrowest first; none when the target was removed. */
  covering(target: string): readonly Scope[] {
    return this.#covers.get(target) ?? this.#retiredCovers.get(target) ?? [];
  }

  get scopes(): Iterable<Scope> {
    return this.#scopes.values();
  }

  get fingerprints(): ReadonlyMap<string, string> {
    return this.#fingerprints;
  }

  /** Adds scopes that were saved, for the next `configure`. */
  restore(scopes: readonly Scope[], fingerprints: Readonly<Record<string, string>>): void {
    for (const scope of scopes) this.#scopes.set(scope.id, scope);
    for (const [provider, fingerprint] of Object.entries(fingerprints)) this.#fingerprints.set(provider, fingerprint);
  }

  configure(
    accounts: readonly Account[],
    targets: readonly TargetScopes[],
    declarations: readonly Declaration[],
  ): void {
    this.#retiredScopes = new Map(this.#scopes);
    this.#retiredCovers = this.#covers;
    this.#scopes.clear();
    this.#covers = new Map();
    this.#addressed.clear();
    this.#changed = this.#changedAccounts(accounts);
    this.#declarations = declarations;
    for (const target of targets) this.#add(target);
    const declared = this.#declare(declarations);
    for (const scope of this.#scopes.values()) {
      scope.quotas = scope.quotas.filter((quota) => isObserved(quota) || declared.has(keyOf(scope.id, quota)));
    }
    for (const covers of this.#covers.values()) endProbationWhereConfigured(covers);
  }

  register(target: TargetScopes, declarations: readonly Declaration[]): void {
    const id = target.target;
    // A set keeps the order of insertion: the target becomes the most recently used.
    if (this.#addressed.delete(id)) this.#addressed.add(id);
    if (this.#covers.has(id)) return;
    this.#addressed.add(id);
    const added = this.#add(target);
    const configured = this.#declarations.filter(({ scope }) => added.includes(scope));
    this.#declare([...configured, ...declarations]);
    endProbationWhereConfigured(this.covering(id));
    if (this.#addressed.size > MAX_ADDRESSED) this.#evict(id);
  }

  /** Returns the ids of the scopes that are new. */
  #add({ target, pool, provider }: TargetScopes): readonly string[] {
    const added: string[] = [];
    const kept = this.#changed.has(provider) ? undefined : this.#retiredScopes;
    const scope = (id: string, kind: ScopeKind): Scope => {
      const present = this.#scopes.get(id);
      if (present !== undefined) return present;
      const created = kept?.get(id) ?? new Scope(id, kind);
      this.#scopes.set(id, created);
      added.push(id);
      return created;
    };
    const covers = [scope(target, 'target')];
    if (pool !== undefined) covers.push(scope(pool, 'pool'));
    covers.push(scope(provider, 'provider'));
    this.#covers.set(target, covers);
    return added;
  }

  /** Forgets the least recently used target other than `newest`, if possible one whose state does not matter. */
  #evict(newest: string): void {
    const others = [...this.#addressed].filter((target) => target !== newest);
    const evicted = others.find((target) => !this.#isBusy(target)) ?? others[0];
    if (evicted === undefined) return;
    const scopes = this.covering(evicted);
    this.#addressed.delete(evicted);
    this.#covers.delete(evicted);
    for (const { id, kind } of scopes) if (kind !== 'provider' && !this.#isUsed(id)) this.#scopes.delete(id);
  }

  #isUsed(scope: string): boolean {
    for (const covers of this.#covers.values()) if (covers.some(({ id }) => id === scope)) return true;
    return false;
  }

  #changedAccounts(accounts: readonly Account[]): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const { provider, fingerprint } of accounts) {
      if (this.#fingerprints.get(provider) !== fingerprint) changed.add(provider);
      this.#fingerprints.set(provider, fingerprint);
    }
    return changed;
  }

  /** Returns the keys of the quotas that these declarations name. */
  #declare(declarations: readonly Declaration[]): ReadonlySet<string> {
    const declared = new Set<string>();
    for (const { scope: id, limits, source } of declarations) {
      const scope = this.#scopes.get(id);
      if (scope === undefined) continue;
      for (const limit of limits) {
        const parts = partsOf(limit);
        // A configured limit overrides what a provider type knows of free tiers.
        if (source === 'known' && declares(this.#declarations, id, parts.dimension)) continue;
        const quota = scope.declaredQuota(parts, source === 'manual' ? 'manual' : 'stated');
        if (quota.source === 'header' && quota.limit !== undefined) continue;
        quota.source = source;
        quota.declare(parts.amount);
        declared.add(keyOf(id, quota));
      }
    }
    return declared;
  }
}

/** A target needs no probation where the configuration limits it, its pool or its account. */
const endProbationWhereConfigured = (covers: readonly Scope[]): void => {
  if (covers.some(({ hasConfiguredLimit }) => hasConfiguredLimit)) covers[0]?.endProbation();
};

const isObserved = ({ source }: Quota): boolean => source === 'header' || source === 'learned';

const keyOf = (scope: string, { source, dimension, windowMs, calendar, costs }: Quota): string =>
  `${scope} ${source} ${dimension} ${windowMs} ${calendar?.key} ${costs?.key}`;
