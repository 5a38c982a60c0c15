import { isFields } from '../../plugin/fields.js';
import type { Attempt, TapFilter } from '../../plugin/index.js';

const READ: Readonly<Record<keyof TapFilter, (attempt: Attempt) => string>> = {
  type: ({ target }) => target.type,
  provider: ({ target }) => target.provider,
  chain: ({ chain }) => chain,
};

/**
 * A function that says whether an attempt matches `filter`.
 * @throws Error for an invalid filter
 */
export const matcherOf = (filter: unknown): ((attempt: Attempt) => boolean) => {
  if (!isFields(filter)) throw new Error(`a filter is an object with ${Object.keys(READ).join(', ')}`);
  const conditions = Object.entries(filter)
    .filter(([, wanted]) => wanted !== undefined)
    .map(([key, wanted]) => {
      const read = Object.hasOwn(READ, key) ? READ[key as keyof TapFilter] : undefined;
      if (read === undefined)
        throw new Error(`a filter has no '${key}'. Expected one of ${Object.keys(READ).join(', ')}`);
      return { read, names: namesIn(key, wanted) };
    });
  return (attempt) => conditions.every(({ read, names }) => names.has(read(attempt)));
};

const namesIn = (key: string, wanted: unknown): ReadonlySet<string> => {
  const names: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
  if (names.every((name) => typeof name === 'string')) return new Set(names);
  throw new Error(`the filter '${key}' is a name or a list of names`);
};
