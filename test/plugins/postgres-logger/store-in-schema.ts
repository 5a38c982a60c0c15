import pg from 'pg';
import { type Database, openDatabase } from '../../../plugins/postgres-logger/database.js';
import { PostgresStore, type StorePlace, type StoreSettings } from '../../../plugins/postgres-logger/store.js';
import { PostgresServer } from '../../postgres.js';
import { MemoryLog } from '../../proxy.js';
import { TurningClock } from '../../turning-clock.js';
import type { LoggedStore, LogSettings } from '../request-log/logged-store.js';
import { DAY_MS, NOON } from '../request-log/records.js';

/** Without a clock of its own: the pauses of a real log, shortened. */
const SHORT: Partial<StorePlace> = { batchMs: 5, retryMs: 5 };
const QUERY_MS = 10_000;
let schemas = 0;

/** A store in a schema of its own, on a real PostgreSQL, that can be restarted. */
export class StoreInSchema implements LoggedStore {
  static readonly open = async (settings: LogSettings = {}, place: Partial<StorePlace> = {}): Promise<StoreInSchema> =>
    new StoreInSchema(await PostgresServer.shared(), settings, place);

  readonly server: PostgresServer;
  readonly schema = `test_${process.pid}_${schemas++}`;
  readonly log = new MemoryLog();
  readonly clock = new TurningClock(NOON);
  readonly #settings: LogSettings;
  readonly #place: Partial<StorePlace>;
  readonly #made: PostgresStore[] = [];
  store: PostgresStore;

  private constructor(server: PostgresServer, settings: LogSettings, place: Partial<StorePlace>) {
    this.server = server;
    this.#settings = settings;
    this.#place = place;
    this.store = this.replica('one');
  }

  restart(): PostgresStore {
    this.store = this.replica('one');
    return this.store;
  }

  /** Another store with the same tables. */
  replica(replica: string, more: Partial<StorePlace> = {}): PostgresStore {
    const { maxRequests = 200_000 } = this.#settings;
    const settings: StoreSettings = {
      keepMs: 30 * DAY_MS,
      maxRequests,
      maxBytes: 2 ** 40,
      now: this.clock.now,
      log: this.log,
      ...this.#settings,
    };
    const store = new PostgresStore(
      {
        ...SHORT,
        mostScanned: Math.min(100_000, maxRequests / 2),
        schema: this.schema,
        replica,
        open: () => this.connect(),
        ...this.#place,
        ...more,
      },
      settings,
    );
    this.#made.push(store);
    return store;
  }

  connect(url = this.server.url()): Database {
    return openDatabase(pg, url, 'of a test', QUERY_MS);
  }

  /** The schema is in its statements as `%`. */
  query<Row>(sql: string): Promise<Row[]> {
    return this.server.query<Row>(sql.replaceAll('%', this.schema));
  }

  async days(): Promise<readonly string[]> {
    const rows = await this.query<{ day: string }>(
      `SELECT DISTINCT to_char(ended AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day FROM %.requests ORDER BY day`,
    );
    return rows.map(({ day }) => day);
  }

  async removeDay(day: string): Promise<void> {
    await this.query(`DROP TABLE %.requests_${day.replaceAll('-', '')}`);
  }

  break(): Promise<void> {
    return this.server.refuse();
  }

  mend(): Promise<void> {
    return this.server.admit();
  }

  async remove(): Promise<void> {
    await this.mend();
    for (const store of this.#made) await store.close();
    await this.query('DROP SCHEMA IF EXISTS % CASCADE');
  }
}
