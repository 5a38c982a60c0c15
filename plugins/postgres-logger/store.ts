import { randomInt } from 'node:crypto';
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
import { Periods } from '../request-log/period.js';
import { shortened } from '../request-log/shorten.js';
import { type Pending, type Row, rowOf, write } from './batch.js';
import { clean, cleanRecord } from './clean.js';
import { type Database, messageOf } from './database.js';
import { momentIn } from './moments.js';
import { pageOf } from './pages.js';
import { type Retention, Tables } from './tables.js';
import { Tally, type TotalsRow } from './tally.js';
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
  /** How long `close` writes. A plugin may take five seconds. */
  readonly closeMs?: number;
  /** How many requests one query looks at. */
  readonly mostScanned?: number;
}

const BATCH = 500;
const BOUNDS = { batchMs: 200, retryMs: 1_000, closeMs: 4_000, mostScanned: 100_000 };
/** The most records that wait while PostgreSQL is gone. Further records are only counted. */
const MOST_PENDING = 10_000;
/** The most characters of prompts and answers that wait. Further ones are not kept. */
const MOST_CONTENT_PENDING = 32 * 2 ** 20;
/** Classes of PostgreSQL's errors that are about the data: sending it again would not help. */
const ABOUT_DATA = /^(22|23|54)/;
/** No partition for a row, no table, no schema: it was removed after it was created. */
const REMOVED: ReadonlySet<unknown> = new Set(['23514', '42P01', '3F000']);

/** A batch that is written until PostgreSQL has confirmed it. */
interface Batch {
  readonly pending: readonly Pending[];
  readonly rows: readonly Row[];
  readonly totals: readonly TotalsRow[];
}

/** The requests and totals of all replicas, in one schema of PostgreSQL. */
export class PostgresStore implements RequestLog {
  readonly #place: StorePlace & typeof BOUNDS;
  readonly #configured: StoreSettings[];
  readonly #periods = new Periods();
  readonly #tally = new Tally();
  #database: Database | undefined;
  /** The days that have a partition; `undefined` until the tables exist. */
  #days: Set<string> | undefined;
  readonly #pending: Pending[] = [];
  #batch: Batch | undefined;
  #contentPending = 0;
  #number = firstNumber();
  #turn: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #batching: NodeJS.Timeout | undefined;
  #retiring: NodeJS.Timeout | undefined;
  #failing: string | undefined;
  #lost = 0;
  #lostSaid = 0;

  constructor(place: StorePlace, settings: StoreSettings) {
    this.#place = { ...BOUNDS, ...place };
    this.#configured = [settings];
  }

  get health(): RequestLogHealth {
    return { failing: this.#failing, lost: this.#lost };
  }

  /** Uses other settings from now on. @returns a function that withdraws them: the ones before are used again */
  configure(settings: StoreSettings): () => void {
    this.#configured.push(settings);
    return () => {
      const at = this.#configured.indexOf(settings);
      if (at !== -1) this.#configured.splice(at, 1);
    };
  }

  get #settings(): StoreSettings {
    return this.#configured.at(-1) as StoreSettings;
  }

  /** Adds a record. Returns at once: the record is written later. */
  add(record: RequestRecord, content?: RequestContent): void {
    const ended = momentIn(this.#settings.now());
    const short = shortened(record);
    if (this.#waiting >= MOST_PENDING) {
      this.#lost++;
      this.#tally.add(dayOf(ended), cleanRecord(short, JSON.stringify(short)));
      return;
    }
    const isKept = this.#failing === undefined && this.#contentPending < MOST_CONTENT_PENDING;
    if (isKept) this.#contentPending += lengthOf(content);
    this.#pending.push({ ended, number: this.#number++, record: short, content: isKept ? content : undefined });
    if (this.#failing === undefined && this.#pending.length === BATCH) void this.flush();
    else this.#schedule(this.#failing === undefined ? this.#place.batchMs : this.#place.retryMs);
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
    if (this.#waiting > 0) await within(this.#place.closeMs, this.flush());
    clearTimeout(this.#batching);
    clearInterval(this.#retiring);
    this.#batching = this.#retiring = undefined;
    if (this.#waiting > 0)
      this.#settings.log.warn(`${requests(this.#waiting)} could not be written to PostgreSQL before 429chain stopped.`);
    const database = this.#database;
    this.#database = this.#days = undefined;
    if (database !== undefined)
      await within(
        this.#place.closeMs,
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
        `SELECT record, content FROM "${this.#place.schema}".requests WHERE id = $1
         ORDER BY ended DESC, number DESC LIMIT 1`,
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

  get #waiting(): number {
    return this.#pending.length + (this.#batch?.pending.length ?? 0);
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
      for (let left = this.#waiting; left > 0; ) {
        this.#batch ??= this.#nextBatch();
        left -= this.#batch.pending.length;
        await this.#writeBatch(database, this.#batch);
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

  /** The first of the waiting records. It stays the same until it is written: then it can be sent again. */
  #nextBatch(): Batch {
    const pending = this.#pending.splice(0, BATCH);
    const rows = pending.map((each) => {
      const { row, record } = rowOf(each, this.#place.replica);
      this.#tally.add(dayOf(each.ended), record);
      return row;
    });
    return { pending, rows, totals: this.#tally.take() };
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
    this.#batch = undefined;
    for (const { content } of pending) this.#contentPending -= lengthOf(content);
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
    // Records matter more than contents: memory is kept for them.
    for (const each of this.#pending) each.content = undefined;
    this.#contentPending = 0;
    for (const each of this.#batch?.pending ?? []) this.#contentPending += lengthOf(each.content);
    this.#schedule(this.#place.retryMs);
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

/** Grows with each start. By chance, so that replicas that start at once have others. It fits a `bigint` until 2109. */
const firstNumber = (): bigint => (BigInt(Date.now()) << 21n) + BigInt(randomInt(2 ** 20));

const requests = (number: number): string => (number === 1 ? '1 request' : `${number} requests`);

const lengthOf = (content: RequestContent | undefined): number =>
  content === undefined ? 0 : content.request.length + (content.answer?.length ?? 0);

/** Waits for `work`, but no longer than `ms`. */
const within = async (ms: number, work: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
};
