import type { RequestRecord } from '429chain/plugin';
import { type Counts, emptyCounts, SUMS } from '../request-log/counts.js';
import { GROUPS, type Groups } from '../request-log/groups.js';
import { count, type DayTotals, emptyDay } from '../request-log/totals.js';
import { type KINDS, WHOLE_DAY } from './tables.js';

/** What is to be added to one row of the totals. */
export interface TotalsRow extends Counts {
  readonly day: string;
  /** 0 to 23, or `WHOLE_DAY`. */
  readonly hour: number;
  readonly kind: (typeof KINDS)[number];
  /** Empty for the totals of everything. */
  readonly name: string;
}

/** Counts requests between two writes. It remembers the names of the day, of which it counts only so many by themselves. */
export class Tally {
  readonly #days = new Map<string, DayTotals>();

  add(day: string, record: RequestRecord): void {
    const totals = this.#days.get(day) ?? emptyDay(day);
    this.#days.set(day, totals);
    count(totals, record);
  }

  /** What was counted since the last call. */
  take(): TotalsRow[] {
    const rows: TotalsRow[] = [];
    for (const { day, total, hours, ...groups } of this.#days.values()) {
      rows.push(...rowsOf(day, WHOLE_DAY, total, groups));
      for (const each of hours) rows.push(...rowsOf(day, each.hour ?? WHOLE_DAY, each.total, each.groups()));
    }
    const last = [...this.#days.keys()].sort().at(-1);
    for (const day of this.#days.keys()) if (day !== last) this.#days.delete(day);
    return rows;
  }
}

/** The rows with a number, which is zero afterwards. */
function* rowsOf(day: string, hour: number, total: Counts, groups: Groups): Generator<TotalsRow> {
  if (isCounted(total)) yield { day, hour, kind: 'total', name: '', ...taken(total) };
  for (const kind of GROUPS)
    for (const [name, counts] of Object.entries(groups[kind]))
      if (isCounted(counts)) yield { day, hour, kind, name, ...taken(counts) };
}

const isCounted = (counts: Counts): boolean => SUMS.some((key) => counts[key] !== 0);

const taken = (counts: Counts): Counts => {
  const copy = { ...counts };
  Object.assign(counts, emptyCounts());
  return copy;
};
