import { isDeepStrictEqual } from 'node:util';

const ID_KEYS = ['use', 'key'] as const;

/** The id of a list item (a target, a plugin or a key), which stays the same when its settings change. */
const idOf = (item: unknown): string | undefined => {
  if (typeof item === 'string') return item;
  if (typeof item !== 'object' || item === null) return undefined;
  const { provider, model, ...rest } = item as Readonly<Record<string, unknown>>;
  if (typeof provider === 'string' && typeof model === 'string') return `${provider}/${model}`;
  return ID_KEYS.map((key) => rest[key]).find((id) => typeof id === 'string');
};

/**
 * Finds the old item for each item of `next`: an equal one, otherwise one with the same id, otherwise, if neither has an
 * id, the one at the same index.
 * @returns the index in `old` for each item; `undefined` for new items
 */
export const matchListItems = (old: readonly unknown[], next: readonly unknown[]): readonly (number | undefined)[] => {
  const free = new Set(old.keys());
  const matches = new Map<number, number>();
  const match = (isSame: (before: number, after: number) => boolean): void => {
    for (const after of next.keys()) {
      if (matches.has(after)) continue;
      const before = [...free].find((index) => isSame(index, after));
      if (before === undefined) continue;
      free.delete(before);
      matches.set(after, before);
    }
  };
  match((before, after) => before === after && isDeepStrictEqual(old[before], next[after]));
  match((before, after) => isDeepStrictEqual(old[before], next[after]));
  match((before, after) => idOf(old[before]) !== undefined && idOf(old[before]) === idOf(next[after]));
  match((before, after) => before === after && idOf(old[before]) === undefined && idOf(next[after]) === undefined);
  return next.map((_, index) => matches.get(index));
};
