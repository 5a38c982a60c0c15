import JSON5 from 'json5';
import type { Place } from '../locate.js';

export type ParsedJson5 =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly place: Place; readonly message: string };

interface Token {
  readonly text: string;
  /** Its start in the text, from 0. */
  readonly offset: number;
}

const CLOSER: Readonly<Record<string, string>> = { '{': '}', '[': ']' };
const EMPTY = 'The file is empty. Expected an object with `providers` and `chains`.';
const CHECK_BEFORE = 'Check for a missing comma, colon, quote or bracket before it.';
/** Longer words are not repeated: they may be API keys without quotes. */
const LONGEST_WORD = 16;

/** Matches comments, strings, brackets and words. Unclosed strings end with their line, unclosed comments with the text. */
const TOKEN =
  /\/\/.*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\[\s\S]|[^"\\\r\n])*"?|'(?:\\[\s\S]|[^'\\\r\n])*'?|[{}[\],:]|[^\s"'{}[\],:/]+|\//g;

/** No configuration is nested so deep, and reading one that is could exhaust the stack. */
const DEEPEST = 100;
const TOO_DEEP = `This value is nested more than ${DEEPEST} deep.`;

/** The offset of the first bracket that is nested too deep. */
const tooDeepIn = (text: string): number | undefined => {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (Object.hasOwn(CLOSER, token)) depth++;
    else if (token === '}' || token === ']') depth--;
    if (depth > DEEPEST) return index;
  }
  return undefined;
};

/** The tokens of a text, valid or not, without closed comments. */
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

/** The brackets that `tokens` leave open, and the first one whose closing line has a different indentation. */
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
  if (last.text.startsWith('/*'))
    return `The file ends inside the comment that begins in line ${placeOf(text, last.offset).line}.`;
  const { open, suspect } = openBrackets(text, tokens);
  if (suspect !== undefined) return `The file ends too early. Probably ${nameOf(suspect)} is not closed.`;
  const opener = open.at(-1);
  return `The file ends too early.${opener === undefined ? '' : ` Expected a bracket that closes ${nameOf(opener)}.`}`;
};

const atToken = (text: string, tokens: readonly Token[], token: Token): string => {
  const found = `Unexpected \`${token.text}\``;
  if (token.text === '}' || token.text === ']') {
    const opener = openBrackets(text, tokens.slice(0, tokens.indexOf(token))).open.at(-1);
    if (opener === undefined) return `${found}: there is no open bracket to close.`;
    if (CLOSER[opener.text] === token.text) return `${found}. Expected a key or a value before it.`;
    return `${found}: the ${opener.text} in line ${placeOf(text, opener.offset).line} is still open.`;
  }
  if (!/^\w/.test(token.text)) return `${found}. ${CHECK_BEFORE}`;
  const word = token.text.length > LONGEST_WORD ? 'Unexpected word' : found;
  return `${word}. A string needs quotes, and a comma must separate it from the value before it.`;
};

const atQuoted = (token: Token, isInside: boolean): string => {
  if (!isClosed(token)) return 'The string that begins here is not closed in its line: a quote is missing.';
  return isInside
    ? 'The string that begins here has an invalid escape after a \\.'
    : `Unexpected string. ${CHECK_BEFORE}`;
};

const describeError = (text: string, place: Place): { place: Place; message: string } => {
  const tokens = tokensOf(text);
  const offset = offsetOf(text, place);
  const token = tokens.findLast((candidate) => candidate.offset <= offset);
  const end = token === undefined ? 0 : token.offset + token.text.length;
  if (token !== undefined && isQuoted(token) && (offset < end || !isClosed(token))) {
    return { place: placeOf(text, token.offset), message: atQuoted(token, offset > token.offset) };
  }
  if (token === undefined || offset >= text.length) return { place, message: atEnd(text, tokens) };
  // JSON5 reports a line that breaks off at its end; the mistake is the last token.
  if (offset >= end && text[offset] !== '\n') return { place, message: `Unexpected character. ${CHECK_BEFORE}` };
  return { place: placeOf(text, token.offset), message: atToken(text, tokens, token) };
};

/** Parses JSON5. For an invalid text, returns a message and its position. */
export const readJson5 = (text: string): ParsedJson5 => {
  const deep = tooDeepIn(text);
  if (deep !== undefined) return { ok: false, place: placeOf(text, deep), message: TOO_DEEP };
  try {
    return { ok: true, value: JSON5.parse(text) };
  } catch (cause) {
    const { lineNumber = 1, columnNumber = 1 } = cause as { lineNumber?: number; columnNumber?: number };
    return { ok: false, ...describeError(text, { line: lineNumber, column: columnNumber }) };
  }
};
