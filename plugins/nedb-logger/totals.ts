import type { FailureClass, RequestAttempt, RequestRecord, Totals, UsageReport } from '429chain/plugin';
import { bucketOf, type Histogram, quantileOf } from './histogram.js';

/** Totals that are being counted. Their names are short to keep the file small. */
interface Counts {
  requests: number;
  failures: number;
  cancelled: number;
  failedAttempts: Partial<Record<FailureClass, number>>;
  promptTokens: number;
  completionTokens: number;
  rateLimited: number;
  avoided: number;
  saved: number;
  latency: Histogram;
}

const GROUPS = ['providers', 'chains', 'targets'] as const;
type Group = (typeof GROUPS)[number];

/** The totals of one day, and the records that they cover. */
export interface DayTotals {
  readonly day: string;
  /** By the segment's number: how many of its records are counted. */
  readonly counted: Record<string, number>;
  /** Whether every record of the day is counted. */
  closed: boolean;
  readonly total: Counts;
  readonly providers: Record<string, Counts>;
  readonly chains: Record<string, Counts>;
  readonly targets: Record<string, Counts>;
}

/** The most names that are counted separately: callers choose the names of models. */
const MOST_NAMES = 500;
const OTHERS = '(others)';
const LEFT_FIRST = 499;
const LIMITS: ReadonlySet<FailureClass | undefined> = new Set(['rate_limit', 'quota']);

const emptyCounts = (): Counts => ({
  requests: 0,
  failures: 0,
  cancelled: 0,
  failedAttempts: {},
  promptTokens: 0,
  completionTokens: 0,
  rateLimited: 0,
  avoided: 0,
  saved: 0,
  latency: {},
});

export const emptyDay = (day: string): DayTotals => ({
  day,
  counted: {},
  closed: false,
  total: emptyCounts(),
  providers: names(),
  chains: names(),
  targets: names(),
});

/** An object without prototype: a chain may be named `constructor`. */
const names = (from: Record<string, Counts> = {}): Record<string, Counts> => Object.assign(Object.create(null), from);

/** Parses the file of a day. @throws if it is damaged */
export const parseDay = (text: string, day: string): DayTotals => {
  const value = JSON.parse(text) as DayTotals;
  if (value.day !== day || typeof value.total?.requests !== 'number')
    throw new Error('it does not contain the totals of its day');
  const [providers, chains, targets] = [names(value.providers), names(value.chains), names(value.targets)];
  return { ...value, providers, chains, targets };
};

/** Adds one request to its day. */
export const count = (day: DayTotals, record: RequestRecord): void => {
  const saved = isSaved(record);
  countRequest(day.total, record, saved);
  // A request that was refused before its chain was known counts for no chain.
  if (record.chain !== '') countRequest(named(day, 'chains', record.chain), record, saved);
  const pairs = PAIRS.get(day) ?? new Map<string, Pair>();
  PAIRS.set(day, pairs);
  const asked: Counts[] = [];
  for (const attempt of record.attempts) {
    const { target, provider } = pairOf(day, pairs, attempt.target);
    countFor(target, attempt, asked);
    countFor(provider, attempt, asked);
  }
  if (record.target === undefined) return;
  const { target, provider } = pairOf(day, pairs, record.target);
  countServed(target, record, saved);
  countServed(provider, record, saved);
};

/** What an attempt counts for, besides everything and its chain. */
interface Pair {
  readonly target: Counts;
  readonly provider: Counts;
}

/** By the day and the target: a long chain looks for hundreds of them per request. */
const PAIRS = new WeakMap<DayTotals, Map<string, Pair>>();

const pairOf = (day: DayTotals, pairs: Map<string, Pair>, target: string): Pair => {
  const known = pairs.get(target);
  if (known !== undefined) return known;
  const pair = { target: named(day, 'targets', target), provider: named(day, 'providers', providerOf(target)) };
  if (pairs.size < MOST_NAMES) pairs.set(target, pair);
  return pair;
};

/** Counts a request for everything, or for its chain. */
const countRequest = (counts: Counts, record: RequestRecord, saved: boolean): void => {
  counts.requests++;
  if (record.status === LEFT_FIRST) counts.cancelled++;
  else if (record.status >= 400) counts.failures++;
  else addTo(counts.latency, bucketOf(record.latencyMs));
  for (const attempt of record.attempts) countAttempt(counts, attempt);
  countServed(counts, record, saved);
};

/** Counts an attempt for its target or provider. `asked` are those that the request counts for already. */
const countFor = (counts: Counts, attempt: RequestAttempt, asked: Counts[]): void => {
  countAttempt(counts, attempt);
  if (attempt.outcome === 'skipped') return;
  if (attempt.class === 'cancelled') counts.cancelled++;
  else if (attempt.outcome === 'failed') counts.failures++;
  else addTo(counts.latency, bucketOf(attempt.durationMs));
  if (asked.includes(counts)) return;
  asked.push(counts);
  counts.requests++;
};

/** Whether a later target answered: without it, the request would have failed or waited. */
const isSaved = ({ status, target, attempts }: RequestRecord): boolean =>
  status < 400 && target !== undefined && attempts[0] !== undefined && attempts[0].target !== target;

/** `groq` for `groq/llama`, and for `groq:key 1/llama`. */
const providerOf = (target: string): string => {
  const slash = target.indexOf('/');
  const colon = target.indexOf(':');
  return target.slice(0, colon === -1 || colon > slash ? Math.max(0, slash) : colon);
};

const named = (day: DayTotals, groupName: Group, name: string): Counts => {
  const group = day[groupName];
  const known = group[name];
  if (known !== undefined) return known;
  const counts = Object.keys(group).length < MOST_NAMES ? emptyCounts() : (group[OTHERS] ?? emptyCounts());
  group[Object.keys(group).length < MOST_NAMES ? name : OTHERS] = counts;
  return counts;
};

const countAttempt = (counts: Counts, { outcome, class: failureClass }: RequestAttempt): void => {
  if (outcome === 'skipped') {
    if (LIMITS.has(failureClass)) counts.avoided++;
    return;
  }
  if (failureClass === undefined) return;
  counts.failedAttempts[failureClass] = (counts.failedAttempts[failureClass] ?? 0) + 1;
  if (LIMITS.has(failureClass)) counts.rateLimited++;
};

const countServed = (counts: Counts, { promptTokens, completionTokens }: RequestRecord, saved: boolean): void => {
  counts.promptTokens += promptTokens ?? 0;
  counts.completionTokens += completionTokens ?? 0;
  if (saved) counts.saved++;
};

const addTo = (histogram: Histogram, bucket: number, by = 1): void => {
  histogram[bucket] = (histogram[bucket] ?? 0) + by;
};

/** One report over several days. It does not change them. */
export const reportOf = (days: readonly DayTotals[]): UsageReport => {
  const sum = emptyDay('');
  for (const day of days) mergeDay(sum, day);
  return {
    total: totalsOf(sum.total),
    providers: allTotals(sum.providers),
    chains: allTotals(sum.chains),
    targets: allTotals(sum.targets),
    days: days.map(({ day, total }) => ({ day, ...totalsOf(total) })),
  };
};

/** Adds the totals of `from` to `into`, without the records that they cover. */
export const mergeDay = (into: DayTotals, from: DayTotals): DayTotals => {
  merge(into.total, from.total);
  for (const group of GROUPS) {
    for (const [name, counts] of Object.entries(from[group])) merge(named(into, group, name), counts);
  }
  return into;
};

const merge = (into: Counts, from: Counts): void => {
  for (const key of SUMS) into[key] += from[key];
  for (const [name, number] of Object.entries(from.failedAttempts) as [FailureClass, number][])
    into.failedAttempts[name] = (into.failedAttempts[name] ?? 0) + number;
  for (const [bucket, number] of Object.entries(from.latency)) addTo(into.latency, Number(bucket), number);
};

const SUMS = [
  'requests',
  'failures',
  'cancelled',
  'promptTokens',
  'completionTokens',
  'rateLimited',
  'avoided',
  'saved',
] as const;

const allTotals = (counts: Readonly<Record<string, Counts>>): Record<string, Totals> =>
  Object.fromEntries(Object.entries(counts).map(([name, each]) => [name, totalsOf(each)]));

const totalsOf = ({ latency, failedAttempts, ...sums }: Counts): Totals => ({
  ...sums,
  failedAttempts: { ...failedAttempts },
  p50Ms: quantileOf(latency, 0.5),
  p99Ms: quantileOf(latency, 0.99),
});
