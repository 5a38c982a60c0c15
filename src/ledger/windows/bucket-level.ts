import type { Signal } from '../../contract/quota.js';

/** Returns the units left of a bucket that states only when it is full; `undefined` when even that is missing. */
export const bucketLevel = (
  { refills, resetAt, limit }: Signal,
  windowMs: number | undefined,
  now: number,
): number | undefined => {
  if (!refills || resetAt === undefined || limit === undefined || windowMs === undefined) return undefined;
  return Math.max(0, Math.floor(limit * (1 - Math.max(0, resetAt - now) / windowMs)));
};
