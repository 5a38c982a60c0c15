import { type Counts, countsIn, emptyCounts, mergeCounts, type Row, rowOf } from './counts.js';
import { HOUR_MS } from './days.js';
import { emptyGroups, GROUPS, type Groups, mergeGroups, names } from './groups.js';

const NOON = 12;
/** The most names of each group that are counted separately in one hour. */
export const MOST_NAMES_PER_HOUR = 50;

/**
 * The hours of one UTC day, 0 to 23, and `early`: what an older version counted on that day, at no known hour. Only the
 * last hour is counted into; the names of others are kept as JSON, which takes a tenth of the memory.
 */
export class Hours {
  readonly #hours = new Map<string, Hour>();

  /** @param written as `toJSON` returned it */
  static read(written: WrittenHours = {}): Hours {
    const hours = new Hours();
    for (const [key, [total, groups]] of Object.entries(written))
      hours.#hours.set(key, { total: countsIn(total), groups });
    return hours;
  }

  /** The counts of an hour, to be counted into. */
  at(key: string): { readonly total: Counts; readonly groups: Groups } {
    const hour: Hour = this.#hours.get(key) ?? { total: emptyCounts(), groups: emptyGroups() };
    this.#hours.set(key, hour);
    if (typeof hour.groups === 'string') hour.groups = groupsIn(hour.groups);
    return hour as { total: Counts; groups: Groups };
  }

  /** Every hour with requests, with its middle in ms after the start of the day. */
  *[Symbol.iterator](): Generator<HourTotals> {
    for (const [key, { total, groups }] of this.#hours) {
      const isEarly = key === EARLY;
      yield {
        hour: isEarly ? undefined : Number(key),
        middleMs: isEarly ? NOON * HOUR_MS : (Number(key) + 0.5) * HOUR_MS,
        total,
        groups: () => (typeof groups === 'string' ? groupsIn(groups) : groups),
      };
    }
  }

  merge(from: Hours): void {
    for (const [key, { total, groups }] of from.#hours) {
      const into = this.at(key);
      mergeCounts(into.total, total);
      mergeGroups(into.groups, typeof groups === 'string' ? groupsIn(groups) : groups, MOST_NAMES_PER_HOUR);
    }
  }

  /** For the file of the day. Hours before the last one become JSON in memory too. */
  toJSON(): WrittenHours {
    const last = Math.max(...[...this.#hours.keys()].map(Number).filter((hour) => !Number.isNaN(hour)));
    const written: Record<string, WrittenHour> = {};
    for (const [key, hour] of this.#hours) {
      const text = typeof hour.groups === 'string' ? hour.groups : textOf(hour.groups);
      if (key !== String(last)) hour.groups = text;
      written[key] = [rowOf(hour.total), text];
    }
    return written;
  }
}

export const EARLY = 'early';

export interface HourTotals {
  /** 0 to 23; `undefined` for what was counted before hours were. */
  readonly hour: number | undefined;
  readonly middleMs: number;
  readonly total: Counts;
  groups(): Groups;
}

interface Hour {
  readonly total: Counts;
  groups: Groups | string;
}

type WrittenHour = readonly [total: Row, groups: string];
export type WrittenHours = Readonly<Record<string, WrittenHour>>;

const textOf = (groups: Groups): string =>
  JSON.stringify(
    GROUPS.map((group) => Object.fromEntries(Object.entries(groups[group]).map(([name, each]) => [name, rowOf(each)]))),
  );

const groupsIn = (text: string): Groups => {
  const written = JSON.parse(text) as Record<string, Row>[];
  const groups = emptyGroups();
  for (const [index, group] of GROUPS.entries())
    groups[group] = names(
      Object.fromEntries(Object.entries(written[index] ?? {}).map(([name, row]) => [name, countsIn(row)])),
    );
  return groups;
};
