import type { Duration, Signal } from '../../../contract/quota.js';
import type { ResponseHead } from '../../door/attempt.js';
import type { HeaderMeaning, HeaderMeanings, LimitHeader } from '../../door/limit-headers.js';
import { durationOf, headerOf, MOST_COUNT, numberOf, parseResetTime } from './headers.js';
import { readStructuredRateLimit } from './ietf-rate-limit.js';
import { clockOf, type ProviderClock } from './provider-clock.js';
import { windowOfSeconds } from './windows.js';

/** A common header. */
interface HeaderRow extends LimitHeader {
  /** The name does not say the window; `HeaderMeanings` or other headers may. */
  readonly unsuffixed?: 'requests' | 'tokens';
}

const WINDOWS = [
  ['second', '1s'],
  ['minute', '1m'],
  ['hour', '1h'],
  ['day', '1d'],
  ['week', '7d'],
  ['month', '30d'],
] as const;

const ROWS: readonly HeaderRow[] = [
  ...(['requests', 'tokens'] as const).flatMap((dimension): HeaderRow[] => [
    // Groq, OpenAI, Azure, Fireworks, SambaNova.
    { name: `x-ratelimit-*-${dimension}`, dimension, unsuffixed: dimension },
    // Cerebras, SambaNova, Mistral's tokens.
    ...WINDOWS.map(([unit, window]) => ({ name: `x-ratelimit-*-${dimension}-${unit}`, dimension, window })),
    { name: `anthropic-ratelimit-${dimension}-*`, dimension, window: '1m' },
  ]),
  ...WINDOWS.map(([unit, window]) => ({ name: `x-ratelimit-*-req-${unit}`, dimension: 'requests', window }) as const),
  { name: 'x-ratelimit-*-tokens-prompt', dimension: 'input_tokens' },
  { name: 'anthropic-ratelimit-input-tokens-*', dimension: 'input_tokens', window: '1m' },
  { name: 'anthropic-ratelimit-output-tokens-*', dimension: 'output_tokens', window: '1m' },
  // ModelScope: the day of the account, and of the model.
  { name: 'modelscope-ratelimit-requests-*', dimension: 'requests', window: '1d', scope: 'provider' },
  { name: 'modelscope-ratelimit-model-requests-*', dimension: 'requests', window: '1d' },
  // Cohere's trial: one countdown for all models.
  { name: 'x-trial-endpoint-call-*', dimension: 'requests', window: '1m', scope: 'provider' },
];

/** Generic names, read only if there are no specific ones. They count requests, never tokens. */
const BARE_ROWS: readonly HeaderRow[] = [
  // Kong and other gateways.
  ...WINDOWS.map(([unit, window]) => ({ name: `x-ratelimit-*-${unit}`, dimension: 'requests', window }) as const),
  { name: 'x-ratelimit-*', dimension: 'requests', unsuffixed: 'requests' },
  { name: 'x-rate-limit-*', dimension: 'requests', unsuffixed: 'requests' },
  { name: 'ratelimit-*', dimension: 'requests' },
];

/** The exhausted quota, by the name in Azure's `x-ratelimit-type`, which only a 429 has. */
const SPENT_TYPES: ReadonlyMap<string | undefined, Pick<Signal, 'dimension' | 'window' | 'scope'>> = new Map([
  ['UserByMinute', { dimension: 'requests', window: '1m', scope: 'provider' }],
  ['UserByModelByDay', { dimension: 'requests', window: '1d' }],
  ['UserConcurrentRequests', { dimension: 'concurrent', scope: 'provider' }],
]);

/** A row with its three names, made once. */
interface NamedRow extends HeaderRow {
  readonly names: { readonly limit: string; readonly remaining: string; readonly reset: string };
}

/** Rows, and which of them a header belongs to. */
interface RowTable {
  readonly rows: readonly NamedRow[];
  /** The positions of the rows with a limit, or what remains of it, in the header of this name. */
  readonly positions: ReadonlyMap<string, readonly number[]>;
}

const named = (row: HeaderRow): NamedRow => {
  const nameOf = (part: string): string => row.name.replace('*', part);
  return { ...row, names: { limit: nameOf('limit'), remaining: nameOf('remaining'), reset: nameOf('reset') } };
};

const tableOf = (rows: readonly NamedRow[]): RowTable => {
  const positions = new Map<string, number[]>();
  for (const [position, { names }] of rows.entries()) {
    for (const name of [names.limit, names.remaining]) positions.set(name, [...(positions.get(name) ?? []), position]);
  }
  return { rows, positions };
};

const NAMED_ROWS = ROWS.map(named);
const NAMED_BARE_ROWS = BARE_ROWS.map(named);
const TABLE = tableOf(NAMED_ROWS);
const BARE_TABLE = tableOf(NAMED_BARE_ROWS);

/** The rows of a provider, with the common rows that they do not replace. Worked out once for each provider type. */
const tableFor = ({ rows }: HeaderMeanings): RowTable => {
  if (rows === undefined) return TABLE;
  const known = TABLES_WITH_OWN.get(rows);
  if (known !== undefined) return known;
  const names = new Set(rows.map(({ name }) => name));
  const table = tableOf([...rows.map(named), ...NAMED_ROWS.filter(({ name }) => !names.has(name))]);
  TABLES_WITH_OWN.set(rows, table);
  return table;
};

const TABLES_WITH_OWN = new WeakMap<readonly LimitHeader[], RowTable>();

/** Adds a number to a list in ascending order, unless it is there. A few numbers need no `sort`, which takes longer. */
const insert = (list: number[], number: number): void => {
  if (list.includes(number)) return;
  list.push(number);
  for (let at = list.length - 1; at > 0 && (list[at - 1] as number) > number; at--) {
    list[at] = list[at - 1] as number;
    list[at - 1] = number;
  }
};

/** Adds the signals of the rows that the headers have something of, in the order of the table. */
const readRows = (
  headers: Headers,
  { rows, positions }: RowTable,
  clock: ProviderClock,
  meanings: HeaderMeanings,
  signals: Signal[],
): void => {
  let found: number[] | undefined;
  for (const name in headers) {
    const those = positions.get(name);
    if (those === undefined) continue;
    found ??= [];
    for (const position of those) insert(found, position);
  }
  // Most responses have none, or a few.
  if (found === undefined) return;
  for (const position of found) {
    const signal = signalOf(headers, rows[position] as NamedRow, clock, meanings);
    if (signal !== undefined) signals.push(signal);
  }
};

/** The headers of every known limit. */
export const HEADER_ROWS: readonly NamedRow[] = [...NAMED_ROWS, ...NAMED_BARE_ROWS];

type Headers = ResponseHead['headers'];

/**
 * Reads all known rate-limit headers. A signal has no `window` if neither a header nor `meanings` states it. A reset is at most
 * one window away, and an absolute one is corrected by the provider's own clock.
 * @returns `undefined` if there are no such headers
 */
export const readRateLimitHeaders = (
  head: ResponseHead,
  meanings: HeaderMeanings = NO_MEANINGS,
): Signal[] | undefined => signalsIn(head.headers, clockOf(head), meanings);

const NO_MEANINGS: HeaderMeanings = {};

/** The signals of headers that came in a response, or in its body. @see readRateLimitHeaders */
export const signalsIn = (headers: Headers, clock: ProviderClock, meanings: HeaderMeanings): Signal[] | undefined => {
  const signals: Signal[] = [];
  readRows(headers, tableFor(meanings), clock, meanings, signals);
  if (headers.ratelimit !== undefined) signals.push(...readStructuredRateLimit(headers, clock.at));
  if (headers['x-ratelimit-type'] !== undefined) signals.push(...spentType(headers, clock));
  if (signals.length === 0) readRows(headers, BARE_TABLE, clock, meanings, signals);
  return signals.length > 0 ? signals : undefined;
};

/**
 * When a quota resets by a header that may have neither limit nor remaining beside it, epoch ms. The window of the header is that of
 * the quota, or not stated.
 */
export const resetOfQuota = (
  headers: Headers,
  quota: Pick<Signal, 'dimension' | 'window'>,
  clock: ProviderClock,
  meanings: HeaderMeanings,
): number | undefined => {
  const resets = tableFor(meanings)
    .rows.filter(({ dimension }) => dimension === quota.dimension)
    .flatMap((row) => {
      const { window, refills } = meaningOf(headers, row, meanings);
      const fits = refills === undefined && (window === undefined || window === quota.window);
      const resetAt = fits ? resetOf(headers, row, clock, quota.window) : undefined;
      return resetAt === undefined ? [] : [{ resetAt, exact: window !== undefined }];
    });
  return (resets.find(({ exact }) => exact) ?? resets[0])?.resetAt;
};

/** The earliest reset of headers without limit and remaining, and of the bare ones, epoch ms. Together sends only a reset. */
export const loneReset = (headers: Headers, clock: ProviderClock, meanings: HeaderMeanings): number | undefined => {
  const lone = tableFor(meanings)
    .rows.filter(
      ({ names }) => headerOf(headers, names.limit) === undefined && headerOf(headers, names.remaining) === undefined,
    )
    .filter((row) => meaningOf(headers, row, meanings).refills === undefined);
  for (const rows of [NAMED_BARE_ROWS, lone]) {
    const resets = rows
      .map((row) => resetOf(headers, row, clock, meaningOf(headers, row, meanings).window))
      .filter((resetAt) => resetAt !== undefined && resetAt > clock.at);
    if (resets.length > 0) return Math.min(...(resets as number[]));
  }
  return undefined;
};

const signalOf = (
  headers: Headers,
  row: NamedRow,
  clock: ProviderClock,
  meanings: HeaderMeanings,
): Signal | undefined => {
  const limit = countOf(numberOf(headers, row.names.limit));
  const remaining = countOf(numberOf(headers, row.names.remaining));
  // A reset alone means nothing: Together sends one with every response.
  if (limit === undefined && remaining === undefined) return undefined;
  const { window, refills, byRule } = meaningOf(headers, row, meanings);
  if (byRule) return undefined;
  const signal: { -readonly [Name in keyof Signal]: Signal[Name] } = {
    dimension: row.dimension,
    limit,
    remaining,
    resetAt: resetOf(headers, row, clock, window),
  };
  if (window !== undefined) signal.window = window;
  if (row.scope !== undefined) signal.scope = row.scope;
  if (refills !== undefined) signal.refills = refills;
  return signal;
};

const meaningOf = (headers: Headers, row: NamedRow, meanings: HeaderMeanings): HeaderMeaning =>
  row.unsuffixed === undefined ? row : (meanings[row.unsuffixed] ?? windowOfOthers(headers, row.unsuffixed));

const resetOf = (headers: Headers, { names }: NamedRow, { at, ahead }: ProviderClock, window?: Duration) =>
  withinWindow(parseResetTime(headerOf(headers, names.reset), at, ahead), window, at);

/** A reset at most one window after `at`. A month has up to 31 days. */
export const withinWindow = (
  resetAt: number | undefined,
  window: Duration | undefined,
  at: number,
): number | undefined => {
  const span = window === undefined ? undefined : durationOf(window === '30d' ? '31d' : window);
  return resetAt === undefined || span === undefined ? resetAt : Math.min(resetAt, at + span);
};

/** The window of headers without one in their name, if other headers state it. */
const windowOfOthers = (headers: Headers, dimension: 'requests' | 'tokens'): HeaderMeaning => {
  const { renewal, day } = OTHERS[dimension];
  const window = windowOfSeconds(numberOf(headers, renewal) ?? 0);
  if (window !== undefined) return { window };
  // SambaNova: beside headers per day, the plain ones are per minute.
  return numberOf(headers, day) === undefined ? UNKNOWN : PER_MINUTE;
};

const OTHERS = {
  requests: { renewal: 'x-ratelimit-renewalperiod-requests', day: 'x-ratelimit-limit-requests-day' },
  tokens: { renewal: 'x-ratelimit-renewalperiod-tokens', day: 'x-ratelimit-limit-tokens-day' },
} as const;
const UNKNOWN: HeaderMeaning = {};
const PER_MINUTE: HeaderMeaning = { window: '1m' };

const spentType = (headers: Headers, { at, ahead }: ProviderClock): Signal[] => {
  const spent = SPENT_TYPES.get(headerOf(headers, 'x-ratelimit-type'));
  const resetAt = parseResetTime(headerOf(headers, 'x-ratelimit-timeremaining'), at, ahead);
  return spent === undefined || resetAt === undefined ? [] : [{ ...spent, remaining: 0, resetAt }];
};

/** Some providers send -1 for "no limit". */
const countOf = (count: number | undefined): number | undefined =>
  count === undefined || count < 0 || count > MOST_COUNT ? undefined : count;
