import JSON5 from 'json5';
import type { Place } from '../locate.js';

export type Syntax =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly place: Place; readonly message: string };

interface Token {
  readonly text: string;
  /** Where it begins in the whole text, from 0. */
  readonly offset: number;
}

const CLOSER: Readonly<Record<string, string>> = { '{': '}', '[': ']' };
const EMPTY = 'The file is empty. Expected an object with `providers` and `chains`.';
const MISSING_BEFORE = 'Often a comma, a colon, a quote or a bracket is missing just before it.';
/** Longer words may be keys that somebody forgot to quote, and are not repeated. */
const LONGEST_WORD = 16;

/** Comments, texts, brackets and words. Texts end with their line, closed or not; comments may lack their end. */
const TOKEN =
  /\/\/.*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\[\s\S]|[^"\\\r\n])*"?|'(?:\\[\s\S]|[^'\\\r\n])*'?|[{}[\],:]|[^\s"'{}[\],:/]+|\//g;

/** The tokens of a text, broken or not. Comments are left out, unless they are not closed. */
const tokensOf = (text: string): Token[] =>
  [...text.matchAll(TOKEN)]
    .map(({ 0: token, index }) => ({ text: token, offset: index }))
    .filter((token) => !token.text.startsWith('//') && !(token.text.startsWith('/*') && token.text.endsWith('*/')));

const isQuoted = ({ text }: Token): boolean => /^["']/.test(text);
const isClosed = ({ text }: Token): boolean => /^(["'])(?:\\[\s\S]|[^\\])*\1$/.test(text);

const offsetOf = (text: string, { line, column }: Place): number => {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
};

const placeOf = (text: string, offset: number): Place => {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
};

const indentOf = (text: string, offset: number): number => {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1);
  return line.length - line.trimStart().length;
};

/** The brackets that `tokens` leave open, and the first that is closed by a line indented otherwise than its own. */
const openBrackets = (text: string, tokens: readonly Token[]): { open: Token[]; suspect: Token | undefined } => {
  const open: Token[] = [];
  let suspect: Token | undefined;
  for (const token of tokens) {
    const opener = open.at(-1);
    if (Object.hasOwn(CLOSER, token.text)) open.push(token);
    else if (opener !== undefined && token.text === CLOSER[opener.text]) {
      open.pop();
      const isOneLine = !text.slice(opener.offset, token.offset).includes('\n');
      if (!isOneLine && indentOf(text, opener.offset) !== indentOf(text, token.offset)) suspect ??= opener;
    }
  }
  return { open, suspect };
};

const atEnd = (text: string, tokens: readonly Token[]): string => {
  const last = tokens.at(-1);
  if (last === undefined) return EMPTY;
  const nameOf = ({ text: bracket, offset }: Token): string => `the ${bracket} in line ${placeOf(text, offset).line}`;
  if (last.text.startsWith('/*')) return `The file ends inside the comment of line ${placeOf(text, last.offset).line}.`;
  const { open, suspect } = openBrackets(text, tokens);
  if (suspect !== undefined) return `The file ends too early. Probably ${nameOf(suspect)} is not closed.`;
  const opener = open.at(-1);
  return `The file ends too early.${opener === undefined ? '' : ` Nothing closes ${nameOf(opener)}.`}`;
};

const atToken = (text: string, tokens: readonly Token[], token: Token): string => {
  const found = `Found \`${token.text}\``;
  if (token.text === '}' || token.text === ']') {
    const opener = openBrackets(text, tokens.slice(0, tokens.indexOf(token))).open.at(-1);
    if (opener === undefined) return `${found}, but nothing is open here that it could close.`;
    if (CLOSER[opener.text] === token.text) return `${found} where a key or a value is still missing.`;
    return `${found}, but the ${opener.text} in line ${placeOf(text, opener.offset).line} is still open.`;
  }
  if (!/^\w/.test(token.text)) return `${found} where it cannot stand. ${MISSING_BEFORE}`;
  const word = token.text.length > LONGEST_WORD ? 'Found a word' : found;
  return `${word} where it cannot stand. A text needs quotes, and a comma must part it from what is before it.`;
};

const atQuoted = (token: Token, isInside: boolean): string => {
  if (!isClosed(token)) return 'The text that begins here is not closed in its line: a quote is missing.';
  return isInside
    ? 'The text that begins here cannot be read: something is wrong after a \\ in it.'
    : `Found a text where it cannot stand. ${MISSING_BEFORE}`;
};

const explain = (text: string, place: Place): { place: Place; message: string } => {
  const tokens = tokensOf(text);
  const offset = offsetOf(text, place);
  const token = tokens.findLast((candidate) => candidate.offset <= offset);
  const end = token === undefined ? 0 : token.offset + token.text.length;
  if (token !== undefined && isQuoted(token) && (offset < end || !isClosed(token))) {
    return { place: placeOf(text, token.offset), message: atQuoted(token, offset > token.offset) };
  }
  if (token === undefined || offset >= text.length) return { place, message: atEnd(text, tokens) };
  // A line that breaks off is reported at its end; what is at fault is what it ends with.
  if (offset >= end && text[offset] !== '\n')
    return { place, message: `Found something that cannot stand here. ${MISSING_BEFORE}` };
  return { place: placeOf(text, token.offset), message: atToken(text, tokens, token) };
};

/** Reads JSON5. What is wrong with a text that is none comes back as a sentence with its place. */
export const readJson5 = (text: string): Syntax => {
  try {
    return { ok: true, value: JSON5.parse(text) };
  } catch (cause) {
    const { lineNumber = 1, columnNumber = 1 } = cause as { lineNumber?: number; columnNumber?: number };
    return { ok: false, ...explain(text, { line: lineNumber, column: columnNumber }) };
  }
};
