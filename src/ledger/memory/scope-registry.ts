import type { Declaration } from '../../contract/quota.js';
import { shortHash } from '../../plugin/short-hash.js';
import type { Account, TargetScopes } from '../ledger.js';
import { declares, partsOf } from './declarations.js';
import type { Quota } from './quota.js';
import { Scope } from './scope.js';

/** Targets outside the configuration are kept up to this number: callers choose their names. */
const MAX_ADDRESSED = 1_000;
/** The same with those whose state matters: they are asked in vain once they are forgotten. */
const MAX_RESTING = 5_000;
/** Letters and digits of a digest. */
const DIGEST_LENGTH = 8;
/** Targets that are looked at to find one to forget. */
const LOOKED_AT = 20;

/** What a configuration changed. */
interface Changes {
  readonly providers: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  /** The former name of each provider that has another name now. */
  readonly formerNames: ReadonlyMap<string, string>;
}

/** Which scopes cover each target. */
export class ScopeRegistry {
  /** Until when the state of a target matters, epoch ms: it cools down, is exhausted, or has attempts in flight. Else 0. */
  readonly #mattersUntil: (target: string) => number;
  readonly #scopes = new Map<string, Scope>();
  /** Per target, the narrowest scope first. */
  #covers = new Map<string, readonly Scope[]>();
  /** The same of the configuration before, for requests that still end on it. */
  #retiredCovers: ReadonlyMap<string, readonly Scope[]> = new Map();
  /** The scopes of the configuration before, for targets outside the configuration: they register again when used. */
  #retiredScopes: ReadonlyMap<string, Scope> = new Map();
  /** Targets outside the configuration, the least recently used first; those whose state matters count as used. */
  readonly #addressed = new Set<string>();
  #declarations: readonly Declaration[] = [];
  readonly #fingerprints = new Map<string, string>();
  /** The account of each provider that the configuration names. */
  #accounts: ReadonlyMap<string, string> = new Map();
  /** The account of each scope. */
  readonly #accountOf = new Map<string, string>();
  /** The provider of each scope that belongs to one. */
  readonly #providerOf = new Map<string, string>();
  #sharedIds = new WeakMap<Scope, string>();
  /** Providers and accounts that the latest configuration changed. */
  #changed: Changes = { providers: new Set(), accounts: new Set(), formerNames: new Map() };

  constructor(mattersUntil: (target: string) => number) {
    this.#mattersUntil = mattersUntil;
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

  /** Returns the name of a scope for all processes; it has a digest of the account. `undefined` for a scope that was removed. */
  sharedId(scope: Scope): string | undefined {
    const known = this.#sharedIds.get(scope);
    if (known !== undefined || this.#scopes.get(scope.id) !== scope) return known;
    const provider = this.#providerOf.get(scope.id);
    const account = this.#accountOf.get(scope.id);
    const isOf = (each: string): boolean =>
      provider === undefined ? this.#accounts.get(each) === account : each === provider;
    const fingerprints = [...this.#fingerprints].filter(([each]) => isOf(each)).map(([, fingerprint]) => fingerprint);
    const id = `${scope.id} ${shortHash(fingerprints.sort().join(' '), DIGEST_LENGTH)}`;
    this.#sharedIds.set(scope, id);
    return id;
  }

  /** Returns the scope that all processes call so; `undefined` if this one does not have it. */
  shared(sharedId: string): Scope | undefined {
    const scope = this.#scopes.get(sharedId.slice(0, sharedId.lastIndexOf(' ')));
    return scope !== undefined && this.sharedId(scope) === sharedId ? scope : undefined;
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
    this.#accountOf.clear();
    this.#providerOf.clear();
    this.#sharedIds = new WeakMap();
    this.#accounts = new Map(accounts.map(({ provider, account = provider }) => [provider, account]));
    this.#changed = this.#changedBy(accounts);
    // The limits of a provider are those of its account.
    this.#declarations = declarations.map((each) => ({ ...each, scope: this.#accounts.get(each.scope) ?? each.scope }));
    for (const target of targets) this.#add(target);
    const declared = this.#declare(this.#declarations);
    for (const scope of this.#scopes.values()) {
      scope.quotas = scope.quotas.filter((quota) => isObserved(quota) || declared.has(keyOf(scope.id, quota)));
    }
    for (const covers of this.#covers.values()) endProbationWhereConfigured(covers);
  }

  /** Returns whether the target was not known. */
  register(target: TargetScopes, declarations: readonly Declaration[]): boolean {
    const id = target.target;
    // A set keeps the order of insertion: the target becomes the most recently used.
    if (this.#addressed.delete(id)) this.#addressed.add(id);
    if (this.#covers.has(id)) return false;
    this.#addressed.add(id);
    const added = this.#add(target);
    const configured = this.#declarations.filter(({ scope }) => added.includes(scope));
    this.#declare([...configured, ...declarations]);
    endProbationWhereConfigured(this.covering(id));
    if (this.#addressed.size > MAX_ADDRESSED) this.#evict(id);
    return true;
  }

  /** Returns the ids of the scopes that are new. */
  #add({ target, pool, key, provider, account = provider }: TargetScopes): readonly string[] {
    const added: string[] = [];
    const { providers, accounts, formerNames } = this.#changed;
    const scope = (id: string, kind: Scope['kind']): Scope => {
      const present = this.#scopes.get(id);
      if (present !== undefined) return present;
      const isOfProvider = kind === 'target' || kind === 'key';
      const isChanged = isOfProvider ? providers.has(provider) : accounts.has(account);
      const formerName = isOfProvider || account === provider ? formerNames.get(provider) : undefined;
      const formerId = formerName === undefined ? id : `${formerName}${id.slice(provider.length)}`;
      const created = (isChanged ? undefined : this.#retiredScopes.get(formerId)) ?? new Scope(id, kind);
      created.id = id;
      this.#scopes.set(id, created);
      this.#accountOf.set(id, account);
      if (isOfProvider) this.#providerOf.set(id, provider);
      added.push(id);
      return created;
    };
    const covers = [scope(target, 'target')];
    if (pool !== undefined) covers.push(scope(pool, 'pool'));
    if (key !== undefined) covers.push(scope(key, 'key'));
    covers.push(scope(account, 'provider'));
    this.#covers.set(target, covers);
    return added;
  }

  /** Forgets the least recently used target other than `newest`; one whose state matters only where there are too many. */
  #evict(newest: string): void {
    const evicted = this.#dispensable(newest);
    if (evicted === undefined) return;
    const scopes = this.covering(evicted);
    this.#addressed.delete(evicted);
    this.#covers.delete(evicted);
    for (const { id, kind } of scopes)
      if (kind === 'target' || (kind === 'pool' && !this.#isUsed(id))) this.#scopes.delete(id);
  }

  #dispensable(newest: string): string | undefined {
    let soonest: string | undefined;
    let earliest = Number.POSITIVE_INFINITY;
    let looked = 0;
    for (const target of this.#addressed) {
      if (looked++ === LOOKED_AT) break;
      if (target === newest) continue;
      const until = this.#mattersUntil(target);
      if (until === 0) return target;
      if (until < earliest) [soonest, earliest] = [target, until];
      this.#addressed.delete(target);
      this.#addressed.add(target);
    }
    return this.#addressed.size > MAX_RESTING ? soonest : undefined;
  }

  #isUsed(scope: string): boolean {
    for (const covers of this.#covers.values()) if (covers.some(({ id }) => id === scope)) return true;
    return false;
  }

  /** A provider that is new in a known account does not change the account. */
  #changedBy(accounts: readonly Account[]): Changes {
    const providers = new Set<string>();
    const [known, changed] = [new Set<string>(), new Set<string>()];
    const formerNames = formerNamesOf(accounts, this.#fingerprints);
    const fingerprints = new Map(this.#fingerprints);
    this.#fingerprints.clear();
    for (const { provider, account = provider, fingerprint } of accounts) {
      const before = fingerprints.get(formerNames.get(provider) ?? provider);
      if (before !== fingerprint) providers.add(provider);
      if (before !== undefined) known.add(account);
      if (before !== undefined && before !== fingerprint) changed.add(account);
      this.#fingerprints.set(provider, fingerprint);
    }
    for (const account of this.#accounts.values()) if (!known.has(account)) changed.add(account);
    return { providers, accounts: changed, formerNames };
  }

  /** Returns the amounts of the quotas that these declarations name, by key. */
  #declare(declarations: readonly Declaration[]): ReadonlyMap<string, number> {
    const declared = new Map<string, number>();
    for (const { scope: id, limits, source } of declarations) {
      const scope = this.#scopes.get(id);
      if (scope === undefined) continue;
      for (const limit of limits) {
        const parts = partsOf(limit);
        // A configured limit overrides what a provider type knows of free tiers.
        if (source === 'known' && declares(this.#declarations, id, this.#accountOf.get(id), parts.dimension)) continue;
        const quota = scope.declaredQuota(parts, source === 'manual' ? 'manual' : 'stated');
        if (quota.source === 'header' && quota.limit !== undefined) continue;
        quota.source = source;
        const key = keyOf(id, quota);
        const amount = Math.min(parts.amount, declared.get(key) ?? parts.amount);
        quota.declare(amount);
        declared.set(key, amount);
      }
    }
    return declared;
  }
}

/**
 * Returns the former name of each provider that was known by another name: the same fingerprint stands for the same key,
 * address and options.
 */
const formerNamesOf = (
  accounts: readonly Account[],
  fingerprints: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> => {
  const isKept = ({ provider, fingerprint }: Account): boolean => fingerprints.get(provider) === fingerprint;
  const kept = new Set(accounts.filter(isKept).map(({ provider }) => provider));
  const free = [...fingerprints].filter(([name]) => !kept.has(name));
  const formerNames = new Map<string, string>();
  for (const { provider, fingerprint } of accounts) {
    const at = kept.has(provider) ? -1 : free.findIndex(([, known]) => known === fingerprint);
    const [found] = at === -1 ? [] : free.splice(at, 1);
    if (found !== undefined) formerNames.set(provider, found[0]);
  }
  return formerNames;
};

/** A target needs no probation where the configuration limits it, its pool or its account. */
const endProbationWhereConfigured = (covers: readonly Scope[]): void => {
  if (covers.some(({ hasConfiguredLimit }) => hasConfiguredLimit)) covers[0]?.endProbation();
};

const isObserved = ({ source }: Quota): boolean => source === 'header' || source === 'learned';

const keyOf = (scope: string, { source, dimension, windowMs, calendar, costs }: Quota): string =>
  `${scope} ${source} ${dimension} ${windowMs} ${calendar?.key} ${costs?.key}`;
