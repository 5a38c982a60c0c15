import JSON5 from 'json5';
import type { Path } from '../../config/path.js';
import { isSecretPath } from '../../config/secret-paths.js';
import { ChainError } from '../../plugin/door/errors.js';
import { isSecret, maskKey } from './mask.js';

/** What stands for a key that somebody wrote into the file itself. */
const PLACEHOLDERS = /<masked: [^<>]*>/g;

/** Shorter ones are no keys, and stand in the text for something else as well. */
const SHORTEST_KEY = 6;

const STRINGS_AND_COMMENTS = /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'/g;
const NAME = /([\w$-]+)['"]?\s*:\s*/g;
/** A list or an object down to its first end, a text in quotes that may lack its end, or a word that is no plain one. */
const VALUE = /[[{][^\]}]*|(['"])[^'"\n]*\1?|[^\s,'"[\]{}]{16,}/y;
const TEXTS = /['"]([^'"\n]+)(['"]?\s*:)?/g;

/** The text of a configuration for the browser: variables unread, and keys that are written into it masked. */
export const maskText = (text: string): string => {
  const placeholders = placeholdersOf(text);
  if (placeholders.size === 0) return text;
  const keys = new RegExp([...placeholders.keys()].map(literally).join('|'), 'g');
  return text.replace(keys, (key) => placeholders.get(key) ?? key);
};

/**
 * A text that the browser sends back, with the keys of `current`, the text that it was shown, in their places.
 * @throws ChainError `invalid_request` for a placeholder that stands for none of them
 */
export const unmaskText = (given: string, current: string): string => {
  const keys = new Map([...placeholdersOf(current)].map(([key, placeholder]) => [placeholder, key]));
  return given.replace(PLACEHOLDERS, (placeholder) => {
    const key = keys.get(placeholder);
    if (key !== undefined) return key;
    const message = `${placeholder} stands for no key that is in the file. Write the whole key, or better the name of a variable.`;
    throw new ChainError('invalid_request', message, { param: 'text' });
  });
};

/** Each key with its placeholder. The longest comes first, since one may hold another. */
const placeholdersOf = (text: string): ReadonlyMap<string, string> => {
  const keys = [...new Set(keysIn(text))].filter(({ length }) => length >= SHORTEST_KEY);
  const taken = new Map<string, number>();
  return new Map(
    keys
      .sort((one, other) => other.length - one.length)
      .map((key) => {
        const mask = maskKey(key);
        const count = (taken.get(mask) ?? 0) + 1;
        taken.set(mask, count);
        return [key, `<masked: ${mask}${count === 1 ? '' : ` ${count}`}>`];
      }),
  );
};

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const keysIn = (text: string): string[] => {
  try {
    return [...secretsIn(JSON5.parse(text), []), ...keysInPieces(commentsOf(text))];
  } catch {
    return keysInPieces(text);
  }
};

const commentsOf = (text: string): string =>
  [...text.matchAll(STRINGS_AND_COMMENTS)]
    .filter(([piece]) => piece.startsWith('/'))
    .map(([piece]) => piece.slice(2))
    .join('\n');

/** Keys in a text that is no JSON5, as far as they can be told: rather more than fewer. */
const keysInPieces = (text: string): string[] =>
  [...text.matchAll(NAME)].flatMap(({ 0: whole, 1: name = '', index }) => {
    if (!isSecretPath([name])) return [];
    VALUE.lastIndex = index + whole.length;
    const value = VALUE.exec(text)?.[0] ?? '';
    const texts = /^['"[{]/.test(value) ? textsIn(value) : [value];
    return texts.filter((each) => isSecret(each, [name]));
  });

/** Texts in quotes that are no names. */
const textsIn = (piece: string): string[] =>
  [...piece.matchAll(TEXTS)].filter(([, , colon]) => colon === undefined).map(([, each = '']) => each);

const secretsIn = (value: unknown, path: Path): string[] => {
  if (typeof value === 'string') return isSecret(value, ownPath(path)) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => secretsIn(inner, [...path, key]));
};

/** The path inside what a person has named: a provider called `my-key` makes nothing of it a key. */
const ownPath = (path: Path): Path => {
  const [top] = path;
  if (top === 'providers' && path.length === 2) return path;
  if (top === 'providers' || top === 'chains' || top === 'plugins') return path.slice(2);
  return top === 'server' && path.at(-1) === 'label' ? [] : path;
};
