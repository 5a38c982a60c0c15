import type { RequestContent, RequestRecord } from '429chain/plugin';
import { appendContents, contentBytes, MOST_CONTENT, removeContents, retireContents } from './contents.js';
import type { Days } from './days.js';
import type { Current, Source } from './pages.js';
import { compareSegments, dayOf, outdated, type Retention, recordsPerSegment, type SegmentName } from './retention.js';
import { fileName, idOf, listSegments, openToWrite, recordIn, recordsOf, removeSegment, repair } from './segments.js';

/** What may change with the configuration. */
export interface StoreSettings extends Retention {
  readonly now: () => number;
  readonly log: { info(message: string): void; warn(message: string): void };
}

/** A record that waits to be written. */
export interface Pending {
  readonly day: string;
  readonly record: RequestRecord;
  content?: RequestContent | undefined;
}

/** Records that are written together. */
export const BATCH = 100;
/** A segment with more records than this is not opened again to append to it: that takes NeDB too long. */
const MOST_REOPENED = 2_000;

/** The segments of one folder: begun, filled, counted and removed. One call at a time. */
export class SegmentWriter implements Source {
  readonly folder: string;
  readonly #days: Days;
  readonly #settings: () => StoreSettings;
  #segments: SegmentName[] = [];
  #current: (Current & { contentBytes: number }) | undefined;
  /** A batch that failed: how much of it is on the disk is seen when it is written again. */
  #doubtful: SegmentName | undefined;
  #isOpen = false;

  constructor(folder: string, days: Days, settings: () => StoreSettings) {
    this.folder = folder;
    this.#days = days;
    this.#settings = settings;
  }

  get segments(): readonly SegmentName[] {
    return this.#segments;
  }

  get current(): Current | undefined {
    return this.#current;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  recordsIn(segment: SegmentName): number {
    return this.#days.countedIn(segment);
  }

  /** Lists what is there, and counts what the totals do not know of yet. */
  async open(): Promise<void> {
    const { log, now } = this.#settings();
    const segments = await listSegments(this.folder);
    const last = segments.at(-1);
    if (last !== undefined && (await repair(this.folder, last)))
      log.warn(
        `The last record in ${fileName(last)} was cut off in the midst of it, and is gone. All others are there.`,
      );
    await this.#days.load(segments.map(({ day }) => day));
    for (const segment of segments) await this.#catchUp(segment);
    this.#segments = segments;
    this.#isOpen = true;
    for (const { day } of segments) if (day !== dayOf(now())) await this.#days.close(day);
    await this.retire();
  }

  /** Writes and counts the first of those that wait; there is at least one. @returns how many: those are done with */
  async append(pending: readonly Pending[]): Promise<number> {
    if (this.#doubtful !== undefined) return await this.#resolveDoubt(this.#doubtful, pending);
    const [{ day }] = pending as [Pending];
    const current = await this.#currentFor(day);
    const { segment, db } = current;
    const place = this.recordsIn(segment);
    const room = recordsPerSegment(this.#settings()) - place;
    const other = pending.findIndex((each) => each.day !== day);
    const batch = pending.slice(0, Math.min(BATCH, room, other === -1 ? BATCH : other));
    this.#doubtful = segment;
    const contents = await appendContents(
      this.folder,
      segment,
      batch.map(({ content }) => content),
    );
    await db.insertMany(
      batch.map(({ record }, index) => ({
        ...record,
        ...(contents[index] && { contentAt: contents[index] }),
        _id: idOf(place + index + 1),
      })),
    );
    this.#doubtful = undefined;
    current.contentBytes += contents.reduce((sum, each) => sum + (each?.[1] ?? 0), 0);
    return this.#count(segment, batch);
  }

  /** Never throws: what could not be removed is removed the next time. */
  async retire(coming = 0, writtenTo = this.#current?.segment): Promise<void> {
    const { now, log } = this.#settings();
    const others = this.#segments.filter(
      (segment) => writtenTo === undefined || compareSegments(segment, writtenTo) !== 0,
    );
    const kept = writtenTo === undefined ? 0 : this.recordsIn(writtenTo);
    const going = outdated(others, (each) => this.recordsIn(each), this.#settings(), now(), kept + coming);
    try {
      for (const segment of going) {
        await removeContents(this.folder, segment);
        await removeSegment(this.folder, segment);
        this.#segments = this.#segments.filter((each) => each !== segment);
      }
      await retireContents(this.folder, this.#segments);
      await this.#days.retire(now());
    } catch (error) {
      log.warn(`Old requests cannot be removed from ${this.folder}: ${(error as Error).message}`);
    }
  }

  #count(segment: SegmentName, written: readonly Pending[]): number {
    for (const { record } of written) this.#days.add(segment, record);
    return written.length;
  }

  /** After a batch that failed, and left perhaps a part of itself. */
  async #resolveDoubt(segment: SegmentName, pending: readonly Pending[]): Promise<number> {
    this.#current = undefined;
    await repair(this.folder, segment);
    const known = this.recordsIn(segment);
    let last = known;
    for await (const batch of recordsOf(this.folder, segment)) last = Math.max(last, Number(batch.at(-1)?._id ?? 0));
    this.#doubtful = undefined;
    return this.#count(segment, pending.slice(0, last - known));
  }

  /** The segment that takes the next record of `day`. */
  async #currentFor(day: string): Promise<Current & { contentBytes: number }> {
    const full = recordsPerSegment(this.#settings());
    const current = this.#current;
    if (current?.segment.day === day && this.recordsIn(current.segment) < full && current.contentBytes < MOST_CONTENT)
      return current;
    if (current !== undefined && current.segment.day !== day) await this.#days.close(current.segment.day);
    // Records from here on are missing in what the day's totals have on the disk.
    await this.#days.reopen(day);
    const last = this.#segments.findLast((segment) => segment.day === day);
    const bytes = last === undefined ? 0 : await contentBytes(this.folder, last);
    const goesOn =
      current === undefined &&
      last !== undefined &&
      bytes < MOST_CONTENT &&
      this.recordsIn(last) < Math.min(full, MOST_REOPENED);
    const segment = goesOn ? last : { day, number: Math.max(last?.number ?? 0, this.#days.lastNumberOf(day)) + 1 };
    await this.retire(goesOn ? full - this.recordsIn(segment) : full, segment);
    const db = await openToWrite(this.folder, segment);
    if (!goesOn) this.#segments = [...this.#segments, segment].sort(compareSegments);
    this.#current = { segment, db, contentBytes: goesOn ? bytes : 0 };
    return this.#current;
  }

  async #catchUp(segment: SegmentName): Promise<void> {
    if (!this.#days.mayMiss(segment)) return;
    let damaged = 0;
    const records = recordsOf(this.folder, segment, () => damaged++);
    for await (const batch of records) {
      for (const record of batch) this.#days.addOnce(segment, Number(record._id), recordIn(record));
    }
    if (damaged > 0) this.#settings().log.warn(`${fileName(segment)} has ${damaged} damaged lines; they are left out.`);
  }
}
