import { fuzzyMatch } from './fuzzy.js';

export type Kind = 'Pages' | 'Actions' | 'Chains' | 'Providers' | 'Models' | 'Requests';

/** Something to find in the palette. */
export interface Entry {
  readonly kind: Kind;
  readonly text: string;
  readonly detail?: string;
  /** More words to find it by. They are not shown. */
  readonly words?: string;
  /** A page of the admin to open, or an action. */
  readonly does: string | (() => void | Promise<void>);
}

/** An entry that fits a query, with the places of the matched letters in its text. */
export interface Found {
  readonly entry: Entry;
  readonly places: readonly number[];
}

/** Of each kind, for a query. */
const MOST_FOUND = 10;
/** Of each kind, before a query is typed. */
const MOST_OF_KIND: Readonly<Record<Kind, number>> = {
  Pages: 20,
  Actions: 20,
  Chains: 5,
  Providers: 5,
  Models: 0,
  Requests: 3,
};
/** Shorter texts, and texts with spaces, are no id. */
const ID = /^[\w.:~-]{6,}$/;

/**
 * The entries that fit a query, by kind, and the best first within it. The kind with the best entry is first. Without a
 * query: some of each kind. A query that may be the id of a request can always be opened as one.
 */
export const findEntries = (
  query: string,
  entries: readonly Entry[],
): readonly (readonly [Kind, readonly Found[]])[] => {
  const words = query.trim();
  if (words === '')
    return inGroups(
      entries.map((entry) => ({ entry, places: [] })),
      (kind) => MOST_OF_KIND[kind],
    );
  const found = entries.flatMap((entry) => matching(words, entry)).sort((one, other) => other.score - one.score);
  const groups = inGroups(found, () => MOST_FOUND);
  const isKnown = found.some(({ entry }) => entry.kind === 'Requests' && entry.text === words);
  const open: Entry = {
    kind: 'Requests',
    text: words,
    detail: 'Open the request with this id',
    does: `/admin/requests/${encodeURIComponent(words)}`,
  };
  if (isKnown || !ID.test(words)) return groups;
  const others = groups.filter(([kind]) => kind !== 'Requests');
  const requests = groups.find(([kind]) => kind === 'Requests')?.[1] ?? [];
  return [...others, ['Requests', [...requests, { entry: open, places: [] }]]];
};

/** A match in the text counts more than one in the other words. */
const matching = (query: string, entry: Entry): readonly (Found & { readonly score: number })[] => {
  const inText = fuzzyMatch(query, entry.text);
  if (inText !== undefined)
    return [{ entry, places: inText.places, score: inText.score * 2 - entry.text.length / 100 }];
  const { text, words = '', detail = '' } = entry;
  const anywhere = `${text} ${words} ${detail}`.toLowerCase();
  const isThere = query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => anywhere.includes(word));
  return isThere ? [{ entry, places: [], score: query.length }] : [];
};

/** Keeps the order in which the kinds come. */
const inGroups = (
  found: readonly Found[],
  most: (kind: Kind) => number,
): readonly (readonly [Kind, readonly Found[]])[] => {
  const groups = new Map<Kind, Found[]>();
  for (const each of found) {
    const { kind } = each.entry;
    const group = groups.get(kind) ?? [];
    if (group.length < most(kind)) groups.set(kind, [...group, each]);
  }
  return [...groups];
};
