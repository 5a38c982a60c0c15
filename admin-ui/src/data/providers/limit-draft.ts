import type { Calendar, Costs, Limit } from '../../../../src/contract/quota.js';
import { durationMs } from '../durations.js';

export type Counted = 'requests' | 'tokens' | 'input_tokens' | 'output_tokens' | 'units' | 'concurrent';

/** A limit while the user types it. */
export interface LimitDraft {
  readonly dimension: Counted;
  readonly amount: string;
  /** `rolling`: the last span of `per`. */
  readonly span: 'rolling' | Calendar['each'];
  readonly per: string;
  readonly zone: string;
  /** A day of the month, or a date. */
  readonly from: string;
  /** For units. */
  readonly costs: Costs | undefined;
}

/** What a limit can count, with the words for it. */
export const COUNTED: readonly (readonly [Counted, string])[] = [
  ['requests', 'requests'],
  ['tokens', 'tokens'],
  ['input_tokens', 'input tokens'],
  ['output_tokens', 'output tokens'],
  ['units', 'units'],
  ['concurrent', 'requests at once'],
];

export const NEW_LIMIT: LimitDraft = {
  dimension: 'requests',
  amount: '',
  span: 'rolling',
  per: '1m',
  zone: '',
  from: '',
  costs: undefined,
};

export const draftOf = (limit: Limit): LimitDraft => {
  const [dimension] = COUNTED.find(([each]) => each in limit) ?? ['requests'];
  const amount = String((limit as Partial<Record<Counted, number>>)[dimension]);
  const draft = { ...NEW_LIMIT, dimension, amount, ...('costs' in limit && { costs: limit.costs }) };
  if ('each' in limit) {
    const { each, zone = '', from = '' } = limit;
    return { ...draft, span: each, zone, from: String(from) };
  }
  return { ...draft, per: 'per' in limit ? limit.per : '' };
};

/** The limit; `undefined` while it is incomplete. */
export const limitOf = ({ dimension, amount, span, per, zone, from, costs }: LimitDraft): Limit | undefined => {
  const count = Number(amount);
  const isWhole = Number.isInteger(count) || dimension === 'units';
  if (amount.trim() === '' || !isWhole || count < (dimension === 'units' ? Number.MIN_VALUE : 1)) return undefined;
  if (dimension === 'concurrent') return { concurrent: count };
  if (dimension === 'units' && costs === undefined) return undefined;
  if (span === 'rolling' && (durationMs(per) ?? 0) === 0) return undefined;
  if (zone !== '' && !isZone(zone)) return undefined;
  const begin = span === 'month' ? Number(from) : from;
  const window =
    span === 'rolling'
      ? { per }
      : { each: span, ...(zone !== '' && { zone }), ...(from !== '' && span !== 'day' && { from: begin }) };
  return { [dimension]: count, ...window, ...(dimension === 'units' && { costs }) } as unknown as Limit;
};

/** Returns whether the browser knows this time zone. */
export const isZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
};

/** The names of all time zones. */
export const ZONES: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** A calendar in words: `each day (Los Angeles)`, `each month from day 15 (UTC)`, `each week from Thursday (UTC)`. */
export const calendarText = ({ each, zone = 'UTC', from }: Calendar): string => {
  const place = zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');
  const day = each === 'week' ? WEEKDAYS[new Date(String(from)).getUTCDay()] : `day ${from}`;
  return `each ${each}${from === undefined ? '' : ` from ${day}`} (${place})`;
};

/** The window of a limit in words: `per 1m`, `each day (Los Angeles)`. Empty for requests at once. */
export const windowText = (limit: Limit): string => {
  if ('each' in limit) return calendarText(limit);
  return 'per' in limit ? `per ${limit.per}` : '';
};
