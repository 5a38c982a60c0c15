import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestRecord, UsageReport } from '429chain/plugin';
import { dayOf } from '../request-log/days.js';
import type { Period } from '../request-log/period.js';
import { reportOf } from '../request-log/report.js';
import { count, type DayTotals, emptyDay, mergeDay, parseDay } from '../request-log/totals.js';
import { areTotalsOutdated, type SegmentName } from './retention.js';
import { orNothing } from './segments.js';

/** Days that stay in memory after a report. */
const MOST_IN_MEMORY = 62;
const FILE = /^(\d{4}-\d{2}-\d{2})\.json$/;

/**
 * The totals of each day, one file per day. The file says how many records of each segment it counts, so it may be written
 * late: after a crash the missing records are counted from the segments, and none twice.
 */
export class Days {
  readonly #folder: string;
  readonly #warn: (message: string) => void;
  readonly #known = new Map<string, DayTotals>();
  readonly #read = new Set<string>();
  /** Days that have a file. */
  #listed: Set<string> | undefined;
  readonly #dirty = new Set<string>();
  /** Days that have segments. */
  #needed: ReadonlySet<string> = new Set();

  constructor(folder: string, warn: (message: string) => void) {
    this.#folder = folder;
    this.#warn = warn;
  }

  /** Loads the days that have records, for `countedIn`. */
  async load(days: readonly string[]): Promise<void> {
    this.need(days);
    for (const day of this.#needed) await this.#readDay(day);
  }

  /** Keeps these days in memory and on disk, and may forget others. */
  need(days: readonly string[]): void {
    this.#needed = new Set(days);
  }

  countedIn({ day, number }: SegmentName): number {
    return this.#known.get(day)?.counted[number] ?? 0;
  }

  /** Whether records of a segment may be uncounted. A day's segments are filled in order: all before the last counted one are complete. */
  mayMiss({ day, number }: SegmentName): boolean {
    return !this.#dayOf(day).closed && number >= this.lastNumberOf(day);
  }

  /** The number of the last segment that was counted, even if its file is gone; 0 if there is none. */
  lastNumberOf(day: string): number {
    return Math.max(0, ...Object.keys(this.#dayOf(day).counted).map(Number));
  }

  /** Whether there are totals of requests older than this segment; without a segment, whether there are any. */
  async hasBefore(segment: SegmentName | undefined): Promise<boolean> {
    for (const day of await this.#list()) if (segment === undefined || day < segment.day) return true;
    if (segment === undefined) return false;
    return Object.keys(this.#dayOf(segment.day).counted).some((number) => Number(number) < segment.number);
  }

  /** Counts the next record of a segment. */
  add(segment: SegmentName, record: RequestRecord): void {
    this.addOnce(segment, this.countedIn(segment) + 1, record);
  }

  /** Counts the record at this place of a segment, unless it is counted already. */
  addOnce(segment: SegmentName, place: number, record: RequestRecord): void {
    if (place <= this.countedIn(segment)) return;
    const day = this.#dayOf(segment.day);
    count(day, record);
    day.counted[segment.number] = place;
    this.#dirty.add(segment.day);
  }

  /** Counts a record that is in no segment. */
  addUnkept(day: string, record: RequestRecord): void {
    count(this.#dayOf(day), record);
    this.#dirty.add(day);
  }

  /** Marks a day as complete: its segments need no second look. */
  async close(day: string): Promise<void> {
    const totals = this.#dayOf(day);
    if (totals.closed) return;
    totals.closed = true;
    this.#dirty.add(day);
    await this.save();
  }

  /** Marks a day as incomplete: more records follow, for example after the clock was set back. */
  async reopen(day: string): Promise<void> {
    const totals = await this.#readDay(day);
    if (!totals.closed) return;
    totals.closed = false;
    this.#dirty.add(day);
    await this.save();
  }

  async save(): Promise<void> {
    for (const day of [...this.#dirty]) {
      const file = this.#fileOf(day);
      const text = JSON.stringify(await this.#readDay(day));
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(`${file}.tmp`, text, { mode: 0o600 });
      await rename(`${file}.tmp`, file);
      this.#listed?.add(day);
      this.#dirty.delete(day);
    }
  }

  async report(period: Period): Promise<UsageReport> {
    const [from, to] = [dayOf(period.start), dayOf(period.end - 1)];
    const within = (day: string): boolean => day >= from && day <= to;
    for (const day of await this.#list()) if (within(day)) await this.#readDay(day);
    const report = reportOf(
      [...this.#known.values()].filter(({ day }) => within(day)).sort((one, other) => (one.day < other.day ? -1 : 1)),
      period,
    );
    this.#forgetSome();
    return report;
  }

  /**
   * Removes days that are too old, and the oldest ones without segments while all have more than `maxBytes`.
   * @returns the bytes that are left
   */
  async retire(now: number, maxBytes: number): Promise<number> {
    for (const day of [...(await this.#list()), ...this.#known.keys()]) {
      if (areTotalsOutdated(day, now)) await this.#remove(day);
    }
    let bytes = 0;
    for (const day of [...(await this.#list())].sort().reverse()) {
      const { size } = (await stat(this.#fileOf(day)).catch(orNothing(undefined))) ?? { size: 0 };
      if (bytes + size > maxBytes && !this.#needed.has(day)) await this.#remove(day);
      else bytes += size;
    }
    return bytes;
  }

  async #remove(day: string): Promise<void> {
    await rm(this.#fileOf(day), { force: true });
    this.#known.delete(day);
    this.#read.delete(day);
    this.#listed?.delete(day);
    this.#dirty.delete(day);
  }

  /** Forgets days that only reports needed. Their files stay. */
  #forgetSome(): void {
    for (const day of this.#known.keys()) {
      if (this.#known.size <= MOST_IN_MEMORY) return;
      if (this.#needed.has(day) || this.#dirty.has(day)) continue;
      this.#known.delete(day);
      this.#read.delete(day);
    }
  }

  async #list(): Promise<Set<string>> {
    if (this.#listed !== undefined) return this.#listed;
    const files = await readdir(this.#folder).catch(orNothing([] as string[], 'ENOTDIR'));
    this.#listed = new Set(files.map((file) => FILE.exec(file)?.[1] ?? '').filter((day) => day !== ''));
    return this.#listed;
  }

  async #readDay(day: string): Promise<DayTotals> {
    if (this.#read.has(day)) return this.#dayOf(day);
    const file = this.#fileOf(day);
    const text = await readFile(file, 'utf8').catch(orNothing(undefined, 'ENOTDIR'));
    this.#read.add(day);
    try {
      // Some records may have been counted before the file was read.
      if (text !== undefined) this.#known.set(day, mergeDay(parseDay(text, day), this.#dayOf(day)));
    } catch (error) {
      this.#warn(
        `${file} is damaged (${(error as Error).message}). It is counted anew from the requests that are kept.`,
      );
    }
    return this.#dayOf(day);
  }

  #dayOf(day: string): DayTotals {
    const totals = this.#known.get(day) ?? emptyDay(day);
    this.#known.set(day, totals);
    return totals;
  }

  #fileOf(day: string): string {
    return join(this.#folder, `${day}.json`);
  }
}
