import type { Pool, PoolConfig } from 'pg';

/** What the log asks of PostgreSQL. */
export interface Database {
  /** @throws Error with PostgreSQL's message */
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Several statements, of which all or none take effect. */
  transaction<T>(work: (database: Pick<Database, 'query'>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The package `pg`, as far as it is used. */
export interface PgPackage {
  readonly Pool: new (config: PoolConfig) => Pool;
}

/** Connections of one proxy: one writes, others answer the admin. */
const MOST_CONNECTIONS = 4;
const CONNECT_MS = 5_000;
const LOCK_MS = 2_000;

/** @param queryMs how long a statement may take: PostgreSQL may be gone without a word */
export const openDatabase = ({ Pool }: PgPackage, url: string, replica: string, queryMs: number): Database => {
  const pool = new Pool({
    connectionString: url,
    application_name: `429chain ${replica}`,
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: Math.min(CONNECT_MS, queryMs),
    query_timeout: queryMs,
    keepAlive: true,
    allowExitOnIdle: true,
  });
  // A connection may end at any time. The next statement fails or opens another one.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    query: async <Row>(sql: string, values: readonly unknown[] = []) =>
      (await pool.query(sql, [...values])).rows as Row[],
    transaction: async (work) => {
      const client = await pool.connect();
      let failed: Error | undefined;
      try {
        await client.query('BEGIN');
        // While a change of tables waits for a long query, everything else would wait for the change.
        await client.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
        const result = await work({
          query: async <Row>(sql: string, values: readonly unknown[] = []) =>
            (await client.query(sql, [...values])).rows as Row[],
        });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        failed = error as Error;
        throw error;
      } finally {
        // A connection with a failed transaction is closed, which rolls it back.
        client.release(failed);
      }
    },
    close: () => pool.end(),
  };
};

/** The words of an error. If no address of a host answers, only its parts have some. */
export const messageOf = (error: unknown): string => {
  const { message, code, errors } = error as { message?: string; code?: string; errors?: readonly Error[] };
  return message || errors?.map((each) => each.message).join(', ') || code || String(error);
};
