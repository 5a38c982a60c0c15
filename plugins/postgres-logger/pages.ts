import type { RequestPage, RequestQuery, RequestRecord } from '429chain/plugin';
import { DAY_MS, dayOf } from '../request-log/days.js';
import { type Filter, fitting, wordsOf } from '../request-log/filter.js';
import { clean } from './clean.js';
import type { Database } from './database.js';
import { dateIn } from './moments.js';
import type { Tables } from './tables.js';

const LIMIT = 50;
const MOST_ASKED = 500;
/** A request that ended arrived before, give or take a correction of the clock. */
const DISORDER_MS = 600_000;

/** Where pages are read from. */
export interface Source {
  readonly database: Database;
  readonly tables: Tables;
  readonly schema: string;
  /** How many requests one query may look at. */
  readonly mostScanned: number;
}

/** The place of a request among all. */
interface Place {
  /** When it ended, epoch ms. */
  readonly ended: number;
  readonly number: string;
}

/** Collects the values of a statement. */
class Values {
  readonly all: unknown[] = [];
  readonly add = (value: unknown): string => `$${this.all.push(value)}`;
}

/** One page, the request that ended last first. @throws RangeError for an invalid cursor */
export const pageOf = async (source: Source, query: RequestQuery): Promise<RequestPage> => {
  const { limit = LIMIT, cursor, ...filter } = query;
  const before = cursor === undefined ? undefined : placeOf(cursor);
  const most = Math.max(1, Math.min(MOST_ASKED, limit));
  const values = new Values();
  const scanned = `SELECT ended, number, arrived, chain, provider, status, search, record
    FROM "${source.schema}".requests ${where(inPeriod(filter, before, values))}
    ORDER BY ended DESC, number DESC LIMIT ${values.add(source.mostScanned)}`;
  const rows = await source.database.query<Place & { readonly record: RequestRecord }>(
    `SELECT ${PLACE}, record FROM (${scanned}) AS scanned ${where(selected(filter, values))}
     ORDER BY scanned.ended DESC, number DESC LIMIT ${values.add(most + 1)}`,
    values.all,
  );
  const page = rows.slice(0, most);
  // PostgreSQL compares texts without what it cannot store.
  const requests = page.map(({ record }) => record).filter(fitting(filter));
  if (rows.length > most) return { requests, next: cursorOf(page.at(-1) as Place) };
  const last = await lastScanned(source, filter, before);
  if (last !== undefined) return { requests, next: cursorOf(last) };
  return { requests, ...((await hasDeleted(source, filter)) && { deleted: true }) };
};

/** The place where a query stopped because it had looked at enough; `undefined` if it reached the oldest request. */
const lastScanned = async (
  { database, schema, mostScanned }: Source,
  filter: Filter,
  before: Place | undefined,
): Promise<Place | undefined> => {
  const values = new Values();
  const [place] = await database.query<Place>(
    `SELECT ${PLACE} FROM "${schema}".requests ${where(inPeriod(filter, before, values))}
     ORDER BY requests.ended DESC, number DESC OFFSET ${values.add(mostScanned - 1)} LIMIT 1`,
    values.all,
  );
  return place;
};

/** Whether requests of the period were dropped: there are totals of a day before the oldest one. */
const hasDeleted = async ({ database, tables, schema }: Source, { from }: Filter): Promise<boolean> => {
  const [oldest] = await tables.days();
  const [found] = await database.query(`SELECT FROM "${schema}".totals WHERE day < $1 AND day >= $2 LIMIT 1`, [
    oldest ?? 'infinity',
    dayOf(from ?? 0),
  ]);
  return found !== undefined;
};

const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;

/** Which requests may be in the period, by when they ended: the order of the table. No request takes more than a day. */
const inPeriod = ({ from, to }: Filter, before: Place | undefined, { add }: Values): string[] => [
  ...(from === undefined ? [] : [`ended >= ${add(dateIn(from - DISORDER_MS))}`]),
  ...(to === undefined ? [] : [`ended < ${add(dateIn(to + DAY_MS))}`]),
  // The first condition says which partitions are needed.
  ...(before === undefined
    ? []
    : [
        `ended <= ${add(dateIn(before.ended))}`,
        `(ended, number) < (${add(dateIn(before.ended))}, ${add(before.number)})`,
      ]),
];

const selected = ({ chain, provider, status, from, to, search = '' }: Filter, { add }: Values): string[] => [
  ...(chain === undefined ? [] : [`chain = ${add(clean(chain))}`]),
  ...(provider === undefined ? [] : [`provider = ${add(clean(provider))}`]),
  ...(status === undefined ? [] : [typeof status === 'number' ? `status = ${add(status)}` : ENDS[status]]),
  ...(from === undefined ? [] : [`arrived >= ${add(dateIn(from))}`]),
  ...(to === undefined ? [] : [`arrived < ${add(dateIn(to))}`]),
  ...wordsOf(search).map((word) => `strpos(search, ${add(clean(word))}) > 0`),
];

const ENDS = { answered: 'status < 400', failed: 'status >= 400' } as const;

/** Exact, whatever the format of dates of this database is. */
const PLACE = '(extract(epoch FROM ended) * 1000)::float8 AS ended, number';
/** The largest `bigint`. */
const LAST_NUMBER = 2n ** 63n - 1n;

/** The place that a cursor stands for: the next page is before it. */
const cursorOf = ({ ended, number }: Place): string => Buffer.from(`${ended}.${number}`).toString('base64url');

const placeOf = (cursor: string): Place => {
  const [, ended, number] = /^(\d{1,15})\.(\d{1,19})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (ended === undefined || number === undefined || BigInt(number) > LAST_NUMBER)
    throw new RangeError('The cursor is invalid. Use the `next` of an earlier page.');
  return { ended: Number(ended), number };
};
