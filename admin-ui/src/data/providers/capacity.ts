import type { QuotaView, TargetView } from '../../../../src/contract/admin-api.js';
import { partsOf } from '../format.js';
import { shareLeft } from './quotas.js';

/** A part of the free capacity: targets with the same quota are one part. */
export interface Capacity {
  /** The target, or its pool or provider if that one's quota is the tightest. */
  readonly scope: string;
  readonly provider: string;
  readonly targets: readonly string[];
  /** The remaining share, from 0 to 1. */
  readonly left: number;
  /** When more becomes available, epoch ms; absent if it is full or the time is unknown. */
  readonly moreAt?: number;
  /** Its limits are unknown. */
  readonly unknown: boolean;
}

/** The free capacity of all usable targets; targets that share a quota count once. */
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

/** The remaining share of all parts, from 0 to 1. All parts have the same weight. */
export const leftOfAll = (parts: readonly Capacity[]): number =>
  parts.length === 0 ? 0 : parts.reduce((sum, { left }) => sum + left, 0) / parts.length;

/** The quota with the smallest remaining share. */
export const tightest = (quotas: readonly QuotaView[]): QuotaView | undefined =>
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
