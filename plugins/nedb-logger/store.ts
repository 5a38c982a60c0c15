import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type {
  RequestContent,
  RequestLog,
  RequestLogHealth,
  RequestPage,
  RequestQuery,
  RequestRecord,
  UsageReport,
  UsageSpan,
} from '429chain/plugin';
import { dayOf, HOUR_MS } from '../request-log/days.js';
import { NewestSettings } from '../request-log/newest-settings.js';
import { Periods } from '../request-log/period.js';
import { shortened } from '../request-log/shorten.js';
import { readContent } from './contents.js';
import { Days } from './days.js';
import { recordIn } from './lines.js';
import { pageOf } from './pages.js';
import { findById } from './segments.js';
import { BATCH, type Pending, SegmentWriter, type StoreSettings } from './writer.js';

/** Records are written together after this time, or when a batch is full. */
const BATCH_MS = 250;
/** The pause after a failed write. */
const RETRY_MS = 1_000;
/** The most records that wait while the disk cannot be written. Further records are only counted. */
const MOST_PENDING = 10_000;
/** The most characters of prompts and answers that wait. Further ones are not kept. */
const MOST_CONTENT_PENDING = 32 * 2 ** 20;
const SAVE_TOTALS_MS = 2_000;
const RETIRE_MS = HOUR_MS;

/** The records and totals of one folder. It reads and writes nothing before the first record or query. */
export class RequestStore implements RequestLog {
  readonly #folder: string;
  readonly #days: Days;
  readonly #writer: SegmentWriter;
  readonly #configured: NewestSettings<StoreSettings>;
  readonly #pending: Pending[] = [];
  #contentPending = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #batching: NodeJS.Timeout | undefined;
  #saving: NodeJS.Timeout | undefined;
  #retiring: NodeJS.Timeout | undefined;
  readonly #periods = new Periods();
  #failing: string | undefined;
  #lost = 0;

  constructor(folder: string, settings: StoreSettings) {
    this.#folder = folder;
    this.#configured = new NewestSettings(settings);
    this.#days = new Days(join(folder, 'totals'), (message) => this.#settings.log.warn(message));
    this.#writer = new SegmentWriter(folder, this.#days, () => this.#settings);
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
    const day = dayOf(this.#settings.now());
    if (this.#pending.length >= MOST_PENDING) {
      this.#lost++;
      this.#days.addUnkept(day, record);
      return;
    }
    const isKept = this.#failing === undefined && this.#contentPending < MOST_CONTENT_PENDING;
    if (isKept) this.#contentPending += lengthOf(content);
    this.#pending.push({ day, record: shortened(record), content: isKept ? content : undefined });
    if (this.#failing === undefined && this.#pending.length === BATCH) void this.flush();
    else this.#batching ??= setTimeout(() => void this.flush(), this.#failing === undefined ? BATCH_MS : RETRY_MS);
  }

  /** Writes all waiting records. Never throws. */
  flush(): Promise<void> {
    clearTimeout(this.#batching);
    this.#batching = undefined;
    return this.#inTurn(() => this.#write());
  }

  /** Writes everything. The store can be used again afterwards. */
  async close(): Promise<void> {
    // If this store was never used, another process may be using the folder.
    if (this.#writer.isOpen || this.#pending.length > 0) await this.flush();
    clearTimeout(this.#batching);
    clearTimeout(this.#saving);
    clearInterval(this.#retiring);
    this.#batching = this.#saving = this.#retiring = undefined;
    await this.#inTurn(() => this.#save());
    if (this.#pending.length > 0)
      this.#settings.log.warn(
        `${requests(this.#pending.length)} could not be written to ${this.#folder} before 429chain stopped.`,
      );
  }

  async requests(query: RequestQuery = {}): Promise<RequestPage> {
    await this.flush();
    return await pageOf(this.#writer, query);
  }

  async request(id: string): Promise<RequestRecord | undefined> {
    await this.flush();
    for (const segment of [...this.#writer.segments].reverse()) {
      const stored = await findById(this.#folder, segment, id);
      if (stored !== undefined) {
        const content = stored.contentAt && (await readContent(this.#folder, segment, stored.contentAt));
        return { ...recordIn(stored), ...(content && { content }) };
      }
      await breathe();
    }
    return undefined;
  }

  /** @throws RangeError if there is no such time zone */
  async usage(span: UsageSpan = {}): Promise<UsageReport> {
    const period = this.#periods.of(span, this.#settings.now());
    await this.flush();
    return await this.#inTurn(() => this.#days.report(period));
  }

  /** Runs `work` after earlier work: a file must not be removed while it is being opened. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #write(): Promise<void> {
    try {
      await this.#open();
      // Records that come meanwhile get a turn of their own. Otherwise a query would wait as long as new ones come.
      for (let left = this.#pending.length; left > 0; ) {
        const number = await this.#writer.append(this.#pending);
        this.#written(number);
        left -= number;
      }
      if (this.#failing === undefined) return;
      await this.#days.save();
      this.#recover();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  async #open(): Promise<void> {
    if (this.#writer.isOpen) return;
    await this.#writer.open();
    this.#retiring ??= setInterval(() => void this.#inTurn(() => this.#writer.retire()), RETIRE_MS).unref();
  }

  /** Removes the first `number` waiting records, which are on disk now. */
  #written(number: number): void {
    for (const { content } of this.#pending.splice(0, number)) this.#contentPending -= lengthOf(content);
    this.#saving ??= setTimeout(() => {
      this.#saving = undefined;
      void this.#inTurn(() => this.#save());
    }, SAVE_TOTALS_MS).unref();
  }

  async #save(): Promise<void> {
    try {
      await this.#days.save();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    if (this.#failing === undefined)
      this.#settings.log.warn(
        `Requests cannot be logged to ${this.#folder}: ${error.message}. 429chain keeps answering, and tries again to write the log.`,
      );
    this.#failing = error.message;
    // Records matter more than contents: memory and disk are kept for them.
    for (const each of this.#pending) each.content = undefined;
    this.#contentPending = 0;
    // `unref`: a process with nothing else to do does not wait for the disk.
    this.#batching ??= setTimeout(() => void this.flush(), RETRY_MS).unref();
  }

  #recover(): void {
    this.#failing = undefined;
    this.#settings.log.warn(
      `Requests are logged to ${this.#folder} again. ${this.#lost === 0 ? 'None is missing' : `${requests(this.#lost)} ${this.#lost === 1 ? 'is' : 'are'} missing`}.`,
    );
  }
}

const requests = (number: number): string => (number === 1 ? '1 request' : `${number} requests`);

const lengthOf = (content: RequestContent | undefined): number =>
  content === undefined ? 0 : content.request.length + (content.answer?.length ?? 0);
