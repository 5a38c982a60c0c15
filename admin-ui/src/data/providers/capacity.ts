import type { QuotaView, TargetView } from '../../../../src/contract/admin-api.js';
import { partsOf } from '../format.js';
import { shareLeft } from './quotas.js';

/** A part of all free capacity: what draws on the same quota is one part. */
export interface Capacity {
  /** A target, or the pool or provider whose quota binds it. */
  readonly scope: string;
  readonly provider: string;
  readonly targets: readonly string[];
  /** From 0 to 1. */
  readonly left: number;
  /** When there is more, epoch ms; absent when it is full or nobody knows. */
  readonly moreAt?: number;
  /** Nothing is known against it, and nothing about it. */
  readonly unknown: boolean;
}

/** Free capacity over all targets that could be used, what shares a quota taken together. */
export const capacityOf = (targets: readonly TargetView[]): readonly Capacity[] => {
  const parts = new Map<string, Capacity>();
  for (const target of targets) {
    if (target.state === 'unconfigured' || target.state === 'disabled') continue;
    const part = partOf(target);
    const known = parts.get(part.scope);
    parts.set(part.scope, known === undefined ? part : joined(known, part));
  }
  return [...parts.values()];
};

/** The share of all free capacity that is left, from 0 to 1; each part counts the same. */
export const leftOfAll = (parts: readonly Capacity[]): number =>
  parts.length === 0 ? 0 : parts.reduce((sum, { left }) => sum + left, 0) / parts.length;

/** The quota of which the least is left: the one that ends first. */
const tightest = (quotas: readonly QuotaView[]): QuotaView | undefined =>
  quotas.reduce<QuotaView | undefined>((found, quota) => {
    const share = shareLeft(quota);
    if (share === undefined || quota.dimension === 'concurrent') return found;
    return found === undefined || share < (shareLeft(found) ?? 1) ? quota : found;
  }, undefined);

const partOf = ({ target, state, until, quotas }: TargetView): Capacity => {
  const quota = tightest(quotas);
  const rests = state === 'exhausted';
  const moreAt = rests ? until : quota !== undefined && shareLeft(quota) !== 1 ? quota.resetAt : undefined;
  return {
    scope: quota?.scope ?? target,
    provider: partsOf(target).provider,
    targets: [target],
    left: rests ? 0 : quota === undefined ? 1 : (shareLeft(quota) ?? 1),
    ...(moreAt === undefined ? {} : { moreAt }),
    unknown: quota === undefined && !rests,
  };
};

const joined = (one: Capacity, other: Capacity): Capacity => ({
  ...one,
  targets: [...one.targets, ...other.targets],
  left: Math.max(one.left, other.left),
  unknown: one.unknown && other.unknown,
});
