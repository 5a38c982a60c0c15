import type { HoldRefusal, HoldRequest, ScopeDemand, UnitDemand } from '../../plugin/door/unit-store.js';
import type { Candidate, Refusal } from '../ledger.js';
import type { Quota } from '../memory/quota.js';
import { QuotaRefusal, unitsOf } from '../memory/refusal.js';
import type { Scope } from '../memory/scope.js';
import { quotaId } from './quota-id.js';

/** How many attempts all processes were served of a target, where a limit may have to be learned from it. */
export const SERVED = 'served';
const SERVED_WINDOW = { kind: 'fixed', ms: 86_400_000 } as const;

/** A limit that a test goes beyond. */
const BEYOND = 1e15;

/** A quota, and what it is called in the store. */
export interface SharedQuota {
  readonly scope: string;
  readonly quota: string;
}

/** What is asked of the store for one candidate. */
export interface Ask {
  readonly index: number;
  readonly candidate: Candidate;
  readonly request: HoldRequest;
  /** The scopes of the request, in the same order. */
  readonly scopes: readonly Scope[];
  readonly quotas: ReadonlyMap<Quota, SharedQuota>;
}

/** Returns what the store is asked for a candidate that the local ledger has room for. */
export const askFor = (
  candidate: Candidate,
  index: number,
  scopes: readonly Scope[],
  sharedId: (scope: Scope) => string | undefined,
  now: number,
  skipProbation: boolean,
): Ask => {
  const { target, need } = candidate;
  const quotas = new Map<Quota, SharedQuota>();
  const demands = scopes.map((scope): ScopeDemand => {
    const id = sharedId(scope) ?? scope.id;
    const wanted: UnitDemand[] = [];
    for (const quota of scope.quotas) {
      // Each process learns its own share of slots.
      if (quota.limit === undefined || (quota.source === 'learned' && quota.dimension === 'concurrent')) continue;
      const demand = demandOf(scope, quota, unitsOf(target, need, quota), now);
      quotas.set(quota, { scope: id, quota: demand.quota });
      wanted.push(demand);
    }
    if (scope.learnsTogether) wanted.push({ quota: SERVED, units: 1, limit: BEYOND, window: SERVED_WINDOW });
    return { scope: id, demands: wanted, mostUnanswered: scope.mostUnanswered(now, skipProbation) };
  });
  return { index, candidate, request: { target, scopes: demands }, scopes, quotas };
};

const demandOf = (scope: Scope, quota: Quota, units: number, now: number): UnitDemand => {
  const limit = quota.limit as number;
  const shared = { quota: quotaId(quota), units, window: quota.shape(now) };
  if (!isTest(scope, quota, units, now)) return { ...shared, limit, mostHeld: quota.mostHeld };
  // Of all processes, one tests whether the limit still holds.
  return { ...shared, limit: BEYOND, mostHeld: quota.dimension === 'concurrent' ? undefined : units };
};

const isTest = (scope: Scope, quota: Quota, units: number, now: number): boolean =>
  quota.room(now) < units && scope.mayExceed(quota, units, now);

/** Returns a refusal of the store in the words of the local ledger. */
export const refusalFor = (
  { candidate: { target, need }, request, scopes, quotas }: Ask,
  { scope: id, code, quota: quotaName, left = 0, retryAt }: HoldRefusal,
  now: number,
): Refusal => {
  const scope = scopes[request.scopes.findIndex((each) => each.scope === id)] ?? (scopes[0] as Scope);
  if (code === 'cooldown')
    return { granted: false, code, reason: `${scope.prefix}it cools down, as another process found`, retryAt };
  const [quota] = [...quotas].find(([, shared]) => shared.scope === id && shared.quota === quotaName) ?? [];
  if (quota === undefined) return scope.waitRefusal(now);
  const counted = { left, retryAt, isChecking: code === 'waiting' };
  return new QuotaRefusal(scope.prefix, quota, unitsOf(target, need, quota), now, counted);
};
