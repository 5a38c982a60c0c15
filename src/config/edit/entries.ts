import type { ArrayNode, ObjectNode } from '@humanwhocodes/momoa';
import { rangeOf } from './print.js';

/** One entry of an object or list, with all that belongs to it. */
export interface Block {
  /** The comments of its own above it, down to its first character. */
  readonly lead: string;
  readonly item: string;
  /** What follows it up to its comma. */
  readonly beforeComma: string;
  readonly hasComma: boolean;
  /** The comment behind its comma, in the same line. */
  readonly afterComma: string;
}

/** An object or list, taken to pieces that together are its text. */
export interface Blocks {
  readonly open: string;
  /** What stands behind the opening bracket in its line, such as a comment about the whole. */
  readonly head: string;
  /** What is in front of each block: blanks, and comments that an empty line keeps apart from it. */
  readonly gaps: readonly string[];
  readonly blocks: readonly Block[];
  /** From the last block to the closing bracket. */
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

/** How much of `text`, which begins behind something, are comments in its line that are about it. */
const lengthOfLineEnd = (text: string, isLast: boolean): number => {
  let end = 0;
  for (const { from, to } of commentsIn(text)) {
    if (NEWLINE.test(text.slice(end, from))) break;
    end = to;
  }
  // In front of something else in the same line it is about that.
  return isLast || NEWLINE.test(text.slice(end)) ? end : 0;
};

/** Where in `text`, which ends in front of an entry, the comments begin that are about that entry. */
const startOfLead = (text: string): number => {
  let start = text.length;
  for (const { from, to } of commentsIn(text).reverse()) {
    if (EMPTY_LINE.test(text.slice(to, start))) break;
    start = from;
  }
  return start;
};

export const blocksOf = (text: string, node: ObjectNode | ArrayNode): Blocks => {
  const [start, end] = rangeOf(node);
  const entries = node.type === 'Object' ? node.members : node.elements.map(({ value }) => value);
  const ranges = entries.map(rangeOf);
  const betweens = [...ranges, undefined].map((range, index) =>
    text.slice(ranges[index - 1]?.[1] ?? start + 1, range?.[0] ?? end - 1),
  );
  const [beforeFirst = '', ...afters] = betweens;
  // In an empty one every comment is about the whole, and what is added goes below.
  const headEnd = entries.length > 0 ? lengthOfLineEnd(beforeFirst, false) : (commentsIn(beforeFirst).at(-1)?.to ?? 0);
  const gaps: string[] = [];
  const blocks: Block[] = [];
  let rest = beforeFirst.slice(headEnd);
  for (const [index, range] of ranges.entries()) {
    const leadStart = startOfLead(rest);
    const after = afters[index] ?? '';
    const comma = commaIn(after);
    const behind = after.slice(comma + 1);
    const tail = lengthOfLineEnd(behind, index === ranges.length - 1);
    gaps.push(rest.slice(0, leadStart));
    blocks.push({
      lead: rest.slice(leadStart),
      item: text.slice(...range),
      beforeComma: comma < 0 ? behind.slice(0, tail) : after.slice(0, comma),
      hasComma: comma >= 0,
      afterComma: comma < 0 ? '' : behind.slice(0, tail),
    });
    rest = behind.slice(tail);
  }
  const [open = '', close = ''] = [text[start], text[end - 1]];
  return { open, head: beforeFirst.slice(0, headEnd), gaps, blocks, foot: rest, close };
};

/** A block's text, with a comma or without. */
const blockText = ({ lead, item, beforeComma, hasComma, afterComma }: Block, comma: boolean): string => {
  if (!comma) return lead + item + beforeComma + afterComma;
  const hasLineComment = commentsIn(beforeComma).some(({ from }) => beforeComma.startsWith('//', from));
  // A new comma cannot stand behind a comment that reaches to the end of its line.
  return !hasComma && hasLineComment
    ? `${lead}${item},${beforeComma}${afterComma}`
    : `${lead}${item}${beforeComma},${afterComma}`;
};

const STRINGS_AND_COMMENTS = /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'/g;

const endsInLineComment = (text: string): boolean => {
  const last = [...text.matchAll(STRINGS_AND_COMMENTS)].at(-1)?.[0] ?? '';
  return last.startsWith('//') && text.endsWith(last);
};

/** Puts the pieces together again. `lineBreak` is what ends a line where a comment needs that. */
export const joinBlocks = (
  { open, head, gaps, blocks, foot, close }: Blocks,
  trailingComma: boolean,
  lineBreak: string,
): string => {
  const texts = blocks.map((block, index) => blockText(block, trailingComma || index < blocks.length - 1));
  const pieces = [open + head, ...texts.flatMap((text, index) => [gaps[index] ?? '', text]), foot, close];
  return pieces.reduce((whole, piece) => {
    const needsBreak = piece !== '' && !/^[ \t]*[\n\r]/.test(piece) && endsInLineComment(whole);
    return whole + (needsBreak ? lineBreak + piece.trimStart() : piece);
  }, '');
};
