import { DAY_MS, dayOf, KEEP_TOTALS_MS } from '../request-log/days.js';
import { GROUPS } from '../request-log/groups.js';
import type { Database } from './database.js';

export interface Retention {
  readonly keepMs: number;
  readonly maxRequests: number;
  readonly maxBytes: number;
}

/** The version of the tables. A later release migrates from it. */
const VERSION = 1;
/** What locks exclude, as the second number of a PostgreSQL advisory lock. */
const LOCKS = { create: 1, retire: 2 } as const;
const PARTITION = /^requests_(\d{4})(\d{2})(\d{2})$/;

/** The kinds of totals: of everything, and by name. */
export const KINDS = ['total', ...GROUPS] as const;
/** The hour of totals of a whole day. */
export const WHOLE_DAY = -1;

const tables = (schema: string): readonly string[] => [
  `CREATE TABLE "${schema}".requests (
    ended timestamptz NOT NULL,
    number bigint NOT NULL,
    arrived timestamptz NOT NULL,
    id text NOT NULL,
    replica text NOT NULL,
    chain text NOT NULL,
    provider text,
    status integer NOT NULL,
    record json NOT NULL,
    search text NOT NULL,
    content json,
    PRIMARY KEY (ended, number)
  ) PARTITION BY RANGE (ended)`,
  // An id may be longer than an entry of a b-tree.
  `CREATE INDEX ON "${schema}".requests USING hash (id)`,
  `CREATE TABLE "${schema}".totals (
    day date NOT NULL,
    hour smallint NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    requests double precision NOT NULL,
    failures double precision NOT NULL,
    cancelled double precision NOT NULL,
    prompt_tokens double precision NOT NULL,
    completion_tokens double precision NOT NULL,
    rate_limited double precision NOT NULL,
    avoided double precision NOT NULL,
    saved double precision NOT NULL,
    failed_attempts jsonb NOT NULL,
    latency jsonb NOT NULL
  ) WITH (fillfactor = 70)`,
  `CREATE UNIQUE INDEX ON "${schema}".totals (day, hour, kind, md5(name))`,
  `CREATE TABLE "${schema}".version (version integer NOT NULL)`,
  `INSERT INTO "${schema}".version VALUES (${VERSION})`,
];

/** The tables of the log in one schema. Several replicas may call everything at once. */
export class Tables {
  readonly #database: Database;
  readonly #schema: string;

  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#schema = schema;
  }

  /** Creates what is missing. @throws Error for tables of a later release */
  async create(): Promise<void> {
    const version =
      (await this.#version(this.#database)) ??
      (await this.#database.transaction(async (database) => {
        await this.#lock(database, 'create');
        const made = await this.#version(database);
        if (made !== undefined) return made;
        const [schema] = await database.query('SELECT FROM pg_namespace WHERE nspname = $1', [this.#schema]);
        if (schema === undefined) await database.query(`CREATE SCHEMA "${this.#schema}"`);
        for (const table of tables(this.#schema)) await database.query(table);
        return VERSION;
      }));
    if (version > VERSION)
      throw new Error(
        `its tables have version ${version}, and this release of 429chain knows versions up to ${VERSION}: use a later release, or another schema`,
      );
  }

  /** Creates the partition of a day, such as `2026-01-31`, and of the day after it. */
  async makeRoom(day: string): Promise<void> {
    const days = [day, dayOf(Date.parse(day) + DAY_MS)];
    const known = new Set(await this.days());
    if (days.every((each) => known.has(each))) return;
    await this.#database.transaction(async (database) => {
      await this.#lock(database, 'create');
      for (const each of days)
        await database.query(
          `CREATE TABLE IF NOT EXISTS "${this.#schema}".${partitionOf(each)} PARTITION OF "${this.#schema}".requests
           FOR VALUES FROM ('${each}T00:00Z') TO ('${dayOf(Date.parse(each) + DAY_MS)}T00:00Z')`,
        );
    });
  }

  /** The days that have a partition, oldest first. */
  async days(database: Pick<Database, 'query'> = this.#database): Promise<string[]> {
    const rows = await database.query<{ name: string }>(
      `SELECT relname AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
       WHERE inhparent = (SELECT pg_class.oid FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
         WHERE nspname = $1 AND relname = 'requests')`,
      [this.#schema],
    );
    return rows
      .map(({ name }) => PARTITION.exec(name))
      .filter((match) => match !== null)
      .map(([, year, month, day]) => `${year}-${month}-${day}`)
      .sort();
  }

  /**
   * Drops the days that are too old, and the oldest ones while all are too many or too large. The days from today on stay.
   * Does nothing while another replica does this.
   */
  async retire({ keepMs, maxRequests, maxBytes }: Retention, now: number): Promise<void> {
    await this.#database.transaction(async (database) => {
      const [lock] = await database.query<{ isOurs: boolean }>(
        'SELECT pg_try_advisory_xact_lock(hashtext($1), $2) AS "isOurs"',
        [this.#schema, LOCKS.retire],
      );
      if (!lock?.isOurs) return;
      const sizes = await this.#sizes(database);
      let requests = sizes.reduce((sum, each) => sum + each.requests, 0);
      let bytes = sizes.reduce((sum, each) => sum + each.bytes, 0);
      for (const each of sizes) {
        const isKept = Date.parse(each.day) + DAY_MS + keepMs > now && requests <= maxRequests && bytes <= maxBytes;
        if (isKept || each.day >= dayOf(now)) break;
        await database.query(`DROP TABLE "${this.#schema}".${partitionOf(each.day)}`);
        requests -= each.requests;
        bytes -= each.bytes;
      }
      await database.query(`DELETE FROM "${this.#schema}".totals WHERE day < $1`, [dayOf(now - KEEP_TOTALS_MS)]);
    });
  }

  /** What each day with a partition has, oldest first. Counting the rows would read all of them. */
  async #sizes(database: Pick<Database, 'query'>): Promise<{ day: string; requests: number; bytes: number }[]> {
    const days = await this.days(database);
    return await database.query(
      `SELECT days.day, coalesce(totals.requests, 0) AS requests,
         pg_total_relation_size(to_regclass(days.partition))::float8 AS bytes
       FROM unnest($1::text[], $2::text[]) AS days(day, partition)
       LEFT JOIN "${this.#schema}".totals
         ON totals.day = days.day::date AND totals.hour = ${WHOLE_DAY} AND totals.kind = 'total'
       ORDER BY days.day`,
      [days, days.map((day) => `"${this.#schema}".${partitionOf(day)}`)],
    );
  }

  async #version(database: Pick<Database, 'query'>): Promise<number | undefined> {
    // Not `to_regclass`: after a lock it may not know yet what another connection has created.
    const [found] = await database.query(
      `SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
       WHERE nspname = $1 AND relname = 'version'`,
      [this.#schema],
    );
    if (found === undefined) return undefined;
    const [row] = await database.query<{ version: number }>(`SELECT version FROM "${this.#schema}".version`);
    return row?.version;
  }

  #lock(database: Pick<Database, 'query'>, lock: keyof typeof LOCKS): Promise<unknown> {
    return database.query('SELECT pg_advisory_xact_lock(hashtext($1), $2)', [this.#schema, LOCKS[lock]]);
  }
}

const partitionOf = (day: string): string => `requests_${day.replaceAll('-', '')}`;
