import type { Declaration } from '../contract/quota.js';
import type { PreparedTarget } from '../engine/target.js';

/** The limits that a target's provider type knows of the free tier, for the target itself and for its pool. */
export const knownLimits = ({ id, scopes: { pool }, providerType }: PreparedTarget): Declaration[] => {
  const { knownLimits: own, knownPoolLimits } = providerType;
  const shared = pool === undefined ? undefined : knownPoolLimits?.[pool.slice(pool.indexOf('#') + 1)];
  return [
    ...(own === undefined ? [] : [{ scope: id, limits: own, source: 'known' } as const]),
    ...(pool === undefined || shared === undefined ? [] : [{ scope: pool, limits: shared, source: 'known' } as const]),
  ];
};
