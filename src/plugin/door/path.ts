import { type Fields, isFields } from '../fields.js';

/** Each item of a list. */
const EACH = Symbol('[]');
/** This object and every object inside it. */
const DEEP = Symbol('**');

type Step = string | typeof EACH | typeof DEEP;

/** The path of a field, taken apart once. */
export interface CompiledPath {
  /** The way to the objects that may have the field. */
  readonly steps: readonly Step[];
  readonly field: string;
}

/** Objects nested deeper are left as they are. */
const DEEPEST = 64;
/** Objects of a JSON schema whose keys are names that the caller chose, not fields. */
const NAMES: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions']);

/** Takes a path such as `messages[].content[].cache_control` apart. */
export const parsePath = (path: string): CompiledPath => {
  const parts = path.split('.');
  const field = (parts.pop() ?? '').replace(/(?:\[\])+$/, '');
  return { steps: parts.flatMap(stepsOf), field };
};

const stepsOf = (part: string): Step[] => {
  if (part === '**') return [DEEP];
  const key = part.replace(/(?:\[\])+$/, '');
  return [key, ...Array.from({ length: (part.length - key.length) / 2 }, (): Step => EACH)];
};

/** Whether a body may have a field at `path`, by a look at its own fields. */
export const mayHave = (body: Fields, { steps, field }: CompiledPath): boolean => {
  const [first = field] = steps;
  return typeof first !== 'string' || Object.hasOwn(body, first);
};

/**
 * Calls `change` with each object at `path` that has the field. Returns a copy of `body` with what `change` returned in
 * their places, or `body` itself if it changed nothing.
 */
export const changeAt = <T extends Fields>(
  body: T,
  { steps, field }: CompiledPath,
  change: (object: Fields, field: string) => Fields,
): T => changeIn(body, steps, 0, (object) => (Object.hasOwn(object, field) ? change(object, field) : object)) as T;

const changeIn = (
  value: unknown,
  steps: readonly Step[],
  index: number,
  change: (object: Fields) => Fields,
): unknown => {
  const step = steps[index];
  if (step === EACH) return mapped(value, (item) => changeIn(item, steps, index + 1, change));
  if (!isFields(value)) return value;
  if (step === undefined) return change(value);
  if (step === DEEP)
    return changeDeep(value, (object) => changeIn(object, steps, index + 1, change) as Fields, DEEPEST);
  return changeKey(value, step, (inner) => changeIn(inner, steps, index + 1, change));
};

const changeDeep = (value: unknown, change: (object: Fields) => Fields, depth: number): unknown => {
  if (depth === 0) return value;
  if (Array.isArray(value)) return mapped(value, (item) => changeDeep(item, change, depth - 1));
  if (!isFields(value)) return value;
  let next = change(value);
  for (const key of Object.keys(next)) {
    next = changeKey(next, key, (inner) =>
      NAMES.has(key) && isFields(inner)
        ? Object.keys(inner).reduce(
            (names, name) => changeKey(names, name, (each) => changeDeep(each, change, depth - 1)),
            inner,
          )
        : changeDeep(inner, change, depth - 1),
    );
  }
  return next;
};

const changeKey = (object: Fields, key: string, change: (value: unknown) => unknown): Fields => {
  if (!Object.hasOwn(object, key)) return object;
  const next = change(object[key]);
  return next === object[key] ? object : { ...object, [key]: next };
};

const mapped = (value: unknown, change: (item: unknown) => unknown): unknown => {
  if (!Array.isArray(value)) return value;
  let changed = false;
  const items = value.map((item: unknown) => {
    const next = change(item);
    if (next !== item) changed = true;
    return next;
  });
  return changed ? items : value;
};

/**
 * Paths of the fields named `field` that a body has, at any depth, each written once. Names that a JSON schema gives to its
 * properties are no fields.
 */
export const pathsOf = (body: Fields, field: string): string[] => {
  const found = new Set<string>();
  findIn(body, field, '', found, DEEPEST);
  return [...found];
};

const findIn = (value: unknown, field: string, path: string, found: Set<string>, depth: number): void => {
  if (depth === 0) return;
  if (Array.isArray(value)) for (const item of value) findIn(item, field, `${path}[]`, found, depth - 1);
  if (!isFields(value)) return;
  const prefix = path === '' ? '' : `${path}.`;
  if (Object.hasOwn(value, field)) found.add(prefix + field);
  for (const key of Object.keys(value)) {
    const inner = value[key];
    if (typeof inner !== 'object' || inner === null) continue;
    if (SCHEMAS.has(key) && hasDeep(inner, field)) found.add(`${prefix}${key}.**.${field}`);
    else if (!SCHEMAS.has(key)) findIn(inner, field, prefix + key, found, depth - 1);
  }
};

/** Keys whose values are JSON schemas: a field in one of them is meant at any depth. */
const SCHEMAS: ReadonlySet<string> = new Set(['parameters', 'schema', 'input_schema']);

const hasDeep = (value: unknown, field: string): boolean => {
  let found = false;
  changeDeep(
    value,
    (object) => {
      found ||= Object.hasOwn(object, field);
      return object;
    },
    DEEPEST,
  );
  return found;
};
