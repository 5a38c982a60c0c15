import type { RequestRecord } from '../../../../src/contract/requests.js';

/** Selects requests, as the address of the page says it. `status` is one status, `answered` or `failed`. */
export interface RequestFilter {
  readonly search?: string | undefined;
  /** A name of `RANGES`. */
  readonly range?: string | undefined;
  /** An own period: the first moment, and the first one after it, such as `2026-11-24T13:00Z`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly chain?: string | undefined;
  readonly provider?: string | undefined;
  readonly status?: string | undefined;
}

const NAMES = ['search', 'range', 'from', 'to', 'chain', 'provider', 'status'] as const;
/** The first status of a failed request. */
const FIRST_FAILURE = 400;
const HOUR_MS = 3_600_000;

interface Range {
  readonly value: string;
  readonly text: string;
  /** When it begins, epoch ms. */
  readonly start: (now: number) => number;
}

/** Periods that end now. */
export const RANGES: readonly Range[] = [
  { value: '1h', text: 'Last hour', start: (now) => now - HOUR_MS },
  { value: 'today', text: 'Today', start: (now) => new Date(now).setHours(0, 0, 0, 0) },
  { value: '7d', text: 'Last 7 days', start: (now) => now - 7 * 24 * HOUR_MS },
];

/** The filter of an address such as `?chain=default&status=failed`. */
export const filterOf = (search: string): RequestFilter => {
  const asked = new URLSearchParams(search);
  return Object.fromEntries(NAMES.map((name) => [name, asked.get(name)?.trim() || undefined]));
};

/** The query of a page's address: `?chain=default`, or empty. */
export const searchOf = (filter: RequestFilter): string => {
  const text = new URLSearchParams(setFields(filter)).toString();
  return text === '' ? '' : `?${text}`;
};

/** The parameters of `GET /requests`. Periods that end now begin at a moment that depends on `now`. */
export const queryOf = (filter: RequestFilter, now: number): Readonly<Record<string, string | number>> => {
  const { range, from, to, ...others } = filter;
  const [start, end] = periodOf(filter, now);
  return {
    ...setFields(others),
    ...(start !== undefined && { from: start }),
    ...(end !== undefined && { to: end }),
  };
};

/** The period of a filter, epoch ms: from the first moment to before the second. Invalid times are none. */
const periodOf = (
  { range, from, to }: RequestFilter,
  now: number,
): readonly [number | undefined, number | undefined] => {
  const start = RANGES.find(({ value }) => value === range)?.start(now);
  return start === undefined ? [momentOf(from), momentOf(to)] : [start, undefined];
};

const momentOf = (text: string | undefined): number | undefined => {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
};

/** The set fields of a filter in a fixed order. */
const setFields = (filter: RequestFilter): Readonly<Record<string, string>> =>
  Object.fromEntries(NAMES.flatMap((name) => (filter[name] === undefined ? [] : [[name, filter[name]]])));

/** Whether a request that ended just now matches the filter, by the rules of the server. */
export const fits = (request: RequestRecord, filter: RequestFilter, now: number): boolean => {
  const { chain, provider, status, search = '' } = filter;
  const [from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY] = periodOf(filter, now);
  if (request.at < from || request.at >= to) return false;
  if (chain !== undefined && request.chain !== chain) return false;
  if (provider !== undefined && request.provider !== provider) return false;
  if (status === 'answered' && request.status >= FIRST_FAILURE) return false;
  if (status === 'failed' && request.status < FIRST_FAILURE) return false;
  if (status !== undefined && !ENDS.has(status) && request.status !== Number(status)) return false;
  return search === '' || hasWords(request, search.toLowerCase().split(/\s+/));
};

const ENDS: ReadonlySet<string> = new Set(['answered', 'failed']);

const hasWords = (request: RequestRecord, words: readonly string[]): boolean => {
  const { id, chain, keyLabel, refusal = '', target = '', attempts } = request;
  const texts = [id, chain, keyLabel, refusal, target];
  for (const attempt of attempts) texts.push(attempt.target, attempt.reason ?? '', attempt.class ?? '');
  return words.every((word) => texts.some((text) => text.toLowerCase().includes(word)));
};

/** A moment in an address, to the minute: `2026-11-24T13:00Z`. Empty fields of a form are no moment. */
export const momentText = (at: Date): string | undefined =>
  Number.isNaN(at.getTime()) ? undefined : `${at.toISOString().slice(0, 16)}Z`;

/** The value of a `datetime-local` for a moment of an address. */
export const localValue = (moment: string | undefined): string => {
  const at = momentOf(moment);
  if (at === undefined) return '';
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
};
