import type { RequestContent, RequestRecord } from '429chain/plugin';
import { dayOf } from '../request-log/days.js';
import { appendContents, contentBytes, removeContents } from './contents.js';
import type { Days } from './days.js';
import { bytesOf, lineOf, lineWithContent, recordIn } from './lines.js';
import type { Source } from './pages.js';
import {
  bytesPerSegment,
  compareSegments,
  outdated,
  type Retention,
  recordsPerSegment,
  type SegmentName,
  totalsBytes,
} from './retention.js';
import {
  appendLines,
  createFolder,
  fileName,
  listSegments,
  recordsOf,
  removeDamage,
  removeSegment,
  repair,
  segmentBytes,
} from './segments.js';

/** The settings of the log, which may change with the configuration. */
export interface StoreSettings extends Retention {
  readonly now: () => number;
  readonly log: { info(message: string): void; warn(message: string): void };
}

/** A record that is not written yet. */
export interface Pending {
  readonly day: string;
  readonly record: RequestRecord;
  content?: RequestContent | undefined;
}

/** Records that are written together: about a millisecond. */
export const BATCH = 250;

/** The segment that is written to, with the sizes of its files in bytes. */
interface Written {
  readonly segment: SegmentName;
  recordBytes: number;
  contentBytes: number;
}

/** What is written together. */
interface Batch {
  readonly records: readonly Pending[];
  readonly lines: string[];
}

/** Writes, counts and removes the segments of one folder. One call at a time. */
export class SegmentWriter implements Source {
  readonly folder: string;
  readonly #days: Days;
  readonly #settings: () => StoreSettings;
  #segments: SegmentName[] = [];
  readonly #damaged = new Set<SegmentName>();
  #current: Written | undefined;
  /** The segment of a batch that failed: part of the batch may be on disk. */
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

  get isOpen(): boolean {
    return this.#isOpen;
  }

  recordsIn(segment: SegmentName): number {
    return this.#days.countedIn(segment);
  }

  hasDeleted(): Promise<boolean> {
    return this.#days.hasBefore(this.#segments[0]);
  }

  /** Lists the segments, and counts records that the totals do not include yet. */
  async open(): Promise<void> {
    const { log, now } = this.#settings();
    const segments = await listSegments(this.folder);
    const last = segments.at(-1);
    if (last !== undefined && (await repair(this.folder, last)))
      log.warn(`The last record in ${fileName(last)} was incomplete and is lost. All others are intact.`);
    await this.#days.load(segments.map(({ day }) => day));
    for (const segment of segments) await this.#catchUp(segment);
    this.#segments = segments;
    this.#isOpen = true;
    for (const { day } of segments) if (day !== dayOf(now())) await this.#days.close(day);
    await this.retire();
  }

  /** Writes and counts the first of the waiting records, of which there must be at least one. @returns how many it wrote */
  async append(pending: readonly Pending[]): Promise<number> {
    if (this.#doubtful !== undefined) return await this.#resolveDoubt(this.#doubtful, pending);
    const [{ day }] = pending as [Pending];
    const current = await this.#currentFor(day);
    const { segment } = current;
    const { records, lines } = this.#batchFor(segment, pending);
    this.#doubtful = segment;
    current.contentBytes += await this.#writeContents(segment, records, lines);
    const bytes = bytesOf(lines);
    await appendLines(this.folder, segment, bytes);
    current.recordBytes += bytes.length;
    this.#doubtful = undefined;
    return this.#count(segment, records);
  }

  /** Removes what is too old or too much. Never throws: it tries again the next time. */
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
      const days = this.#segments.map(({ day }) => day);
      this.#days.need(writtenTo === undefined ? days : [...days, writtenTo.day]);
      await this.#retireBytes(writtenTo, await this.#days.retire(now(), totalsBytes(this.#settings())));
    } catch (error) {
      log.warn(`Old requests cannot be removed from ${this.folder}: ${(error as Error).message}`);
    }
  }

  /**
   * Removes what is too much in bytes: the oldest contents first, then the oldest segments. Leaves room for a full segment.
   */
  async #retireBytes(writtenTo: SegmentName | undefined, bytesOfTotals: number): Promise<void> {
    const { records, contents } = bytesPerSegment(this.#settings());
    const sizes = await Promise.all(
      this.#segments.map(async (segment) => ({
        segment,
        records: await segmentBytes(this.folder, segment),
        contents: await contentBytes(this.folder, segment),
      })),
    );
    let left = sizes.reduce((sum, each) => sum + each.records + each.contents, 0);
    const most = this.#settings().maxBytes - bytesOfTotals - records - contents;
    const isWrittenTo = (segment: SegmentName): boolean =>
      writtenTo !== undefined && compareSegments(segment, writtenTo) === 0;
    for (const each of sizes) {
      if (left <= most) return;
      if (isWrittenTo(each.segment)) continue;
      await removeContents(this.folder, each.segment);
      left -= each.contents;
    }
    for (const each of sizes) {
      if (left <= most) return;
      if (isWrittenTo(each.segment)) continue;
      await removeSegment(this.folder, each.segment);
      this.#segments = this.#segments.filter((segment) => segment !== each.segment);
      left -= each.records;
    }
  }

  /** The first of the waiting records that fit into a segment together; at least one. */
  #batchFor(segment: SegmentName, pending: readonly Pending[]): Batch {
    const place = this.recordsIn(segment) + 1;
    const room = recordsPerSegment(this.#settings()) - place + 1;
    const most = bytesPerSegment(this.#settings());
    const lines: string[] = [];
    let [records, contents] = [0, 0];
    for (const { day, record, content } of pending) {
      if (lines.length === BATCH || lines.length === room || day !== pending[0]?.day) break;
      const line = lineOf(record, place + lines.length);
      records += line.length;
      contents += content === undefined ? 0 : content.request.length + (content.answer?.length ?? 0);
      if (lines.length > 0 && (records > most.records || contents > most.contents)) break;
      lines.push(line);
    }
    return { records: pending.slice(0, lines.length), lines };
  }

  /** Writes the contents of a batch, and their places into its lines. @returns the bytes of the contents */
  async #writeContents(segment: SegmentName, records: readonly Pending[], lines: string[]): Promise<number> {
    if (records.every(({ content }) => content === undefined)) return 0;
    const places = await appendContents(
      this.folder,
      segment,
      records.map(({ content }) => content),
    );
    let bytes = 0;
    for (const [index, place] of places.entries()) {
      if (place === undefined) continue;
      lines[index] = lineWithContent(lines[index] as string, place);
      bytes += place[1];
    }
    return bytes;
  }

  /** Whether no further record belongs into a segment. */
  #isFull(records: number, recordBytes: number, bytesOfContents: number): boolean {
    const most = bytesPerSegment(this.#settings());
    return (
      records >= recordsPerSegment(this.#settings()) || recordBytes >= most.records || bytesOfContents >= most.contents
    );
  }

  #count(segment: SegmentName, written: readonly Pending[]): number {
    for (const { record } of written) this.#days.add(segment, record);
    return written.length;
  }

  /** After a failed batch: counts the part of it that is on disk. */
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
  async #currentFor(day: string): Promise<Written> {
    const full = recordsPerSegment(this.#settings());
    const current = this.#current;
    if (
      current?.segment.day === day &&
      !this.#isFull(this.recordsIn(current.segment), current.recordBytes, current.contentBytes)
    )
      return current;
    if (current !== undefined && current.segment.day !== day) await this.#days.close(current.segment.day);
    // From here on, the file of the day's totals lacks records.
    await this.#days.reopen(day);
    const last = this.#segments.findLast((segment) => segment.day === day);
    const recordBytes = last === undefined ? 0 : await segmentBytes(this.folder, last);
    const bytesOfContents = last === undefined ? 0 : await contentBytes(this.folder, last);
    const goesOn =
      current === undefined && last !== undefined && !this.#isFull(this.recordsIn(last), recordBytes, bytesOfContents);
    const segment = goesOn ? last : { day, number: Math.max(last?.number ?? 0, this.#days.lastNumberOf(day)) + 1 };
    await this.retire(goesOn ? full - this.recordsIn(segment) : full, segment);
    await createFolder(this.folder);
    // If it fails, the damaged lines stay and are skipped.
    if (goesOn && this.#damaged.delete(segment)) await removeDamage(this.folder, segment).catch(() => {});
    if (!goesOn) this.#segments = [...this.#segments, segment].sort(compareSegments);
    this.#current = goesOn
      ? { segment, recordBytes, contentBytes: bytesOfContents }
      : { segment, recordBytes: 0, contentBytes: 0 };
    return this.#current;
  }

  async #catchUp(segment: SegmentName): Promise<void> {
    if (!this.#days.mayMiss(segment)) return;
    let damaged = 0;
    const records = recordsOf(this.folder, segment, () => damaged++);
    for await (const batch of records) {
      for (const record of batch) this.#days.addOnce(segment, Number(record._id), recordIn(record));
    }
    if (damaged === 0) return;
    this.#damaged.add(segment);
    this.#settings().log.warn(`${fileName(segment)} has ${damaged} damaged lines, which are skipped.`);
  }
}
