import type { Signal } from '../../contract/quota.js';
import type { Need } from '../ledger.js';
import type { Quota } from './quota.js';
import { unitsOf } from './refusal.js';

/** Returns whether a refusal with this signal names the limit that is the reason. */
export const namesLimit = ({ limit, remaining }: Signal, knownLimit: number | undefined): boolean => {
  if (remaining !== undefined) return remaining < 1;
  // A body that names a quota without numbers, or a limit that was not known.
  return limit === undefined || limit !== knownLimit;
};

/**
 * Returns whether what is known of a quota explains that an attempt with this need was refused: no room, or a window that
 * may not have begun yet. The attempt still holds its tokens.
 */
export const explainsRefusal = (quota: Quota, target: string, need: Need, now: number): boolean => {
  const { dimension, source, limit } = quota;
  if (source === 'learned' || dimension === 'concurrent' || limit === undefined) return false;
  if (dimension === 'requests') return quota.isUnconfirmed || quota.left(now) < 1;
  // Estimates are not exact: with less than twice the need left, tokens may have been the reason.
  return quota.left(now) < unitsOf(target, need, quota);
};
