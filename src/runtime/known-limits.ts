import type { Declaration, Limit } from '../contract/quota.js';
import type { PreparedTarget } from '../engine/target.js';
import type { KnownLimit } from '../plugin/index.js';
import { omit } from '../plugin/readers/headers/headers.js';

/** The limits that a target's provider type knows of the free tier, for the target itself, its pool and its provider. */
export const knownLimits = (target: PreparedTarget): Declaration[] => {
  const limits = new Map<string, Limit[]>();
  for (const known of target.providerType.knownLimits ?? []) {
    const scope = scopeOf(known, target);
    if (scope === undefined) continue;
    const limit = omit(known, 'scope', 'pool', 'model', 'keyless', 'source', 'date') as Limit;
    limits.set(scope, [...(limits.get(scope) ?? []), limit]);
  }
  return [...limits].map(([scope, of]) => ({ scope, limits: of, source: 'known' }));
};

/** The id of what a known limit holds for; `undefined` if that is nothing of this target. */
const scopeOf = (
  { scope, pool, model, keyless }: KnownLimit,
  { scopes, headers, keyHeader, ...target }: PreparedTarget,
): string | undefined => {
  if (keyless !== undefined && keyless !== (headers[keyHeader] === undefined)) return undefined;
  if (model?.test(target.model) === false) return undefined;
  if (pool !== undefined) return scopes.pool === `${target.account}#${pool}` ? scopes.pool : undefined;
  return scopes[scope ?? 'target'];
};
