import type { Dimension } from '../../contract/quota.js';
import type { QuotaSource } from '../ledger.js';
import type { Quota, QuotaTerms } from './quota.js';

/** `stated`: from a response or a provider type. */
export type QuotaKind = 'manual' | 'stated' | 'learned';

const KINDS: Readonly<Record<QuotaSource, QuotaKind>> = {
  manual: 'manual',
  known: 'stated',
  header: 'stated',
  learned: 'learned',
};

/** Returns the quota of this dimension, window and kind. `terms`: of a declared limit, which must be the same. */
export const findQuota = (
  quotas: readonly Quota[],
  dimension: Dimension,
  windowMs: number | undefined,
  kind: QuotaKind,
  terms?: QuotaTerms,
): Quota | undefined =>
  quotas.find(
    (quota) =>
      quota.dimension === dimension &&
      quota.windowMs === windowMs &&
      KINDS[quota.source] === kind &&
      (terms === undefined || hasTerms(quota, terms)),
  );

const hasTerms = (quota: Quota, { calendar, costs }: QuotaTerms): boolean =>
  quota.calendar?.key === calendar?.key && quota.costs?.key === costs?.key;
