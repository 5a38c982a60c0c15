import { DAY_MS, KEEP_TOTALS_MS } from '../request-log/days.js';

/** A file of the log: some records of one UTC day. */
export interface SegmentName {
  /** `2026-01-31`. */
  readonly day: string;
  /** 1 for the first of its day. */
  readonly number: number;
}

export interface Retention {
  readonly keepMs: number;
  readonly maxRequests: number;
  /** Of everything in the folder. */
  readonly maxBytes: number;
}

/** For `sort`: oldest first. */
export const compareSegments = (one: SegmentName, other: SegmentName): number =>
  one.day === other.day ? one.number - other.number : one.day < other.day ? -1 : 1;

const MOST_PER_SEGMENT = 10_000;
/** A query for one id reads a segment as a whole. */
const MOST_RECORD_BYTES = 16 * 2 ** 20;
const MOST_CONTENT_BYTES = 64 * 2 ** 20;
/** One segment may take this share of all bytes, and its contents as much. */
const SEGMENT_SHARE = 1 / 8;

const endOf = (day: string): number => Date.parse(day) + DAY_MS;

/** Records per segment: few enough that removing one segment leaves most of what may be kept. */
export const recordsPerSegment = ({ maxRequests }: Retention): number =>
  Math.max(1, Math.min(MOST_PER_SEGMENT, Math.floor(maxRequests / 4)));

/** A segment with more bytes than these is full. */
export const bytesPerSegment = ({ maxBytes }: Retention): { readonly records: number; readonly contents: number } => ({
  records: Math.min(MOST_RECORD_BYTES, maxBytes * SEGMENT_SHARE),
  contents: Math.min(MOST_CONTENT_BYTES, maxBytes * SEGMENT_SHARE),
});

/** The totals of each day may take this share of all bytes. */
export const totalsBytes = ({ maxBytes }: Retention): number => maxBytes / 4;

/**
 * The segments to remove, oldest first: those whose last record is too old, and as many more as it takes to have room for
 * `coming` records. `segments` does not include the one that is written to.
 */
export const outdated = <T extends SegmentName>(
  segments: readonly T[],
  recordsIn: (segment: T) => number,
  { keepMs, maxRequests }: Retention,
  now: number,
  coming: number,
): T[] => {
  let left = segments.reduce((sum, segment) => sum + recordsIn(segment), coming);
  const going: T[] = [];
  for (const segment of segments) {
    if (left <= maxRequests && endOf(segment.day) + keepMs > now) break;
    left -= recordsIn(segment);
    going.push(segment);
  }
  return going;
};

export const areTotalsOutdated = (day: string, now: number): boolean => endOf(day) + KEEP_TOTALS_MS <= now;
