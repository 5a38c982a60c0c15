import type { RequestRecord } from '429chain/plugin';
import { type Counts, countAttempt, countRequest, countServed, countsOf, emptyCounts, mergeCounts } from './counts.js';
import { HOUR_MS } from './days.js';
import { emptyGroups, GROUPS, type Groups, mergeGroups, named, names } from './groups.js';
import { EARLY, Hours, MOST_NAMES_PER_HOUR, type WrittenHours } from './hours.js';

/** The totals of one UTC day, its hours, and the records that they cover. */
export interface DayTotals extends Groups {
  readonly day: string;
  /** By the segment's number: how many of its records are counted. */
  readonly counted: Record<string, number>;
  /** Whether every record of the day is counted. */
  closed: boolean;
  readonly total: Counts;
  readonly hours: Hours;
}

/** The most names of each group that are counted separately in one day. */
export const MOST_NAMES = 500;
const LAST_HOUR = 23;

export const emptyDay = (day: string): DayTotals => ({
  day,
  counted: {},
  closed: false,
  total: emptyCounts(),
  ...emptyGroups(),
  hours: new Hours(),
});

/** Parses the file of a day, also of versions that counted neither hours nor keys and paths. @throws if it is damaged */
export const parseDay = (text: string, day: string): DayTotals => {
  const { hours, ...value } = JSON.parse(text) as Omit<DayTotals, 'hours'> & { readonly hours?: WrittenHours };
  if (value.day !== day || typeof value.total?.requests !== 'number')
    throw new Error('it does not contain the totals of its day');
  const groups = emptyGroups();
  for (const group of GROUPS) groups[group] = names(value[group]);
  const parsed = { ...value, ...groups, hours: Hours.read(hours) };
  if (hours === undefined) {
    const early = parsed.hours.at(EARLY);
    mergeCounts(early.total, parsed.total);
    mergeGroups(early.groups, parsed, MOST_NAMES);
  }
  return parsed;
};

/** Adds one request to its day, and to the hour in which it arrived. */
export const count = (day: DayTotals, record: RequestRecord): void => {
  const request = countsOf(record);
  const hour = day.hours.at(hourOf(day.day, record.at));
  countRequest(day.total, request);
  countRequest(hour.total, request);
  // A request that was refused before its chain was known counts for no chain; one without a valid key for no key.
  const { chain, keyLabel, path } = record;
  if (chain !== '') countNamed(day, hour.groups, 'chains', chain, request);
  if (keyLabel !== '') countNamed(day, hour.groups, 'keys', keyLabel, request);
  if (path !== '') countNamed(day, hour.groups, 'paths', path, request);
  const counters = countersOf(day, hour.groups);
  const asked: Counts[] = [];
  for (const attempt of record.attempts) {
    if (attempt.outcome === 'skipped' && attempt.class === undefined) continue;
    for (const counts of counters(attempt.target)) countAttempt(counts, attempt, asked);
  }
  if (record.target === undefined) return;
  for (const counts of counters(record.target)) countServed(counts, request);
};

const countNamed = (
  day: Groups,
  hour: Groups,
  group: 'chains' | 'keys' | 'paths',
  name: string,
  request: ReturnType<typeof countsOf>,
): void => {
  countRequest(named(day[group], name, MOST_NAMES), request);
  countRequest(named(hour[group], name, MOST_NAMES_PER_HOUR), request);
};

/** The UTC hour of a day in which a request arrived. A log keeps requests by the day on which they ended. */
const hourOf = (day: string, at: number): string =>
  String(Math.max(0, Math.min(LAST_HOUR, Math.floor((at - startOf(day)) / HOUR_MS))));

/** The day that `startOf` was asked for last, and its start. */
let [lastDay, lastStart] = ['', Number.NaN];

const startOf = (day: string): number => {
  if (day !== lastDay) [lastDay, lastStart] = [day, Date.parse(day)];
  return lastStart;
};

/** What the attempts at a target count for, by the hour: a long chain looks for hundreds of them per request. */
const COUNTERS = new WeakMap<Groups, Map<string, readonly Counts[]>>();

/** @returns a function from a target to what it counts for: itself and its provider, in the day and in the hour */
const countersOf = (day: Groups, hour: Groups): ((target: string) => readonly Counts[]) => {
  const known = COUNTERS.get(hour) ?? new Map<string, readonly Counts[]>();
  COUNTERS.set(hour, known);
  return (target) => {
    const found = known.get(target);
    if (found !== undefined) return found;
    const provider = providerOf(target);
    const counters = [
      named(day.targets, target, MOST_NAMES),
      named(day.providers, provider, MOST_NAMES),
      named(hour.targets, target, MOST_NAMES_PER_HOUR),
      named(hour.providers, provider, MOST_NAMES_PER_HOUR),
    ];
    if (known.size < MOST_NAMES) known.set(target, counters);
    return counters;
  };
};

/** `groq` for `groq/llama`, and for `groq:key 1/llama`. */
const providerOf = (target: string): string => {
  const slash = target.indexOf('/');
  const colon = target.indexOf(':');
  return target.slice(0, colon === -1 || colon > slash ? Math.max(0, slash) : colon);
};

/** Adds the totals of `from` to `into`, without the records that they cover. */
export const mergeDay = (into: DayTotals, from: DayTotals): DayTotals => {
  mergeCounts(into.total, from.total);
  mergeGroups(into, from, MOST_NAMES);
  into.hours.merge(from.hours);
  return into;
};
