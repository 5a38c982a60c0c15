/** An object that was parsed from JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object and not an array. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const MOST_ENTRIES = 1_000;

/** The first 1,000 entries of an object. More are noise, and hostile objects have many. */
export const entriesOf = (object: Fields): [key: string, value: unknown][] => {
  const entries: [string, unknown][] = [];
  for (const key in object) if (entries.push([key, object[key]]) === MOST_ENTRIES) break;
  return entries;
};
