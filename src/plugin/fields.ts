/** An object that was parsed from JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object and not an array. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object itself; an empty one for anything else. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** The objects in a list; none for anything else. */
export const fieldsIn = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);

/** Whether a value that was parsed from JSON is nested more than `depth` deep. Not by recursion, which it could exhaust. */
export const isDeeperThan = (depth: number, value: unknown): boolean => {
  let level: unknown[] = [value];
  for (let at = 0; level.length > 0; at++) {
    if (at > depth) return true;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
};

const MOST_ENTRIES = 1_000;

/** The first 1,000 entries of an object. More are noise, and hostile objects have many. */
export const entriesOf = (object: Fields): [key: string, value: unknown][] => {
  const entries: [string, unknown][] = [];
  for (const key in object) if (entries.push([key, object[key]]) === MOST_ENTRIES) break;
  return entries;
};
