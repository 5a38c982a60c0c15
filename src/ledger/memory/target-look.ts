import type { Need, Refusal, TargetStatus, TokenRoom } from '../ledger.js';
import { longer, QuotaRefusal } from './refusal.js';
import type { Scope } from './scope.js';

const REMOVED: Refusal = {
  granted: false,
  code: 'disabled',
  reason: 'no longer in the configuration',
  retryAt: Number.POSITIVE_INFINITY,
};

const ONE_REQUEST: Need = { tokens: 0, inputTokens: 0 };

/** The scopes that cover one target, the narrowest first; none when it was removed. */
type Scopes = readonly Scope[];

/** Returns why a target may not be asked now; of several reasons, the one that lasts longest. */
export const refusalIn = (
  scopes: Scopes,
  target: string,
  need: Need,
  now: number,
  skipProbation = false,
): Refusal | undefined => {
  if (scopes.length === 0) return REMOVED;
  let refusal: Refusal | undefined;
  for (const scope of scopes) {
    const found = scope.refuse(target, need, now, skipProbation);
    if (found !== undefined) refusal = longer(refusal, found);
  }
  return refusal;
};

/**
 * Returns until when a target refuses every request as it does now, epoch ms; `undefined` if the refusal depends on what a
 * request needs or on what is in flight. A scope without quotas gives no reason that lasts longer than a cooldown.
 */
export const steadyUntil = (scopes: Scopes, now: number): number | undefined => {
  let until: number | undefined;
  for (const scope of scopes) {
    const restsUntil = scope.restsUntil(now);
    if (restsUntil !== undefined) until = Math.min(until ?? restsUntil, restsUntil);
    else if (scope.quotas.length > 0) return undefined;
  }
  return until;
};

export const tokenRoomIn = (scopes: Scopes, now: number): TokenRoom => {
  let [limit, left] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const { quotas } of scopes) {
    for (const quota of quotas) {
      if (quota.dimension !== 'tokens' || quota.limit === undefined || quota.limit <= 0) continue;
      const room = quota.left(now);
      limit = Math.min(limit, quota.limit);
      left = Math.min(left, Number.isFinite(room) ? Math.max(0, room) : quota.limit);
    }
  }
  return { limit, left };
};

export const shareUsedIn = (scopes: Scopes, now: number): number => {
  let most = 0;
  for (const { quotas } of scopes) for (const quota of quotas) most = Math.max(most, quota.shareUsed(now));
  return most;
};

export const statusIn = (scopes: Scopes, target: string, now: number): TargetStatus => {
  const inFlight = scopes[0]?.inFlight ?? 0;
  const quotas = scopes.flatMap((scope) => scope.quotas.map((quota) => quota.status(scope.id, now)));
  const refusal = refusalIn(scopes, target, ONE_REQUEST, now);
  const probing = refusal === undefined ? scopes.some((scope) => scope.isProbing(now)) : waitsForProbe(refusal);
  if (refusal === undefined || probing) {
    const state = quotas.length > 0 ? 'tracking' : 'available';
    return { target, state, probing, reason: refusal?.reason, inFlight, quotas };
  }
  const { code, reason, retryAt } = refusal;
  const state = code === 'disabled' ? 'disabled' : 'exhausted';
  return { target, state, probing, reason, until: retryAt, inFlight, quotas };
};

/** Only our own caution is in the way: an attempt in flight finds out whether the target answers. */
const waitsForProbe = (refusal: Refusal): boolean =>
  refusal instanceof QuotaRefusal
    ? refusal.waitsForProbe
    : refusal.code === 'probing' || refusal.code === 'first_contact';
