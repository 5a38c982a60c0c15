import type { ArrayNode, ObjectNode } from '@humanwhocodes/momoa';
import { rangeOf } from './print.js';

/** The text of an entry of an object or list, with its comments. */
export interface Entry {
  /** Its comments before it, up to its first character. */
  readonly lead: string;
  readonly item: string;
  /** The text between it and its comma. */
  readonly beforeComma: string;
  readonly hasComma: boolean;
  /** The comment after its comma, on the same line. */
  readonly afterComma: string;
}

/** The text of an object or list, split into pieces. */
export interface Entries {
  readonly open: string;
  /** The comments after the opening bracket on its line, which are about the whole. */
  readonly head: string;
  /** The white space before each entry, and comments that an empty line separates from it. */
  readonly gaps: readonly string[];
  readonly entries: readonly Entry[];
  /** From the last entry to the closing bracket. */
  readonly foot: string;
  readonly close: string;
}

const COMMENT = /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\//g;
const NEWLINE = /[\n\r\u2028\u2029]/;
const EMPTY_LINE = /(?:\r\n|[\n\r\u2028\u2029])[ \t]*[\n\r\u2028\u2029]/;

export const hasComment = (blank: string): boolean => /\/[/*]/.test(blank);

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The comments in a text of blanks, comments and commas. */
const commentsIn = (text: string): Span[] =>
  [...text.matchAll(COMMENT)].map(({ 0: { length }, index }) => ({ from: index, to: index + length }));

const commaIn = (text: string): number => text.replace(COMMENT, ({ length }) => ' '.repeat(length)).indexOf(',');

/** The length of the comments at the start of `text` that belong to what is before it, on the same line. */
const lengthOfTrailingComments = (text: string, isLast: boolean): number => {
  let end = 0;
  for (const { from, to } of commentsIn(text)) {
    if (NEWLINE.test(text.slice(end, from))) break;
    end = to;
  }
  // A comment before another value on the same line belongs to that value.
  return isLast || NEWLINE.test(text.slice(end)) ? end : 0;
};

/** The index in `text`, which ends before an entry, where the comments of that entry begin. */
const startOfLeadingComments = (text: string): number => {
  let start = text.length;
  for (const { from, to } of commentsIn(text).reverse()) {
    if (EMPTY_LINE.test(text.slice(to, start))) break;
    start = from;
  }
  return start;
};

/** Splits the text of `node`. The pieces together are the whole text. */
export const entriesOf = (text: string, node: ObjectNode | ArrayNode): Entries => {
  const [start, end] = rangeOf(node);
  const nodes = node.type === 'Object' ? node.members : node.elements.map(({ value }) => value);
  const ranges = nodes.map(rangeOf);
  const betweens = [...ranges, undefined].map((range, index) =>
    text.slice(ranges[index - 1]?.[1] ?? start + 1, range?.[0] ?? end - 1),
  );
  const [beforeFirst = '', ...afters] = betweens;
  // In an empty container all comments are about the whole: added entries go below them.
  const headEnd =
    nodes.length > 0 ? lengthOfTrailingComments(beforeFirst, false) : (commentsIn(beforeFirst).at(-1)?.to ?? 0);
  const gaps: string[] = [];
  const entries: Entry[] = [];
  let rest = beforeFirst.slice(headEnd);
  for (const [index, range] of ranges.entries()) {
    const leadStart = startOfLeadingComments(rest);
    const after = afters[index] ?? '';
    const comma = commaIn(after);
    const behind = after.slice(comma + 1);
    const tail = lengthOfTrailingComments(behind, index === ranges.length - 1);
    gaps.push(rest.slice(0, leadStart));
    entries.push({
      lead: rest.slice(leadStart),
      item: text.slice(...range),
      beforeComma: comma < 0 ? behind.slice(0, tail) : after.slice(0, comma),
      hasComma: comma >= 0,
      afterComma: comma < 0 ? '' : behind.slice(0, tail),
    });
    rest = behind.slice(tail);
  }
  const [open = '', close = ''] = [text[start], text[end - 1]];
  return { open, head: beforeFirst.slice(0, headEnd), gaps, entries, foot: rest, close };
};

/** The text of an entry, with or without a comma. */
const entryText = ({ lead, item, beforeComma, hasComma, afterComma }: Entry, comma: boolean): string => {
  if (!comma) return lead + item + beforeComma + afterComma;
  const hasLineComment = commentsIn(beforeComma).some(({ from }) => beforeComma.startsWith('//', from));
  // A comma after a line comment would be part of the comment.
  return !hasComma && hasLineComment
    ? `${lead}${item},${beforeComma}${afterComma}`
    : `${lead}${item}${beforeComma},${afterComma}`;
};

const STRINGS_AND_COMMENTS = /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'/g;

const endsInLineComment = (text: string): boolean => {
  const last = [...text.matchAll(STRINGS_AND_COMMENTS)].at(-1)?.[0] ?? '';
  return last.startsWith('//') && text.endsWith(last);
};

/** Joins the pieces again. `lineBreak` is added after a line comment that would swallow the next piece. */
export const joinEntries = (
  { open, head, gaps, entries, foot, close }: Entries,
  trailingComma: boolean,
  lineBreak: string,
): string => {
  const texts = entries.map((entry, index) => entryText(entry, trailingComma || index < entries.length - 1));
  const pieces = [open + head, ...texts.flatMap((text, index) => [gaps[index] ?? '', text]), foot, close];
  return pieces.reduce((whole, piece) => {
    const needsBreak = piece !== '' && !/^[ \t]*[\n\r]/.test(piece) && endsInLineComment(whole);
    return whole + (needsBreak ? lineBreak + piece.trimStart() : piece);
  }, '');
};
