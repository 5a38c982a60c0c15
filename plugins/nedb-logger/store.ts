import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import type {
  RequestLog,
  RequestLogHealth,
  RequestPage,
  RequestQuery,
  RequestRecord,
  UsageReport,
  UsageSpan,
} from '429chain/plugin';
import type Datastore from 'nedb-promises';
import { Days } from './days.js';
import { dayOf, outdated, type Retention, recordsPerSegment, type SegmentName } from './retention.js';
import {
  fileName,
  findById,
  idOf,
  listSegments,
  openToRead,
  openToWrite,
  recordsOf,
  removeSegment,
  repair,
  type Stored,
  withoutId,
} from './segments.js';

/** What may change with the configuration. */
export interface StoreSettings extends Retention {
  readonly now: () => number;
  readonly log: { info(message: string): void; warn(message: string): void };
}

/** Records wait for this long, or for so many, and are then written together. */
const BATCH_MS = 250;
const BATCH = 100;
/** After a failure. */
const RETRY_MS = 1_000;
/** So many wait for a disk that cannot be written; those beyond are only counted. */
const MOST_PENDING = 10_000;
const SAVE_TOTALS_MS = 2_000;
const RETIRE_MS = 3_600_000;
/** Segments in memory beside the one that is written to. */
const MOST_OPEN = 2;
/** A segment with more records than this is not opened again to append to it: that takes NeDB too long. */
const MOST_REOPENED = 2_000;

const LIMIT = 50;
const MOST_ASKED = 500;
/** Places of a segment that are looked through in one go. */
const WINDOW = 250;
/** Segments that one question may read from the disk. */
const MOST_READ = 3;
const USAGE_DAYS_MS = 29 * 86_400_000;

interface Pending {
  readonly day: string;
  readonly record: RequestRecord;
}

interface Current {
  readonly segment: SegmentName;
  readonly db: Datastore<Stored>;
}

/** The records and totals of one folder. Nothing is read or written before the first record or question. */
export class RequestStore implements RequestLog {
  readonly #folder: string;
  readonly #days: Days;
  #settings: StoreSettings;
  #segments: SegmentName[] = [];
  #current: Current | undefined;
  /** The one that was used last comes last. */
  readonly #open = new Map<string, Promise<Datastore<Stored>>>();
  readonly #pending: Pending[] = [];
  /** A batch that failed: how much of it is on the disk is seen when it is written again. */
  #doubtful: SegmentName | undefined;
  #isOpen = false;
  #turn: Promise<unknown> = Promise.resolve();
  #batching: NodeJS.Timeout | undefined;
  #saving: NodeJS.Timeout | undefined;
  #retiring: NodeJS.Timeout | undefined;
  #failing: string | undefined;
  #lost = 0;

  constructor(folder: string, settings: StoreSettings) {
    this.#folder = folder;
    this.#settings = settings;
    this.#days = new Days(join(folder, 'totals'), (message) => this.#settings.log.warn(message));
  }

  get health(): RequestLogHealth {
    return { failing: this.#failing, lost: this.#lost };
  }

  /** After a reload. */
  configure(settings: StoreSettings): void {
    this.#settings = settings;
  }

  /** Takes no time: it is written later. */
  add(record: RequestRecord): void {
    const day = dayOf(this.#settings.now());
    if (this.#pending.length >= MOST_PENDING) {
      this.#lost++;
      this.#days.addUnkept(day, record);
      return;
    }
    this.#pending.push({ day, record });
    if (this.#failing === undefined && this.#pending.length === BATCH) void this.flush();
    else this.#batching ??= setTimeout(() => void this.flush(), this.#failing === undefined ? BATCH_MS : RETRY_MS);
  }

  /** Writes what waits to be written. Never throws. */
  flush(): Promise<void> {
    clearTimeout(this.#batching);
    this.#batching = undefined;
    return this.#inTurn(() => this.#write());
  }

  /** Writes everything. May be used again afterwards. */
  async close(): Promise<void> {
    // If it was never used, another process may be at work in the folder.
    if (this.#isOpen || this.#pending.length > 0) await this.flush();
    clearTimeout(this.#batching);
    clearTimeout(this.#saving);
    clearInterval(this.#retiring);
    this.#batching = this.#saving = this.#retiring = undefined;
    await this.#inTurn(() => this.#save());
    if (this.#pending.length > 0)
      this.#settings.log.warn(`${requests(this.#pending.length)} could not be written to ${this.#folder} at the end.`);
  }

  async requests({ limit = LIMIT, cursor, ...filter }: RequestQuery = {}): Promise<RequestPage> {
    const start = cursor === undefined ? undefined : placeOf(cursor);
    const most = Math.max(1, Math.min(MOST_ASKED, limit));
    await this.flush();
    const found: RequestRecord[] = [];
    let read = 0;
    for (const segment of [...this.#segments].reverse()) {
      const order = start === undefined ? -1 : compare(segment, start.segment);
      if (order > 0) continue;
      let before = order === 0 ? (start?.before ?? 0) : this.#recordsIn(segment) + 1;
      if (before <= 1) continue;
      if (!this.#isInMemory(segment) && read++ === MOST_READ)
        return { requests: found, next: cursorOf(segment, before) };
      const db = await this.#dbOf(segment);
      while (before > 1) {
        const from = Math.max(1, before - WINDOW);
        const hits = await db.find<Stored>({ _id: { $gte: idOf(from), $lt: idOf(before) }, ...conditions(filter) });
        hits.sort((one, other) => (one._id < other._id ? 1 : -1));
        for (const hit of hits) {
          found.push(withoutId(hit));
          if (found.length === most) return { requests: found, ...this.#nextOf(segment, Number(hit._id)) };
        }
        before = from;
        await breathe();
      }
    }
    return { requests: found };
  }

  async request(id: string): Promise<RequestRecord | undefined> {
    await this.flush();
    for (const segment of [...this.#segments].reverse()) {
      const record = await findById(this.#folder, segment, id);
      if (record !== undefined) return record;
      await breathe();
    }
    return undefined;
  }

  async usage({ to = this.#settings.now(), from = to - USAGE_DAYS_MS }: UsageSpan = {}): Promise<UsageReport> {
    await this.flush();
    return await this.#inTurn(() => this.#days.report(dayOf(from), dayOf(to)));
  }

  /** One after the other: a file is not to be removed while it is opened. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #write(): Promise<void> {
    try {
      await this.#prepare();
      if (this.#pending.length > 0) await this.#writePending();
      if (this.#failing === undefined) return;
      await this.#days.save();
      this.#recover();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  async #writePending(): Promise<void> {
    await this.#resolveDoubt();
    while (this.#pending.length > 0) {
      const [{ day }] = this.#pending as [Pending];
      const { segment, db } = await this.#currentFor(day);
      const place = this.#recordsIn(segment);
      const room = recordsPerSegment(this.#settings) - place;
      const other = this.#pending.findIndex((each) => each.day !== day);
      const batch = this.#pending.slice(0, Math.min(BATCH, room, other === -1 ? BATCH : other));
      this.#doubtful = segment;
      await db.insertMany(batch.map(({ record }, index) => ({ ...record, _id: idOf(place + index + 1) })));
      this.#doubtful = undefined;
      this.#written(segment, batch.length);
    }
  }

  /** The first `number` of those that wait are on the disk. */
  #written(segment: SegmentName, number: number): void {
    for (const { record } of this.#pending.splice(0, number)) this.#days.add(segment, record);
    this.#saving ??= setTimeout(() => {
      this.#saving = undefined;
      void this.#inTurn(() => this.#save());
    }, SAVE_TOTALS_MS).unref();
  }

  /** After a batch that failed, and left perhaps a part of itself. */
  async #resolveDoubt(): Promise<void> {
    const segment = this.#doubtful;
    if (segment === undefined) return;
    this.#current = undefined;
    await repair(this.#folder, segment);
    const known = this.#recordsIn(segment);
    let last = known;
    for await (const batch of recordsOf(this.#folder, segment)) last = Math.max(last, Number(batch.at(-1)?._id ?? 0));
    this.#written(segment, Math.min(this.#pending.length, last - known));
    this.#doubtful = undefined;
  }

  /** The segment that takes the next record of `day`. */
  async #currentFor(day: string): Promise<Current> {
    const full = recordsPerSegment(this.#settings);
    const current = this.#current;
    if (current?.segment.day === day && this.#recordsIn(current.segment) < full) return current;
    if (current !== undefined && current.segment.day !== day) await this.#days.close(current.segment.day);
    // Records from here on are missing in what the day's totals have on the disk.
    await this.#days.reopen(day);
    const last = this.#segments.findLast((segment) => segment.day === day);
    const goesOn = current === undefined && last !== undefined && this.#recordsIn(last) < Math.min(full, MOST_REOPENED);
    const segment = goesOn ? last : { day, number: Math.max(last?.number ?? 0, this.#days.lastNumberOf(day)) + 1 };
    await this.#retire(goesOn ? full - this.#recordsIn(segment) : full, segment);
    const db = await openToWrite(this.#folder, segment);
    if (current !== undefined) this.#keepOpen(current);
    this.#open.delete(fileName(segment));
    if (!goesOn) this.#segments = [...this.#segments, segment].sort(compare);
    this.#current = { segment, db };
    return this.#current;
  }

  /** Lists what is there, and counts what the totals do not know of yet. */
  async #prepare(): Promise<void> {
    if (this.#isOpen) return;
    const { log, now } = this.#settings;
    const segments = await listSegments(this.#folder);
    const last = segments.at(-1);
    if (last !== undefined && (await repair(this.#folder, last)))
      log.warn(
        `The last record in ${fileName(last)} was cut off in the midst of it, and is gone. All others are there.`,
      );
    await this.#days.load(segments.map(({ day }) => day));
    for (const segment of segments) await this.#catchUp(segment);
    this.#segments = segments;
    this.#isOpen = true;
    this.#retiring ??= setInterval(() => void this.#inTurn(() => this.#retire(0)), RETIRE_MS).unref();
    for (const { day } of segments) if (day !== dayOf(now())) await this.#days.close(day);
    await this.#retire(0);
  }

  async #catchUp(segment: SegmentName): Promise<void> {
    if (!this.#days.mayMiss(segment)) return;
    let damaged = 0;
    const records = recordsOf(this.#folder, segment, () => damaged++);
    for await (const batch of records) {
      for (const record of batch) this.#days.addOnce(segment, Number(record._id), withoutId(record));
    }
    if (damaged > 0) this.#settings.log.warn(`${fileName(segment)} has ${damaged} damaged lines; they are left out.`);
  }

  async #save(): Promise<void> {
    try {
      await this.#days.save();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** Never throws: what could not be removed is removed the next time. */
  async #retire(coming: number, writtenTo = this.#current?.segment): Promise<void> {
    const { now, log } = this.#settings;
    const others = this.#segments.filter((segment) => writtenTo === undefined || compare(segment, writtenTo) !== 0);
    const kept = writtenTo === undefined ? 0 : this.#recordsIn(writtenTo);
    const going = outdated(others, (each) => this.#recordsIn(each), this.#settings, now(), kept + coming);
    try {
      for (const segment of going) {
        await removeSegment(this.#folder, segment);
        this.#segments = this.#segments.filter((each) => each !== segment);
        this.#open.delete(fileName(segment));
      }
      await this.#days.retire(now());
    } catch (error) {
      log.warn(`Old requests cannot be removed from ${this.#folder}: ${(error as Error).message}`);
    }
  }

  #fail(error: Error): void {
    if (this.#failing === undefined)
      this.#settings.log.warn(
        `Requests cannot be logged to ${this.#folder}: ${error.message}. They are answered all the same; the log tries again.`,
      );
    this.#failing = error.message;
    // A process that has nothing else to do is not to wait for the disk.
    this.#batching ??= setTimeout(() => void this.flush(), RETRY_MS).unref();
  }

  #recover(): void {
    this.#failing = undefined;
    this.#settings.log.warn(
      `Requests are logged to ${this.#folder} again. ${this.#lost === 0 ? 'None is missing' : `${requests(this.#lost)} are missing`}.`,
    );
  }

  #recordsIn(segment: SegmentName): number {
    return this.#days.countedIn(segment);
  }

  #isInMemory(segment: SegmentName): boolean {
    return this.#isCurrent(segment) || this.#open.has(fileName(segment));
  }

  #isCurrent(segment: SegmentName): boolean {
    return this.#current !== undefined && compare(segment, this.#current.segment) === 0;
  }

  #dbOf(segment: SegmentName): Promise<Datastore<Stored>> {
    if (this.#current !== undefined && this.#isCurrent(segment)) return Promise.resolve(this.#current.db);
    const name = fileName(segment);
    const db = this.#open.get(name) ?? openToRead(this.#folder, segment);
    this.#keep(name, db);
    db.catch(() => this.#open.delete(name));
    return db;
  }

  /** The one that was written to is the likeliest to be asked for. */
  #keepOpen({ segment, db }: Current): void {
    this.#keep(fileName(segment), Promise.resolve(db));
  }

  #keep(name: string, db: Promise<Datastore<Stored>>): void {
    this.#open.delete(name);
    this.#open.set(name, db);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MOST_OPEN) break;
      this.#open.delete(oldest);
    }
  }

  /** Where the next page begins, if there is anything before `place`. */
  #nextOf(segment: SegmentName, place: number): { next?: string } {
    const isOldest = this.#segments[0] === undefined || compare(segment, this.#segments[0]) <= 0;
    return isOldest && place === 1 ? {} : { next: cursorOf(segment, place) };
  }
}

const requests = (number: number): string => (number === 1 ? '1 request' : `${number} requests`);

const compare = (one: SegmentName, other: SegmentName): number =>
  one.day === other.day ? one.number - other.number : one.day < other.day ? -1 : 1;

const conditions = ({ chain, provider, status }: Omit<RequestQuery, 'limit' | 'cursor'>): object => ({
  ...(chain !== undefined && { chain }),
  ...(provider !== undefined && { provider }),
  ...(status !== undefined && {
    status: status === 'answered' ? { $lt: 400 } : status === 'failed' ? { $gte: 400 } : status,
  }),
});

/** What comes next is before this place. */
const cursorOf = ({ day, number }: SegmentName, before: number): string =>
  Buffer.from(`${day}.${number}.${before}`).toString('base64url');

const placeOf = (cursor: string): { segment: SegmentName; before: number } => {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, day, number, before] = /^(\d{4}-\d{2}-\d{2})\.(\d+)\.(\d+)$/.exec(text) ?? [];
  if (day === undefined) throw new RangeError('The cursor is none that a page of requests came with.');
  return { segment: { day, number: Number(number) }, before: Number(before) };
};
