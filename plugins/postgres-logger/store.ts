import {
  ChainError,
  type RequestContent,
  type RequestLog,
  type RequestLogHealth,
  type RequestPage,
  type RequestQuery,
  type RequestRecord,
  type UsageReport,
  type UsageSpan,
} from '429chain/plugin';
import { dayOf, HOUR_MS } from '../request-log/days.js';
import { NewestSettings } from '../request-log/newest-settings.js';
import { Periods } from '../request-log/period.js';
import { write } from './batch.js';
import { clean } from './clean.js';
import { type Database, messageOf } from './database.js';
import { momentIn } from './moments.js';
import { pageOf } from './pages.js';
import { type Batch, MOST_PER_BATCH, Queue } from './queue.js';
import { type Retention, Tables } from './tables.js';
import { usageOf } from './usage.js';

/** The settings of the log, which may change with the configuration. */
export interface StoreSettings extends Retention {
  readonly now: () => number;
  readonly log: { warn(message: string): void };
}

/** The place of the log, and its bounds. Tests set smaller ones. */
export interface StorePlace {
  /** Connects when it is first used. */
  readonly open: () => Database;
  readonly schema: string;
  readonly replica: string;
  /** Requests are written together after this time, or when a batch is full. */
  readonly batchMs?: number;
  /** The pause after a failed write. */
  readonly retryMs?: number;
  /** How long `close` writes. All of it may take five seconds. */
  readonly closeMs?: number;
  /** How many requests one query looks at. */
  readonly mostScanned?: number;
}

/** How long the end of the connections may take. */
const END_MS = 1_000;
const BOUNDS = { batchMs: 200, retryMs: 1_000, closeMs: 3_500, mostScanned: 100_000 };
/** Classes of PostgreSQL's errors that are about the data: sending it again would not help. */
const ABOUT_DATA = /^(22|23|54)/;
/** No partition for a row, no table, no schema: it was removed after it was created. */
const REMOVED: ReadonlySet<unknown> = new Set(['23514', '42P01', '3F000']);

/** The requests and totals of all replicas, in one schema of PostgreSQL. */
export class PostgresStore implements RequestLog {
  readonly #place: StorePlace & typeof BOUNDS;
  readonly #configured: NewestSettings<StoreSettings>;
  readonly #periods = new Periods();
  readonly #queue: Queue;
  #database: Database | undefined;
  /** The days that have a partition; `undefined` until the tables exist. */
  #days: Set<string> | undefined;
  #turn: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #batching: NodeJS.Timeout | undefined;
  #retiring: NodeJS.Timeout | undefined;
  #isClosed = false;
  #failing: string | undefined;
  #lost = 0;
  #lostSaid = 0;

  constructor(place: StorePlace, settings: StoreSettings) {
    this.#place = { ...BOUNDS, ...place };
    this.#queue = new Queue(place.replica);
    this.#configured = new NewestSettings(settings);
  }

  get health(): RequestLogHealth {
    return { failing: this.#failing, lost: this.#lost };
  }

  /** Uses other settings from now on. @returns a function that withdraws them: the ones before are used again */
  configure(settings: StoreSettings): () => void {
    return this.#configured.use(settings);
  }

  get #settings(): StoreSettings {
    return this.#configured.current;
  }

  /** Adds a record. Returns at once: the record is written later. */
  add(record: RequestRecord, content?: RequestContent): void {
    this.#isClosed = false;
    const isFailing = this.#failing !== undefined;
    const ended = momentIn(this.#settings.now());
    if (!this.#queue.add(ended, record, isFailing ? undefined : content)) this.#lost++;
    else if (!isFailing && this.#queue.waiting >= MOST_PER_BATCH) void this.flush();
    else this.#schedule(isFailing ? this.#place.retryMs : this.#place.batchMs);
  }

  /** Writes all waiting records. Never throws. */
  flush(): Promise<void> {
    clearTimeout(this.#batching);
    this.#batching = undefined;
    // A write that has not begun writes what waits by then.
    this.#next ??= this.#turn.then(() => {
      this.#next = undefined;
      return this.#write();
    });
    this.#turn = this.#next;
    return this.#next;
  }

  /** Writes what is left, for a few seconds at most. The store can be used again afterwards. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#queue.waiting > 0) await within(this.#place.closeMs, this.flush());
    clearTimeout(this.#batching);
    clearInterval(this.#retiring);
    this.#batching = this.#retiring = undefined;
    if (this.#queue.waiting > 0)
      this.#settings.log.warn(
        `${requests(this.#queue.waiting)} could not be written to PostgreSQL before 429chain stopped.`,
      );
    const database = this.#database;
    this.#database = this.#days = undefined;
    if (database !== undefined)
      await within(
        END_MS,
        database.close().catch(() => {}),
      );
  }

  requests(query: RequestQuery = {}): Promise<RequestPage> {
    return this.#read((database) =>
      pageOf({ database, tables: new Tables(database, this.#place.schema), ...this.#place }, query),
    );
  }

  request(id: string): Promise<RequestRecord | undefined> {
    return this.#read(async (database) => {
      const [found] = await database.query<{ record: RequestRecord; content: RequestContent | null }>(
        // In two steps, or PostgreSQL may read all requests in their order instead of the index by id.
        `WITH named AS MATERIALIZED (SELECT ended, number FROM "${this.#place.schema}".requests WHERE id = $1),
           latest AS (SELECT * FROM named ORDER BY ended DESC, number DESC LIMIT 1)
         SELECT record, content FROM "${this.#place.schema}".requests JOIN latest USING (ended, number)`,
        [clean(id)],
      );
      return found && { ...found.record, ...(found.content && { content: found.content }) };
    });
  }

  /** @throws RangeError if there is no such time zone */
  async usage(span: UsageSpan = {}): Promise<UsageReport> {
    const period = this.#periods.of(span, this.#settings.now());
    return await this.#read((database) => usageOf(database, this.#place.schema, period));
  }

  /** Answers a query, after the records that wait here. While PostgreSQL is gone, no query waits for a write. */
  async #read<T>(work: (database: Database) => Promise<T>): Promise<T> {
    if (this.#failing === undefined) await this.flush();
    try {
      return await work(this.#open());
    } catch (error) {
      if (error instanceof RangeError) throw error;
      throw new ChainError('internal_error', `The request log cannot be read from PostgreSQL: ${messageOf(error)}.`);
    }
  }

  #open(): Database {
    this.#database ??= this.#place.open();
    return this.#database;
  }

  #schedule(ms: number): void {
    // `unref`: a process with nothing else to do does not wait for PostgreSQL.
    this.#batching ??= setTimeout(() => void this.flush(), ms).unref();
  }

  async #write(): Promise<void> {
    try {
      const database = this.#open();
      this.#days ??= await this.#prepare(database);
      // Records that come meanwhile get a turn of their own. Otherwise a query would wait as long as new ones come.
      for (let left = this.#queue.waiting; left > 0; ) {
        const batch = this.#queue.batch();
        await this.#writeBatch(database, batch);
        this.#queue.written();
        left -= batch.pending.length;
      }
      if (this.#failing !== undefined) this.#recover();
    } catch (error) {
      this.#fail(error as Error & { code?: string });
    }
  }

  async #prepare(database: Database): Promise<Set<string>> {
    const tables = new Tables(database, this.#place.schema);
    await tables.create();
    const day = dayOf(this.#settings.now());
    await tables.makeRoom(day);
    await this.#retire(tables);
    this.#retiring ??= setInterval(() => void this.#retire(tables), HOUR_MS).unref();
    return new Set([day]);
  }

  /** Never throws: it tries again the next time. */
  async #retire(tables: Tables): Promise<void> {
    try {
      await tables.retire(this.#settings, this.#settings.now());
    } catch (error) {
      this.#settings.log.warn(`Old requests cannot be removed from PostgreSQL: ${messageOf(error)}`);
    }
  }

  async #writeBatch(database: Database, { pending, rows, totals }: Batch): Promise<void> {
    const days = this.#days as Set<string>;
    for (const day of new Set(pending.map(({ ended }) => dayOf(ended)))) {
      if (days.has(day)) continue;
      const tables = new Tables(database, this.#place.schema);
      await tables.makeRoom(day);
      days.add(day);
      await this.#retire(tables);
    }
    try {
      await write(database, this.#place.schema, rows, totals);
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if (!ABOUT_DATA.test(code) || REMOVED.has(code)) throw error;
      this.#lost += pending.length;
      this.#settings.log.warn(`PostgreSQL refused ${requests(pending.length)}, which are missing: ${messageOf(error)}`);
    }
  }

  #fail(error: Error & { code?: string }): void {
    if (REMOVED.has(error.code)) this.#days = undefined;
    const message = messageOf(error);
    if (this.#failing === undefined) {
      this.#settings.log.warn(
        `Requests cannot be logged to PostgreSQL: ${message}. 429chain keeps answering, and tries again to write the log.`,
      );
    }
    this.#failing = message;
    this.#queue.dropContents();
    if (!this.#isClosed) this.#schedule(this.#place.retryMs);
  }

  #recover(): void {
    const lost = this.#lost - this.#lostSaid;
    this.#lostSaid = this.#lost;
    this.#failing = undefined;
    this.#settings.log.warn(
      `Requests are logged to PostgreSQL again. ${lost === 0 ? 'None is missing' : `${requests(lost)} ${lost === 1 ? 'is' : 'are'} missing`}.`,
    );
  }
}

const requests = (number: number): string => (number === 1 ? '1 request' : `${number} requests`);

/** Waits for `work`, but no longer than `ms`. */
const within = async (ms: number, work: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
};
