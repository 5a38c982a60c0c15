import type { QuotaView } from '../../../../src/contract/admin-api.js';
import { calendarText } from './limit-draft.js';

/** The remaining units; `undefined` if unknown. */
export const leftOf = ({ limit, remaining, used }: QuotaView): number | undefined => {
  const left = remaining ?? (limit !== undefined && used !== undefined ? limit - used : undefined);
  return left === undefined ? undefined : Math.max(0, left);
};

/** The remaining share, from 0 to 1; `undefined` if unknown. */
export const shareLeft = (quota: QuotaView): number | undefined => {
  const left = leftOf(quota);
  if (left === undefined || quota.limit === undefined || quota.limit <= 0) return undefined;
  return Math.min(1, left / quota.limit);
};

/** The words for the sources of limits. */
export const SOURCES: Readonly<Record<QuotaView['source'], string>> = {
  header: 'stated by the provider',
  manual: 'configured',
  learned: 'learned from refusals',
  known: 'from the catalogue',
};

/** The name of a quota: `requests per 1m`, `requests each day (Los Angeles)`, `requests at once`. */
export const quotaName = ({ dimension, window, calendar }: QuotaView): string => {
  if (dimension === 'concurrent') return 'requests at once';
  const what = dimension.replace('_', ' ');
  if (calendar !== undefined) return `${what} ${calendarText(calendar)}`;
  return window === undefined ? what : `${what} per ${window}`;
};
