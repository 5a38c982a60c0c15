import type { Path } from './locate.js';
import { nearestWord } from './nearest-word.js';

/** Something wrong at a path; its place in a file is found later. */
export interface Finding {
  readonly path: Path;
  /** Whether the key is wrong or its value. */
  readonly at: 'key' | 'value';
  readonly message: string;
}

const PLAIN_KEY = /^[\w$-]+$/;
/** What may hold a secret that somebody typed into the file: its value is not repeated. */
const PRIVATE_KEYS = [
  /(?:^|[_-])(?:api)?(?:keys?|secret|password|passphrase|token|credentials?|authorization|cookie)$/i,
  /(?:Keys?|Secret|Password|Passphrase|(?<!first)Token|Credentials?)$/,
];
const LONGEST_QUOTE = 60;
const MOST_KEYS = 4;

/** Whether a value at `path` may be a key: it is not to be shown. */
export const isPrivate = (path: Path): boolean =>
  // A text in place of a whole provider is most likely its key.
  (path.length === 2 && path[0] === 'providers') ||
  path.some((step) => typeof step === 'string' && (step === 'headers' || PRIVATE_KEYS.some((name) => name.test(step))));

/** `chains.default[0]` in backticks; the whole file for an empty path. */
export const nameOf = (path: Path): string => {
  if (path.length === 0) return 'The file';
  const steps = path.map((step, index) => {
    if (typeof step === 'number' || /^\d+$/.test(step)) return `[${step}]`;
    if (!PLAIN_KEY.test(step)) return `['${step}']`;
    return index === 0 ? step : `.${step}`;
  });
  return `\`${steps.join('')}\``;
};

const quote = (text: string): string => `'${text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text}'`;

/** `a, b and c`. */
export const listOf = (words: readonly string[], and = 'and'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${and} ${words.at(-1)}`;

const describeObject = (keys: readonly string[]): string => {
  if (keys.length === 0) return 'an empty object';
  return keys.length > MOST_KEYS ? 'an object' : `an object with ${listOf(keys)}`;
};

/** A value as it is written in the file, short enough for a sentence. Never one that may be a secret. */
export const describe = (written: unknown, path: Path): string => {
  if (written === '') return 'empty';
  if (typeof written === 'string') return isPrivate(path) ? 'a text that is not shown here' : quote(written);
  if (Array.isArray(written)) return written.length === 0 ? 'an empty list' : 'a list';
  if (typeof written === 'object' && written !== null) return describeObject(Object.keys(written));
  return isPrivate(path) ? `a ${typeof written}` : String(written);
};

/** ` Did you mean \`x\`?`, or nothing when no word is near. */
export const suggest = (found: string, words: readonly string[]): string => {
  const word = nearestWord(found, words);
  return word === undefined ? '' : ` Did you mean \`${word}\`?`;
};

/** What is written at `path`; `undefined` when there is nothing. */
export const writtenAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, step) => {
    const isOwn = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
    return isOwn ? (value as Record<string | number, unknown>)[step] : undefined;
  }, root);
