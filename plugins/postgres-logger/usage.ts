import type { UsageReport } from '429chain/plugin';
import { type Counts, mergeCounts } from '../request-log/counts.js';
import { DAY_MS, dayOf } from '../request-log/days.js';
import { named, OTHERS } from '../request-log/groups.js';
import { MOST_NAMES_PER_HOUR } from '../request-log/hours.js';
import type { Period } from '../request-log/period.js';
import { reportOf } from '../request-log/report.js';
import { type DayTotals, emptyDay, MOST_NAMES } from '../request-log/totals.js';
import { TOTALS_COLUMNS } from './batch.js';
import type { Database } from './database.js';
import { WHOLE_DAY } from './tables.js';
import type { TotalsRow } from './tally.js';

/** A report of whole days of a time zone. */
export const usageOf = async (database: Database, schema: string, period: Period): Promise<UsageReport> => {
  const [first, last] = [dayOf(period.start), dayOf(period.end - 1)];
  // Of a UTC day that is only partly in the period, the names of each hour are needed too.
  const parts = [first, last].filter((day) => Date.parse(day) < period.start || Date.parse(day) + DAY_MS > period.end);
  const rows = await database.query<TotalsRow>(
    `SELECT to_char(day, 'YYYY-MM-DD') AS day, hour, kind, name, ${TOTALS_COLUMNS}, failed_attempts AS "failedAttempts", latency
     FROM "${schema}".totals
     WHERE day BETWEEN $1 AND $2 AND (hour = ${WHOLE_DAY} OR kind = 'total' OR day = ANY($3::date[]))
     ORDER BY totals.day, hour, kind, name = $4, requests DESC, name`,
    [first, last, parts, OTHERS],
  );
  const days = new Map<string, DayTotals>();
  for (const row of rows) {
    const day = days.get(row.day) ?? emptyDay(row.day);
    days.set(row.day, day);
    mergeCounts(countsFor(day, row), row);
  }
  return reportOf([...days.values()], period);
};

const countsFor = (day: DayTotals, { hour, kind, name }: TotalsRow): Counts => {
  if (hour === WHOLE_DAY) return kind === 'total' ? day.total : named(day[kind], name, MOST_NAMES);
  const { total, groups } = day.hours.at(String(hour));
  return kind === 'total' ? total : named(groups[kind], name, MOST_NAMES_PER_HOUR);
};
