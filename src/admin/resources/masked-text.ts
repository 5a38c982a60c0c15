import JSON5 from 'json5';
import type { Path } from '../../config/path.js';
import { isSecretPath } from '../../config/secret-paths.js';
import { ChainError } from '../../plugin/door/errors.js';
import { userinfosIn } from '../../secrets.js';
import { isSecret, maskKey } from './mask.js';

/** Placeholders for literal keys in the file. */
const PLACEHOLDERS = /<masked: [^<>]*>/g;

/** Shorter texts are no keys and may occur elsewhere in the text. */
const SHORTEST_KEY = 6;

const STRINGS_AND_COMMENTS = /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'/g;
const NAME = /([\w$-]+)['"]?\s*:\s*/g;
/** A list or an object up to its first end, a quoted text that may lack its end, or a long word. */
const VALUE = /[[{][^\]}]*|(['"])[^'"\n]*\1?|[^\s,'"[\]{}]{16,}/y;
const TEXTS = /['"]([^'"\n]+)(['"]?\s*:)?/g;

/** The text of a configuration for the browser: variables not replaced, literal keys masked. */
export const maskText = (text: string): string => {
  const placeholders = placeholdersOf(text);
  if (placeholders.size === 0) return text;
  const keys = new RegExp([...placeholders.keys()].map(literally).join('|'), 'g');
  return text.replace(keys, (key) => placeholders.get(key) ?? key);
};

/**
 * A text from the browser with its placeholders replaced by the keys of `current`, the text that was masked.
 * @throws ChainError `invalid_request` for an unknown placeholder
 */
export const unmaskText = (given: string, current: string): string => {
  const keys = new Map([...placeholdersOf(current)].map(([key, placeholder]) => [placeholder, key]));
  return given.replace(PLACEHOLDERS, (placeholder) => {
    const key = keys.get(placeholder);
    if (key !== undefined) return key;
    const message = `${placeholder} is not a placeholder for a key in the file. Write the whole key or, better, the name of a variable.`;
    throw new ChainError('invalid_request', message, { param: 'text' });
  });
};

/** Key → placeholder. The longest key is first, since a key may contain another. */
const placeholdersOf = (text: string): ReadonlyMap<string, string> => {
  // With their delimiters, since a short password may occur elsewhere in the text.
  const inUrls = userinfosIn(text).map((userinfo) => `//${userinfo}@`);
  const keys = [...new Set([...keysIn(text), ...inUrls])].filter(({ length }) => length >= SHORTEST_KEY);
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

/** Possible keys in a text that is not valid JSON5: rather too many than too few. */
const keysInPieces = (text: string): string[] =>
  [...text.matchAll(NAME)].flatMap(({ 0: whole, 1: name = '', index }) => {
    if (!isSecretPath([name])) return [];
    VALUE.lastIndex = index + whole.length;
    const value = VALUE.exec(text)?.[0] ?? '';
    const texts = /^['"[{]/.test(value) ? textsIn(value) : [value];
    return texts.filter((each) => isSecret(each, [name]));
  });

/** Quoted texts that are not property names. */
const textsIn = (piece: string): string[] =>
  [...piece.matchAll(TEXTS)].filter(([, , colon]) => colon === undefined).map(([, each = '']) => each);

const secretsIn = (value: unknown, path: Path): string[] => {
  if (typeof value === 'string') return isSecret(value, ownPath(path)) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => secretsIn(inner, [...path, key]));
};

/** The path without the names that people choose: the settings of a provider called `my-key` are not all keys. */
const ownPath = (path: Path): Path => {
  const [top] = path;
  if (top === 'providers' && path.length === 2) return path;
  if (path.at(-1) === 'label' && path.at(-3) === 'apiKeys') return [];
  if (top === 'providers' || top === 'chains' || top === 'plugins') return path.slice(2);
  return path;
};
