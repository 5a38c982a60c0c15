import type { RequestContent, RequestRecord } from '429chain/plugin';
import { textsOf } from '../request-log/filter.js';
import { clean, cleanRecord } from './clean.js';
import type { Database } from './database.js';
import { dateIn } from './moments.js';
import type { TotalsRow } from './tally.js';

/** A finished request that is not written yet. */
export interface Pending {
  /** When it ended, epoch ms. */
  readonly ended: number;
  /** Unique among all replicas. Requests of one replica that ended in the same millisecond are in this order. */
  readonly number: bigint;
  readonly record: RequestRecord;
  content?: RequestContent | undefined;
}

/** The columns of a request, with the type of each. */
const COLUMNS = {
  ended: 'timestamptz',
  number: 'bigint',
  arrived: 'timestamptz',
  id: 'text',
  replica: 'text',
  chain: 'text',
  provider: 'text',
  status: 'integer',
  record: 'json',
  search: 'text',
  content: 'json',
} as const;
/** A request as it is written. */
export type Row = Readonly<Record<keyof typeof COLUMNS, string | number | null>>;

/** @returns a request as it is written, and its record with texts that PostgreSQL can store, to be counted */
export const rowOf = (pending: Pending, replica: string): { readonly row: Row; readonly record: RequestRecord } => {
  const json = JSON.stringify(pending.record);
  const record = cleanRecord(pending.record, json);
  const row = {
    ended: dateIn(pending.ended),
    number: String(pending.number),
    arrived: dateIn(record.at),
    id: record.id,
    replica,
    chain: record.chain,
    provider: record.provider ?? null,
    status: record.status,
    // As text it keeps what PostgreSQL's other types cannot: its escapes.
    record: json,
    // One line each: a word contains no line break.
    search: clean(textsOf(record).join('\n').toLowerCase()),
    content: pending.content === undefined ? null : JSON.stringify(pending.content),
  };
  return { row, record };
};

/** The columns of totals that are added up, in the order of the table. */
const SUMS = {
  requests: 'requests',
  failures: 'failures',
  cancelled: 'cancelled',
  promptTokens: 'prompt_tokens',
  completionTokens: 'completion_tokens',
  rateLimited: 'rate_limited',
  avoided: 'avoided',
  saved: 'saved',
} as const;

/** An object of numbers in the totals, with the numbers of the new row added. */
const added = (column: string): string => `${column} = CASE
  WHEN excluded.${column} = '{}' THEN totals.${column}
  ELSE (SELECT jsonb_object_agg(key, number) FROM (
    SELECT key, sum(value::float8) AS number FROM (
      SELECT * FROM jsonb_each_text(totals.${column}) UNION ALL SELECT * FROM jsonb_each_text(excluded.${column})
    ) AS parts GROUP BY key) AS sums)
  END`;

/**
 * One statement writes requests and adds to the totals: both take effect or neither. If its answer was lost and it is sent
 * again, it finds the requests and adds nothing. Rows are locked in one order, so that replicas do not block each other.
 */
const statement = (schema: string): string => {
  const names = Object.keys(COLUMNS);
  const sums = Object.values(SUMS);
  return `
WITH written AS (
  INSERT INTO "${schema}".requests (${names.join(', ')})
  SELECT * FROM unnest(${Object.values(COLUMNS)
    .map((type, index) => `$${index + 1}::${type}[]`)
    .join(', ')})
  ON CONFLICT DO NOTHING RETURNING 1)
INSERT INTO "${schema}".totals (day, hour, kind, name, ${sums.join(', ')}, failed_attempts, latency)
SELECT day, hour, kind, name, ${Object.keys(SUMS)
    .map((key) => `coalesce("${key}", 0)`)
    .join(', ')}, "failedAttempts", latency
FROM jsonb_to_recordset($${names.length + 1}::jsonb) AS new(day date, hour smallint, kind text, name text, ${Object.keys(
    SUMS,
  )
    .map((key) => `"${key}" float8`)
    .join(', ')}, "failedAttempts" jsonb, latency jsonb)
WHERE EXISTS (SELECT FROM written)
ORDER BY day, hour, kind, md5(name)
ON CONFLICT (day, hour, kind, md5(name)) DO UPDATE SET
${sums.map((column) => `${column} = totals.${column} + excluded.${column}`).join(', ')},
${added('failed_attempts')}, ${added('latency')}`;
};

/** Writes requests and what they add to the totals, once however often it is called. */
export const write = async (
  database: Database,
  schema: string,
  rows: readonly Row[],
  totals: readonly TotalsRow[],
): Promise<void> => {
  const columns = (Object.keys(COLUMNS) as (keyof Row)[]).map((name) => rows.map((row) => row[name]));
  await database.query(statement(schema), [...columns, JSON.stringify(totals)]);
};

/** Totals as they are read from the table. */
export const TOTALS_COLUMNS = Object.entries(SUMS)
  .map(([key, column]) => `${column} AS "${key}"`)
  .join(', ');
