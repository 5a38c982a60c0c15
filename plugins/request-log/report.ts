import type { UsageReport } from '429chain/plugin';
import { type Counts, emptyCounts, mergeCounts, totalsOf } from './counts.js';
import { DAY_MS, HOUR_MS } from './days.js';
import { emptyGroups, mergeGroups, type Named, named, names, OTHERS, totalsByName } from './groups.js';
import type { Period } from './period.js';
import { type DayTotals, MOST_NAMES } from './totals.js';
import type { Zone } from './zone.js';

/** Longer reports have no hours. An hour more than 7 days: the week in which clocks are set back. */
const LONGEST_WITH_HOURS = 7 * DAY_MS + HOUR_MS;

/**
 * One report over several UTC days, earliest first. It does not change them. A UTC day counts as a whole if all of it is in
 * the period, and by its hours otherwise. An hour around midnight belongs to the day of its middle.
 */
export const reportOf = (utcDays: readonly DayTotals[], { zone, start, end }: Period): UsageReport => {
  const total = emptyCounts();
  const groups = emptyGroups();
  const days = names();
  const hours: { at: number; counts: Counts }[] = [];
  for (const utcDay of utcDays) {
    const begin = Date.parse(utcDay.day);
    const isWhole = begin >= start && begin + DAY_MS <= end;
    if (isWhole) mergeGroups(groups, utcDay, MOST_NAMES);
    const dayAt = localDays(zone, begin);
    for (const each of utcDay.hours) {
      const middle = begin + each.middleMs;
      if (middle < start || middle >= end) continue;
      mergeCounts(total, each.total);
      mergeCounts(named(days, dayAt(middle), Number.POSITIVE_INFINITY), each.total);
      if (!isWhole) mergeGroups(groups, each.groups(), MOST_NAMES);
      if (each.hour !== undefined) hours.push({ at: begin + each.hour * HOUR_MS, counts: each.total });
    }
  }
  const { providers, chains, targets, keys, paths } = groups;
  return {
    timeZone: zone.name,
    total: totalsOf(total),
    providers: totalsByName(providers),
    chains: totalsByName(chains),
    targets: totalsByName(targets),
    models: totalsByName(modelsOf(targets)),
    keys: totalsByName(keys),
    paths: totalsByName(paths),
    days: Object.keys(days)
      .sort()
      .map((day) => ({ day, ...totalsOf(days[day] as Counts) })),
    ...(end - start <= LONGEST_WITH_HOURS && {
      hours: hours.sort((one, other) => one.at - other.at).map(({ at, counts }) => ({ at, ...totalsOf(counts) })),
    }),
  };
};

/** The local days of one UTC day: at most two, so that few moments are formatted. */
const localDays = (zone: Zone, begin: number): ((at: number) => string) => {
  const first = zone.dayAt(begin);
  const last = zone.dayAt(begin + DAY_MS - 1);
  const change = first === last ? Number.POSITIVE_INFINITY : zone.startOf(last);
  return (at) => (at < change ? first : last);
};

/** Targets with the same model, whatever their provider and key. */
const modelsOf = (targets: Named): Named => {
  const models = names();
  for (const [target, counts] of Object.entries(targets)) {
    const model = target === OTHERS ? OTHERS : target.slice(target.indexOf('/') + 1);
    mergeCounts(named(models, model, MOST_NAMES), counts);
  }
  return models;
};
