import type { RequestPage, RequestQuery, RequestRecord } from '429chain/plugin';
import { DAY_MS, dayOf } from '../request-log/days.js';
import type { Filter } from '../request-log/filter.js';
import { recordsBefore } from './backwards.js';
import { recordIn } from './lines.js';
import { compareSegments, type SegmentName } from './retention.js';
import { Search } from './search.js';

/** The segments that pages are read from. */
export interface Source {
  readonly folder: string;
  /** Oldest first. */
  readonly segments: readonly SegmentName[];
  recordsIn(segment: SegmentName): number;
  /** Whether there were requests before the oldest segment. */
  hasDeleted(): Promise<boolean>;
}

const LIMIT = 50;
const MOST_ASKED = 500;
/** Segments that one query may read. */
const MOST_READ = 3;
/** Records are in the order in which requests ended, give or take a correction of the clock. */
const DISORDER_MS = 600_000;

/** One page, newest record first, from the start or from a cursor. @throws RangeError for an invalid cursor */
export const pageOf = async (
  source: Source,
  { limit = LIMIT, cursor, ...filter }: RequestQuery,
): Promise<RequestPage> => {
  const start = cursor === undefined ? undefined : placeOf(cursor);
  const most = Math.max(1, Math.min(MOST_ASKED, limit));
  const search = new Search(filter);
  const found: RequestRecord[] = [];
  let read = 0;
  for (const segment of [...source.segments].reverse()) {
    const order = start === undefined ? -1 : compareSegments(segment, start.segment);
    const before = order === 0 ? (start?.before ?? 0) : source.recordsIn(segment) + 1;
    if (order > 0 || before <= 1 || isAfter(segment, filter)) continue;
    if (isBefore(segment, filter)) return { requests: found };
    if (read++ === MOST_READ) return { requests: found, next: cursorOf(segment, before) };
    for await (const batch of recordsBefore(source.folder, segment, before, (line) => search.mayFit(line))) {
      for (const stored of batch) {
        if (filter.from !== undefined && stored.at + stored.latencyMs < filter.from - DISORDER_MS)
          return { requests: found };
        if (!search.fits(stored)) continue;
        found.push(recordIn(stored));
        if (found.length === most) return { requests: found, ...(await nextOf(source, segment, Number(stored._id))) };
      }
    }
  }
  return { requests: found, ...((await source.hasDeleted()) && { deleted: true }) };
};

/** Whether every record of a segment arrived before the period: it would have ended on an earlier day. */
const isBefore = ({ day }: SegmentName, { from }: Filter): boolean => from !== undefined && day < dayOf(from);

/** Whether every record of a segment arrived after the period. No request takes more than a day. */
const isAfter = ({ day }: SegmentName, { to }: Filter): boolean => to !== undefined && day > dayOf(to + DAY_MS);

/** The cursor of the next page; if no record is before `place`, whether there was one. */
const nextOf = async (source: Source, segment: SegmentName, place: number): Promise<Omit<RequestPage, 'requests'>> => {
  const [oldest] = source.segments;
  const isOldest = oldest === undefined || compareSegments(segment, oldest) <= 0;
  if (!isOldest || place > 1) return { next: cursorOf(segment, place) };
  return (await source.hasDeleted()) ? { deleted: true } : {};
};

/** The place that a cursor stands for: the next page is before it. */
const cursorOf = ({ day, number }: SegmentName, before: number): string =>
  Buffer.from(`${day}.${number}.${before}`).toString('base64url');

const placeOf = (cursor: string): { segment: SegmentName; before: number } => {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, day, number, before] = /^(\d{4}-\d{2}-\d{2})\.(\d+)\.(\d+)$/.exec(text) ?? [];
  if (day === undefined) throw new RangeError('The cursor is invalid. Use the `next` of an earlier page.');
  return { segment: { day, number: Number(number) }, before: Number(before) };
};
