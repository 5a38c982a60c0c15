import type { RequestPage, RequestQuery, RequestRecord } from '429chain/plugin';
import { recordsBefore } from './backwards.js';
import { recordIn } from './lines.js';
import { compareSegments, type SegmentName } from './retention.js';

/** The segments that pages are read from. */
export interface Source {
  readonly folder: string;
  /** Oldest first. */
  readonly segments: readonly SegmentName[];
  recordsIn(segment: SegmentName): number;
}

const LIMIT = 50;
const MOST_ASKED = 500;
/** Segments that one query may read. */
const MOST_READ = 3;

/** One page, newest record first, from the start or from a cursor. @throws RangeError for an invalid cursor */
export const pageOf = async (
  source: Source,
  { limit = LIMIT, cursor, ...filter }: RequestQuery,
): Promise<RequestPage> => {
  const start = cursor === undefined ? undefined : placeOf(cursor);
  const most = Math.max(1, Math.min(MOST_ASKED, limit));
  const found: RequestRecord[] = [];
  let read = 0;
  for (const segment of [...source.segments].reverse()) {
    const order = start === undefined ? -1 : compareSegments(segment, start.segment);
    const before = order === 0 ? (start?.before ?? 0) : source.recordsIn(segment) + 1;
    if (order > 0 || before <= 1) continue;
    if (read++ === MOST_READ) return { requests: found, next: cursorOf(segment, before) };
    for await (const batch of recordsBefore(source.folder, segment, before)) {
      for (const stored of batch) {
        if (!fits(stored, filter)) continue;
        found.push(recordIn(stored));
        if (found.length === most) return { requests: found, ...nextOf(source, segment, Number(stored._id)) };
      }
    }
  }
  return { requests: found };
};

const fits = (record: RequestRecord, { chain, provider, status }: RequestQuery): boolean =>
  (chain === undefined || record.chain === chain) &&
  (provider === undefined || record.provider === provider) &&
  (status === undefined || (typeof status === 'number' ? record.status === status : endOf(record) === status));

const endOf = ({ status }: RequestRecord): 'answered' | 'failed' => (status < 400 ? 'answered' : 'failed');

/** The cursor of the next page; `undefined` if no record is before `place`. */
const nextOf = ({ segments: [oldest] }: Source, segment: SegmentName, place: number): { next?: string } => {
  const isOldest = oldest === undefined || compareSegments(segment, oldest) <= 0;
  return isOldest && place === 1 ? {} : { next: cursorOf(segment, place) };
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
