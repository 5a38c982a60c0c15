import { type ArrayNode, type MemberNode, type ObjectNode, parse, type ValueNode } from '@humanwhocodes/momoa';

/** Where a value stands inside a configuration: `['chains', 'default', 0]`. */
export type Path = readonly (string | number)[];

/** Both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A key that an object has twice. */
interface Duplicate {
  readonly path: Path;
  readonly first: Place;
  readonly second: Place;
}

export interface Locator {
  /** Where the value at `path` begins, or the nearest value around it when there is none. Never throws. */
  valueAt(path: Path): Place;
  /** Where the key of the value at `path` begins; for an element of a list, where its value begins. */
  keyAt(path: Path): Place;
  readonly duplicates: readonly Duplicate[];
}

const START: Place = { line: 1, column: 1 };

/** Everything at the start, for a text whose syntax tree cannot be had. */
const nowhere: Locator = { valueAt: () => START, keyAt: () => START, duplicates: [] };

const placeOf = (node: { loc: { start: Place } }): Place => ({
  line: node.loc.start.line,
  column: node.loc.start.column,
});

/** A member's key, whichever way it is written. */
export const keyOf = ({ name }: MemberNode): string => (name.type === 'Identifier' ? name.name : name.value);

/** The last of several equal keys, since that is the one whose value JSON5 takes. */
export const memberOf = (node: ObjectNode, key: string): MemberNode | undefined =>
  node.members.findLast((member) => keyOf(member) === key);

const childOf = (node: ValueNode, step: string | number): ValueNode | undefined => {
  if (node.type === 'Object') return memberOf(node, String(step))?.value;
  return node.type === 'Array' ? node.elements[Number(step)]?.value : undefined;
};

/** The node at `path`, or the deepest on the way to it; `rest` are the steps that could not be gone. */
const walk = (root: ValueNode, path: Path): { node: ValueNode; rest: Path } => {
  let node = root;
  for (const [index, step] of path.entries()) {
    const child = childOf(node, step);
    if (child === undefined) return { node, rest: path.slice(index) };
    node = child;
  }
  return { node, rest: [] };
};

const duplicatesIn = (node: ObjectNode, path: Path): Duplicate[] => {
  const seen = new Map<string, Place>();
  return node.members.flatMap((member) => {
    const key = keyOf(member);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, placeOf(member.name));
    const own = first === undefined ? [] : [{ path: [...path, key], first, second: placeOf(member.name) }];
    return [...own, ...duplicatesOf(member.value, [...path, key])];
  });
};

const duplicatesInList = (node: ArrayNode, path: Path): Duplicate[] =>
  node.elements.flatMap(({ value }, index) => duplicatesOf(value, [...path, index]));

const duplicatesOf = (node: ValueNode, path: Path): Duplicate[] => {
  if (node.type === 'Object') return duplicatesIn(node, path);
  return node.type === 'Array' ? duplicatesInList(node, path) : [];
};

/**
 * Finds the places of values in a JSON5 text that JSON5 itself accepts.
 * Should the syntax tree not be had nevertheless, everything is at line 1, column 1.
 */
export const createLocator = (text: string): Locator => {
  let root: ValueNode;
  try {
    // A byte order mark is a blank to JSON5, but nothing that momoa knows.
    root = parse(text.replace(/^\uFEFF/, ' '), { mode: 'json5' }).body;
  } catch {
    // momoa refuses unquoted keys such as `null`, which JSON5 allows. A place is not worth refusing a good file for.
    return nowhere;
  }
  const valueAt = (path: Path): Place => placeOf(walk(root, path).node);
  return {
    valueAt,
    keyAt: (path) => {
      const { node, rest } = walk(root, path.slice(0, -1));
      const key = path.at(-1);
      const member = rest.length === 0 && node.type === 'Object' ? memberOf(node, String(key)) : undefined;
      return member === undefined ? valueAt(path) : placeOf(member.name);
    },
    duplicates: duplicatesOf(root, []),
  };
};
