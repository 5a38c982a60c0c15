import type { Totals } from '429chain/plugin';
import { type Counts, emptyCounts, mergeCounts, totalsOf } from './counts.js';

/** By what requests are counted, besides all of them. */
export const GROUPS = ['providers', 'chains', 'targets', 'keys', 'paths'] as const;
type Group = (typeof GROUPS)[number];

/** Counts by name. */
export type Named = Record<string, Counts>;
export type Groups = Record<Group, Named>;

/** Where names are counted together that are too many: callers choose the names of models. */
export const OTHERS = '(others)';

/** An object without prototype: a chain may be named `constructor`. */
export const names = (from: Named = {}): Named => Object.assign(Object.create(null), from);

export const emptyGroups = (): Groups => ({
  providers: names(),
  chains: names(),
  targets: names(),
  keys: names(),
  paths: names(),
});

/** The counts of a name. With `most` names, further ones are counted together. */
export const named = (group: Named, name: string, most: number): Counts => {
  const known = group[name];
  if (known !== undefined) return known;
  const kept = Object.keys(group).length < most ? name : OTHERS;
  const counts = group[kept] ?? emptyCounts();
  group[kept] = counts;
  return counts;
};

export const mergeGroups = (into: Groups, from: Groups, most: number): void => {
  for (const group of GROUPS) mergeNamed(into[group], from[group], most);
};

const mergeNamed = (into: Named, from: Named, most: number): void => {
  for (const [name, counts] of Object.entries(from)) mergeCounts(named(into, name, most), counts);
};

export const totalsByName = (group: Named): Record<string, Totals> =>
  Object.fromEntries(Object.entries(group).map(([name, counts]) => [name, totalsOf(counts)]));
