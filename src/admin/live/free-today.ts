import type { FreeToday, QuotaView, ShareUsed, TargetView } from '../../contract/admin-api.js';

const DAY = '1d';

/**
 * How much of the known free units of the day is used. Learned limits are guesses, and shorter limits say nothing about a
 * day: neither counts. If the tokens per day of a scope are known, its requests do not count. Quotas of an account, its
 * pools and its targets cover the same units: only the widest one counts, once.
 */
export const freeTodayOf = (targets: readonly TargetView[]): FreeToday => {
  const counted = { tokens: new Map<string, ShareUsed>(), requests: new Map<string, ShareUsed>() };
  let unknown = 0;
  for (const { state, quotas } of targets) {
    if (state === 'unconfigured' || state === 'disabled') continue;
    const daily = quotas.filter(isOfDay);
    const dimension = daily.some((quota) => quota.dimension === 'tokens') ? 'tokens' : 'requests';
    const widest = daily.filter((quota) => quota.dimension === dimension).sort(byWidth)[0];
    if (widest === undefined) unknown++;
    else counted[dimension].set(widest.scope, shareOf(widest));
  }
  return { ...sumOf('tokens', counted.tokens), ...sumOf('requests', counted.requests), unknown };
};

type DayQuota = QuotaView & { readonly limit: number };

const isOfDay = (quota: QuotaView): quota is DayQuota =>
  (quota.window === DAY || quota.calendar?.each === 'day') &&
  quota.limit !== undefined &&
  quota.source !== 'learned' &&
  (quota.dimension === 'tokens' || quota.dimension === 'requests');

/** Accounts first, then pools, then targets. Of two quotas of one scope, the tighter one. */
const byWidth = (one: DayQuota, other: DayQuota): number => widthOf(one) - widthOf(other) || one.limit - other.limit;

const widthOf = ({ scope }: QuotaView): number => (scope.includes('/') ? 2 : scope.includes('#') ? 1 : 0);

const shareOf = ({ limit, used, remaining = limit }: DayQuota): ShareUsed => ({
  used: Math.min(limit, Math.max(0, used ?? limit - remaining)),
  limit,
});

const sumOf = <K extends string>(name: K, shares: ReadonlyMap<string, ShareUsed>): { [key in K]?: ShareUsed } => {
  if (shares.size === 0) return {};
  const all = [...shares.values()];
  const used = all.reduce((sum, share) => sum + share.used, 0);
  const limit = all.reduce((sum, share) => sum + share.limit, 0);
  return { [name]: { used, limit } } as { [key in K]: ShareUsed };
};
