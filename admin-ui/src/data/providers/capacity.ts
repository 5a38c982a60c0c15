import type { QuotaView, TargetView } from '../../../../src/contract/admin-api.js';
import { partsOf } from '../format.js';
import { leftOf, shareLeft } from './quotas.js';

/** Tokens of a typical request, prompt and answer together: so that limits on tokens and on requests can be compared. */
export const TYPICAL_TOKENS = 1_000;

/** A part of the free capacity: targets with the same quota are one part. */
export interface Capacity {
  /** The target, or its pool or provider if that one's quota is the tightest. */
  readonly scope: string;
  readonly provider: string;
  readonly targets: readonly string[];
  /** How many typical requests its limits allow at once, with everything left; `undefined` if no limit is known. */
  readonly whole: number | undefined;
  /** How many of them are left; 0 while it rests. */
  readonly now: number;
  /** It cools down or is used up. */
  readonly rests: boolean;
  /** When more becomes available, epoch ms; absent if it is full or the time is unknown. */
  readonly moreAt?: number;
}

/** What is known of the free capacity together. */
export interface CapacitySum {
  /** Typical requests that the known limits allow at once. */
  readonly whole: number;
  readonly now: number;
  /** The share that is left, from 0 to 1; `undefined` if no limit is known. */
  readonly share: number | undefined;
  /** Targets without a known limit. They are not in the sums. */
  readonly unknown: readonly string[];
}

/** The free capacity of all targets that can be used; targets that share a quota count once. */
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

/** Adds up the parts with a known limit. Each counts as much as it could serve. */
export const sumOf = (parts: readonly Capacity[]): CapacitySum => {
  const known = parts.filter(({ whole }) => whole !== undefined);
  const whole = known.reduce((sum, part) => sum + (part.whole ?? 0), 0);
  const now = known.reduce((sum, part) => sum + part.now, 0);
  const unknown = parts.filter((part) => part.whole === undefined).flatMap(({ targets }) => targets);
  return { whole, now, share: whole > 0 ? now / whole : undefined, unknown };
};

/** The share of a part that is left, from 0 to 1. Of an unknown part, all or nothing. */
export const shareOf = ({ whole, now, rests }: Capacity): number => {
  if (whole === undefined) return rests ? 0 : 1;
  return whole > 0 ? now / whole : 0;
};

/** A quota, in typical requests. */
interface Measured {
  readonly quota: QuotaView;
  readonly whole: number;
  readonly now: number;
}

/** A quota in typical requests. Skips slots, which are free again after each request, and units, whose worth is unknown. */
const measured = (quota: QuotaView): readonly Measured[] => {
  const { dimension, limit } = quota;
  const left = leftOf(quota);
  if (limit === undefined || left === undefined || dimension === 'concurrent' || dimension === 'units') return [];
  const each = dimension === 'requests' ? 1 : TYPICAL_TOKENS;
  return [{ quota, whole: limit / each, now: Math.min(left, limit) / each }];
};

/** The quota with the smallest remaining share. */
export const tightest = (quotas: readonly QuotaView[]): QuotaView | undefined =>
  quotas.reduce<QuotaView | undefined>((found, quota) => {
    const share = shareLeft(quota);
    if (share === undefined || quota.dimension === 'concurrent') return found;
    return found === undefined || share < (shareLeft(found) ?? 1) ? quota : found;
  }, undefined);

const partOf = ({ target, state, until, quotas }: TargetView): Capacity => {
  const all = quotas.flatMap(measured);
  const smallest = all.reduce<Measured | undefined>(
    (found, each) => (found === undefined || each.now < found.now ? each : found),
    undefined,
  );
  const rests = state === 'exhausted';
  const isFull = smallest === undefined || smallest.now >= smallest.whole;
  const moreAt = rests ? until : isFull ? undefined : smallest.quota.resetAt;
  return {
    scope: smallest?.quota.scope ?? target,
    provider: partsOf(target).provider,
    targets: [target],
    whole: smallest === undefined ? undefined : Math.min(...all.map(({ whole }) => whole)),
    now: rests || smallest === undefined ? 0 : smallest.now,
    rests,
    ...(moreAt === undefined ? {} : { moreAt }),
  };
};

/** Targets that share a quota: together they can do what the best of them can. */
const joined = (one: Capacity, other: Capacity): Capacity => {
  const { moreAt: _, ...part } = one.now >= other.now ? one : other;
  const moreAt = [one.moreAt, other.moreAt].filter((at) => at !== undefined);
  return {
    ...part,
    targets: [...one.targets, ...other.targets],
    whole: one.whole === undefined ? other.whole : Math.max(one.whole, other.whole ?? 0),
    now: Math.max(one.now, other.now),
    rests: one.rests && other.rests,
    ...(moreAt.length === 0 ? {} : { moreAt: Math.min(...moreAt) }),
  };
};
