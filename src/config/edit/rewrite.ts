import { isDeepStrictEqual } from 'node:util';
import { type ArrayNode, type MemberNode, type ObjectNode, parse, type ValueNode } from '@humanwhocodes/momoa';
import { keyOf, memberOf } from '../locate.js';
import { type Entries, type Entry, entriesOf, hasComment, joinEntries } from './entries.js';
import { matchListItems } from './match-list-items.js';
import {
  indentAt,
  LONGEST_LINE,
  print,
  printKey,
  printScalar,
  rangeOf,
  type Style,
  sliceOf,
  styleOf,
} from './print.js';

type Members = Readonly<Record<string, unknown>>;

/** An entry of the new text. */
interface NewEntry {
  /** The index of the old entry that it replaces; absent for an added one. */
  readonly from?: number;
  /** Its text, for a line indented by `indent`. */
  readonly item: (indent: string) => string;
}

const NEWLINE = /[\n\r]/;
const EMPTY_LINE = /(?:\r\n|[\n\r])[ \t]*[\n\r]/;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Rewrites `text` so that its value changes from `old` to `value`. Everything that is equal keeps its text, place and
 * comments. Both values are plain JSON. Throws if momoa cannot parse `text`.
 */
export const rewrite = (text: string, old: unknown, value: unknown): string => {
  const root = treeOf(text);
  const [start, end] = rangeOf(root.body);
  const body = new Rewriter(text, styleOf(text, root)).node(root.body, old, value, indentAt(text, start));
  return text.slice(0, start) + body + text.slice(end);
};

/** Renames the key at `path`, which exists, to `key`. Throws if momoa cannot parse `text`. */
export const renameKey = (text: string, path: readonly string[], key: string): string => {
  const root = treeOf(text);
  let node = root.body;
  let member: MemberNode | undefined;
  for (const step of path) {
    member = node.type === 'Object' ? memberOf(node, step) : undefined;
    if (member === undefined) throw new Error(`There is no ${path.join('.')}.`);
    node = member.value;
  }
  if (member === undefined) throw new Error('The root has no key.');
  const [start, end] = rangeOf(member.name);
  const style = styleOf(text, root);
  return (
    text.slice(0, start) + printKey(key, { ...style, quotedKeys: member.name.type === 'String' }) + text.slice(end)
  );
};

/** momoa, unlike JSON5, rejects a byte order mark. */
const treeOf = (text: string) => parse(text.replace(/^\uFEFF/, ' '), { mode: 'json5', ranges: true });

/** Rewrites the nodes of one text. */
class Rewriter {
  readonly #text: string;
  readonly #style: Style;

  constructor(text: string, style: Style) {
    this.#text = text;
    this.#style = style;
  }

  /** The text of `node`, changed from `old` to `value`, for a line indented by `indent` with `before` more characters. */
  node(node: ValueNode, old: unknown, value: unknown, indent: string, before = 0): string {
    const written = sliceOf(this.#text, node);
    if (isDeepStrictEqual(old, value)) return written;
    if (node.type === 'Object' && isObject(old)) {
      if (isObject(value)) return this.#object(node, old, value, indent, before);
      const targets = memberOf(node, 'targets')?.value;
      if (targets?.type === 'Array' && Array.isArray(value))
        return this.#unwrapTargets(targets, old.targets, value, indent);
    }
    if (node.type === 'Array' && Array.isArray(old)) {
      if (Array.isArray(value)) return this.#list(node, old, value, indent, before);
      if (isObject(value) && Array.isArray(value.targets)) return this.#wrapTargets(node, old, value, indent);
    }
    if (node.type === 'String' && typeof value === 'string') return printScalar(value, written.charAt(0));
    return print(value, this.#style, indent, before);
  }

  #object(node: ObjectNode, old: Members, value: Members, indent: string, before: number): string {
    const kept = node.members.flatMap((member, from): NewEntry[] => {
      const key = keyOf(member);
      if (!Object.hasOwn(value, key)) return [];
      const name = this.#text.slice(rangeOf(member)[0], rangeOf(member.value)[0]);
      return [{ from, item: (at) => name + this.node(member.value, old[key], value[key], at, name.length) }];
    });
    const added = Object.entries(value).filter(([key]) => !Object.hasOwn(old, key));
    const style = keyStyleOf(node, this.#style);
    const made = added.map(([key, inner]): NewEntry => {
      const name = printKey(key, style) + style.colon;
      return { item: (at) => name + print(inner, this.#style, at, name.length) };
    });
    return this.#arrange(node, [...kept, ...made], value, indent, before);
  }

  #list(node: ArrayNode, old: readonly unknown[], value: readonly unknown[], indent: string, before: number): string {
    const matches = matchListItems(old, value);
    const entries = value.map((item, index): NewEntry => {
      const from = matches[index];
      const element = from === undefined ? undefined : node.elements[from]?.value;
      if (from === undefined || element === undefined) return { item: (at) => print(item, this.#style, at) };
      return { from, item: (at) => this.node(element, old[from], item, at) };
    });
    return this.#arrange(node, entries, value, indent, before);
  }

  /** Turns a list of targets into the `targets` of an object with settings, and keeps its comments. */
  #wrapTargets(node: ArrayNode, old: readonly unknown[], value: Members, indent: string): string {
    const { padding, comma, colon, newline, unit, trailingComma, isOneLine } = this.#style;
    const list = this.node(node, old, value.targets, indent);
    const membersAt = (at: string, targets: string): string[] =>
      Object.entries(value).map(([key, inner]) => {
        const name = printKey(key, this.#style) + colon;
        return name + (key === 'targets' ? targets : print(inner, this.#style, at, name.length));
      });
    const line = `{${padding}${membersAt(indent, list).join(comma)}${padding}}`;
    if (isOneLine || (!NEWLINE.test(line) && indent.length + line.length < LONGEST_LINE)) return line;
    const at = indent + unit;
    const lines = membersAt(at, reindent(list, indent, at)).join(`,${newline}${at}`);
    return `{${newline}${at}${lines}${trailingComma ? ',' : ''}${newline}${indent}}`;
  }

  #unwrapTargets(targets: ArrayNode, old: unknown, value: readonly unknown[], indent: string): string {
    const from = indentAt(this.#text, rangeOf(targets)[0]);
    return reindent(this.node(targets, old, value, from), from, indent);
  }

  #arrange(
    node: ObjectNode | ArrayNode,
    newEntries: readonly NewEntry[],
    value: unknown,
    indent: string,
    before: number,
  ): string {
    const text = this.#text;
    const style = this.#style;
    const written = sliceOf(text, node);
    const whole = entriesOf(text, node);
    const isEmpty = whole.entries.length === 0;
    if (isEmpty && !hasComment(written)) return print(value, style, indent, before);
    const comments = [whole.head, ...whole.gaps, whole.foot].some(hasComment);
    if (newEntries.length === 0 && !comments) return whole.open + whole.close;

    const isTall = NEWLINE.test(whole.head + whole.gaps.join('') + (isEmpty ? whole.foot : ''));
    const innerIndent = innerIndentOf(whole) ?? indent + style.unit;
    const indentOf = ({ from }: NewEntry): string => {
      if (!isTall) return indent;
      const child = from === undefined ? undefined : childAt(node, from);
      return child === undefined ? innerIndent : indentAt(text, rangeOf(child)[0]);
    };
    const entries = newEntries.map((entry) => entryOf(whole, entry, indentOf(entry)));
    const gap = newGapOf(whole, isTall ? style.newline + innerIndent : style.comma.slice(1));
    const firstGap = whole.gaps[0] ?? (isTall ? style.newline + innerIndent : style.padding);
    const { gaps, foot } = gapsOf(whole, newEntries, firstGap, gap);
    const last = whole.entries.at(-1);
    const trailingComma = last === undefined ? isTall && style.trailingComma : last.hasComma;
    const result = joinEntries({ ...whole, gaps, entries, foot }, trailingComma, style.newline + innerIndent);
    const wasLine = !isTall && !style.isOneLine && !NEWLINE.test(written);
    const lengthOf = (line: string): number => indent.length + before + line.length;
    const isTooLong = lengthOf(result) >= LONGEST_LINE && lengthOf(written) < LONGEST_LINE;
    if (!wasLine || (!isTooLong && !NEWLINE.test(result))) return result;
    // The entries no longer fit on one line.
    const at = indent + style.unit;
    const lines = {
      ...whole,
      gaps: newEntries.map(() => style.newline + at),
      entries: newEntries.map((entry) => entryOf(whole, entry, at)),
      foot: style.newline + indent,
    };
    return joinEntries(lines, style.trailingComma, style.newline + at);
  }
}

const childAt = (node: ObjectNode | ArrayNode, index: number): MemberNode | ValueNode | undefined =>
  node.type === 'Object' ? node.members[index] : node.elements[index]?.value;

/** Quotes new keys if all existing keys that need no quotes have them. */
const keyStyleOf = ({ members }: ObjectNode, style: Style): Style => {
  const plain = members.filter((member) => printKey(keyOf(member), { ...style, quotedKeys: false }) === keyOf(member));
  return plain.length === 0 ? style : { ...style, quotedKeys: plain.every(({ name }) => name.type === 'String') };
};

const EMPTY_ENTRY: Omit<Entry, 'item'> = { lead: '', beforeComma: '', hasComma: true, afterComma: '' };

const entryOf = ({ entries }: Entries, { from, item }: NewEntry, indent: string): Entry => ({
  ...EMPTY_ENTRY,
  ...(from === undefined ? {} : entries[from]),
  item: item(indent),
});

/** The indentation of the entries if each has its own line. */
const innerIndentOf = ({ gaps: [first], head }: Entries): string | undefined => {
  if (first !== undefined) return NEWLINE.test(first) ? /[ \t]*$/.exec(first)?.[0] : undefined;
  return /[\n\r]([ \t]*)[^\n\r]*$/.exec(head)?.[1];
};

/** The white space before an added entry, taken from its siblings. */
const newGapOf = ({ gaps }: Entries, otherwise: string): string => {
  const blank = gaps.slice(1).filter((gap) => !hasComment(gap));
  return blank.find((gap) => !EMPTY_LINE.test(gap)) ?? blank[0] ?? otherwise;
};

/** Gaps keep their order, whatever entries follow them. Gaps of removed entries disappear, unless they have a comment. */
const gapsOf = (
  whole: Entries,
  entries: readonly NewEntry[],
  firstGap: string,
  newGap: string,
): { gaps: string[]; foot: string } => {
  const kept = new Set(entries.map(({ from }) => from));
  const queue: string[] = [];
  let carried = '';
  for (const [index, gap] of whole.gaps.entries()) {
    const withCarried = (blank: string): string => (carried === '' ? blank : carried.trimEnd() + blank);
    if (kept.has(index)) {
      // The first gap belongs to the opening bracket.
      queue.push(withCarried(queue.length === 0 && carried === '' && !hasComment(gap) ? firstGap : gap));
      carried = '';
    } else if (hasComment(gap)) carried = withCarried(gap);
  }
  const foot = carried === '' ? whole.foot : carried.trimEnd() + whole.foot;
  const gaps = entries.map(({ from }, index) => {
    if (from === undefined) return index === 0 ? (queue.shift() ?? firstGap) : newGap;
    return queue.shift() ?? newGap;
  });
  return { gaps, foot };
};

/** `text` with the indentation `from` replaced by `to`, in all lines but the first. */
const reindent = (text: string, from: string, to: string): string => {
  // In a string that continues on the next line, leading blanks are part of the string.
  if (/\\[\n\r]/.test(text)) return text;
  return text.replace(/(\r\n|[\n\r])([ \t]*)(?=\S)/g, (_, newline: string, blanks: string) =>
    blanks.startsWith(from) ? newline + to + blanks.slice(from.length) : newline + blanks,
  );
};
