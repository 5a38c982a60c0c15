import { type ArrayNode, type MemberNode, type ObjectNode, parse, type ValueNode } from '@humanwhocodes/momoa';
import type { Path } from './path.js';

/** A position in a text. Both numbers start at 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A key that occurs twice in an object. */
interface Duplicate {
  readonly path: Path;
  readonly first: Place;
  readonly second: Place;
}

export interface Locator {
  /** The start of the value at `path`, or of the innermost value around it if it does not exist. Never throws. */
  valueAt(path: Path): Place;
  /** The start of the key of the value at `path`; for an element of a list, the start of the value. */
  keyAt(path: Path): Place;
  readonly duplicates: readonly Duplicate[];
}

const START: Place = { line: 1, column: 1 };

/** Places everything at the start of the text. */
const unknownPlaces: Locator = { valueAt: () => START, keyAt: () => START, duplicates: [] };

const placeOf = (node: { loc: { start: Place } }): Place => ({
  line: node.loc.start.line,
  column: node.loc.start.column,
});

/** A member's key, quoted or not. */
export const keyOf = ({ name }: MemberNode): string => (name.type === 'Identifier' ? name.name : name.value);

/** The member with this key. JSON5 uses the last of several. */
export const memberOf = (node: ObjectNode, key: string): MemberNode | undefined =>
  node.members.findLast((member) => keyOf(member) === key);

const childOf = (node: ValueNode, step: string | number): ValueNode | undefined => {
  if (node.type === 'Object') return memberOf(node, String(step))?.value;
  return node.type === 'Array' ? node.elements[Number(step)]?.value : undefined;
};

/** The node at `path`, or the innermost existing node around it; `rest` is the missing part of the path. */
const nodeAt = (root: ValueNode, path: Path): { node: ValueNode; rest: Path } => {
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
 * Finds the positions of values in a text that JSON5 accepts. If momoa cannot parse it, everything is at line 1, column 1.
 */
export const createLocator = (text: string): Locator => {
  let root: ValueNode;
  try {
    // momoa, unlike JSON5, rejects a byte order mark.
    root = parse(text.replace(/^\uFEFF/, ' '), { mode: 'json5' }).body;
  } catch {
    // momoa rejects unquoted keys such as `null`, which JSON5 allows. A valid file must not fail for a missing position.
    return unknownPlaces;
  }
  const valueAt = (path: Path): Place => placeOf(nodeAt(root, path).node);
  return {
    valueAt,
    keyAt: (path) => {
      const { node, rest } = nodeAt(root, path.slice(0, -1));
      const key = path.at(-1);
      const member = rest.length === 0 && node.type === 'Object' ? memberOf(node, String(key)) : undefined;
      return member === undefined ? valueAt(path) : placeOf(member.name);
    },
    duplicates: duplicatesOf(root, []),
  };
};
