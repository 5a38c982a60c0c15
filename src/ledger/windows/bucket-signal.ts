import type { Signal } from '../../contract/quota.js';

/** Units a ms that a bucket gets back: from the moment at which it is said to be full, else from limit and window. */
export const refillRate = (
  { resetAt }: Signal,
  level: number,
  limit: number,
  windowMs: number,
  now: number,
): number => {
  if (resetAt !== undefined && resetAt > now && limit > level) return (limit - level) / (resetAt - now);
  return limit / windowMs;
};

/** A bucket that says when it is full has said how full it is. */
export const levelOf = (
  { refills, resetAt, limit }: Signal,
  windowMs: number | undefined,
  now: number,
): number | undefined => {
  if (!refills || resetAt === undefined || limit === undefined || windowMs === undefined) return undefined;
  return Math.max(0, Math.floor(limit * (1 - Math.max(0, resetAt - now) / windowMs)));
};
