import type { FailureClass, RequestAttempt, RequestRecord, Totals } from '429chain/plugin';
import { bucketOf, type Histogram, quantileOf } from './histogram.js';

/** Totals that are being counted. */
export interface Counts {
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

const LEFT_FIRST = 499;
const LIMITS: ReadonlySet<FailureClass | undefined> = new Set(['rate_limit', 'quota']);

export const SUMS = [
  'requests',
  'failures',
  'cancelled',
  'promptTokens',
  'completionTokens',
  'rateLimited',
  'avoided',
  'saved',
] as const;

export const emptyCounts = (): Counts => ({
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

/** What a request counts for everything, its chain, its key and its path: its attempts are looked at once for all of them. */
export interface RequestCounts {
  readonly record: RequestRecord;
  readonly saved: boolean;
  /** Failed attempts, by their class. */
  readonly failed: readonly FailureClass[];
  readonly rateLimited: number;
  readonly avoided: number;
  /** The bucket of its latency; `undefined` without an answer. */
  readonly bucket: number | undefined;
}

export const countsOf = (record: RequestRecord): RequestCounts => {
  const failed: FailureClass[] = [];
  let [rateLimited, avoided] = [0, 0];
  for (const { outcome, class: failureClass } of record.attempts) {
    if (outcome === 'skipped') {
      if (LIMITS.has(failureClass)) avoided++;
    } else if (failureClass !== undefined) {
      failed.push(failureClass);
      if (LIMITS.has(failureClass)) rateLimited++;
    }
  }
  const bucket = record.status < 400 ? bucketOf(record.latencyMs) : undefined;
  return { record, saved: isSaved(record), failed, rateLimited, avoided, bucket };
};

/** Adds a request. */
export const countRequest = (counts: Counts, request: RequestCounts): void => {
  const { record, bucket } = request;
  counts.requests++;
  if (record.status === LEFT_FIRST) counts.cancelled++;
  else if (bucket === undefined) counts.failures++;
  else addTo(counts.latency, bucket);
  for (const failureClass of request.failed) addFailure(counts, failureClass);
  counts.rateLimited += request.rateLimited;
  counts.avoided += request.avoided;
  countServed(counts, request);
};

/** Adds the answer to what served it. */
export const countServed = (counts: Counts, { record, saved }: RequestCounts): void => {
  counts.promptTokens += record.promptTokens ?? 0;
  counts.completionTokens += record.completionTokens ?? 0;
  if (saved) counts.saved++;
};

/** Adds an attempt to its target or provider. `asked` are those that the request counts for already. */
export const countAttempt = (counts: Counts, attempt: RequestAttempt, asked: Counts[]): void => {
  const { outcome, class: failureClass, durationMs } = attempt;
  if (outcome === 'skipped') {
    if (LIMITS.has(failureClass)) counts.avoided++;
    return;
  }
  if (failureClass !== undefined) {
    addFailure(counts, failureClass);
    if (LIMITS.has(failureClass)) counts.rateLimited++;
  }
  if (failureClass === 'cancelled') counts.cancelled++;
  else if (outcome === 'failed') counts.failures++;
  else addTo(counts.latency, bucketOf(durationMs));
  if (asked.includes(counts)) return;
  asked.push(counts);
  counts.requests++;
};

/** Whether a later target answered: without it, the request would have failed or waited. */
const isSaved = ({ status, target, attempts }: RequestRecord): boolean =>
  status < 400 && target !== undefined && attempts[0] !== undefined && attempts[0].target !== target;

const addFailure = ({ failedAttempts }: Counts, failureClass: FailureClass): void => {
  failedAttempts[failureClass] = (failedAttempts[failureClass] ?? 0) + 1;
};

const addTo = (histogram: Histogram, bucket: number, by = 1): void => {
  histogram[bucket] = (histogram[bucket] ?? 0) + by;
};

export const mergeCounts = (into: Counts, from: Counts): void => {
  for (const key of SUMS) into[key] += from[key];
  for (const [name, number] of Object.entries(from.failedAttempts) as [FailureClass, number][])
    into.failedAttempts[name] = (into.failedAttempts[name] ?? 0) + number;
  for (const [bucket, number] of Object.entries(from.latency)) addTo(into.latency, Number(bucket), number);
};

export const totalsOf = ({ latency, failedAttempts, ...sums }: Counts): Totals => ({
  ...sums,
  failedAttempts: { ...failedAttempts },
  p50Ms: quantileOf(latency, 0.5),
  p99Ms: quantileOf(latency, 0.99),
});

/** Counts as a short array, for the hours of a day: `SUMS`, failed attempts by class, latencies. */
export type Row = readonly [...sums: number[], failed: Counts['failedAttempts'], latency: Histogram];

export const rowOf = (counts: Counts): Row => [
  ...SUMS.map((key) => counts[key]),
  counts.failedAttempts,
  counts.latency,
];

export const countsIn = (row: Row): Counts => ({
  ...(Object.fromEntries(SUMS.map((key, index) => [key, Number(row[index])])) as Record<(typeof SUMS)[number], number>),
  failedAttempts: row.at(-2) as Counts['failedAttempts'],
  latency: row.at(-1) as Histogram,
});
