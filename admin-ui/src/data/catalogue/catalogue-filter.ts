import type { CatalogueView } from '../../../../src/contract/catalogue.js';
import type { OfferKind } from '../../../../src/contract/catalogue-entry.js';
import { hasWords, searchWords } from '../search-words.js';
import { KINDS } from './words.js';

/** What a provider must be: each of these has a button. */
export const CONDITIONS = {
  'no-key': { text: 'No key', holds: ({ needsKey }: CatalogueView) => !needsKey },
  'no-card': { text: 'No card', holds: ({ needsCard }: CatalogueView) => needsCard === false },
  'no-training': { text: 'Does not train', holds: ({ training }: CatalogueView) => training.posture === 'no' },
} as const;

export type Condition = keyof typeof CONDITIONS;

/** Selects providers: those with all words, one of the kinds and all conditions. Empty fields select all. */
export interface CatalogueFilter {
  readonly text: string;
  readonly kinds: readonly OfferKind[];
  readonly conditions: readonly Condition[];
}

export const WHOLE: CatalogueFilter = { text: '', kinds: [], conditions: [] };

/** The filter of an address such as `?q=flash&kind=recurring,keyless&only=no-card`. Unknown values are ignored. */
export const filterOf = (search: string): CatalogueFilter => {
  const asked = new URLSearchParams(search);
  return {
    text: asked.get('q') ?? '',
    kinds: known(asked.get('kind'), Object.keys(KINDS) as OfferKind[]),
    conditions: known(asked.get('only'), Object.keys(CONDITIONS) as Condition[]),
  };
};

const known = <T extends string>(list: string | null, all: readonly T[]): readonly T[] => {
  const asked = list?.split(',') ?? [];
  return all.filter((each) => asked.includes(each));
};

/** The query of a page's address: `?kind=recurring`, or empty. */
export const searchOf = ({ text, kinds, conditions }: CatalogueFilter): string => {
  const fields = { q: text.trim(), kind: kinds.join(','), only: conditions.join(',') };
  const set = Object.entries(fields).filter(([, value]) => value !== '');
  return set.length === 0 ? '' : `?${new URLSearchParams(set).toString().replaceAll('%2C', ',')}`;
};

/** The list with `value` added, or removed if it is there. */
export const toggled = <T>(list: readonly T[], value: T): readonly T[] =>
  list.includes(value) ? list.filter((each) => each !== value) : [...list, value];

export const fits = (entry: CatalogueView, { text, kinds, conditions }: CatalogueFilter): boolean =>
  (kinds.length === 0 || kinds.some((kind) => entry.kinds.includes(kind))) &&
  conditions.every((each) => CONDITIONS[each].holds(entry)) &&
  hasText(entry, text);

const hasText = (entry: CatalogueView, text: string): boolean => {
  const words = searchWords(text);
  return words.length === 0 || hasWords(wordsOf(entry).join('\n'), words);
};

/** Everything about an entry that a person may search for. */
const wordsOf = ({ id, title, type, summary, key, training, offers }: CatalogueView): readonly string[] => [
  ...[id, title, type, summary, key?.note, training.note].flatMap((each) => each ?? []),
  ...offers.flatMap(({ what, note, models, examples, limits }) => [
    ...[what, note].flatMap((each) => each ?? []),
    ...(Array.isArray(models) ? models : []),
    ...(examples ?? []),
    ...limits.map((limit) => limit.text),
  ]),
];
