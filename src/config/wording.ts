import { maskUserinfo } from '../secrets.js';
import { nearestWord } from './nearest-word.js';
import type { Path } from './path.js';
import { isSecretPath } from './secret-paths.js';

const PLAIN_KEY = /^[\w$-]+$/;
const LONGEST_QUOTE = 60;
const MAX_LISTED_KEYS = 4;

/** `chains.default[0]` in backticks; 'The file' for an empty path. */
export const nameOf = (path: Path): string => {
  if (path.length === 0) return 'The file';
  const steps = path.map((step, index) => {
    if (typeof step === 'number' || /^\d+$/.test(step)) return `[${step}]`;
    if (!PLAIN_KEY.test(step)) return `['${step}']`;
    return index === 0 ? step : `.${step}`;
  });
  return `\`${steps.join('')}\``;
};

const quote = (written: string): string => {
  const text = maskUserinfo(written);
  return `'${text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text}'`;
};

/** `a, b and c`. */
export const listOf = (words: readonly string[], and = 'and'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${and} ${words.at(-1)}`;

const describeObject = (keys: readonly string[]): string => {
  if (keys.length === 0) return 'an empty object';
  return keys.length > MAX_LISTED_KEYS ? 'an object' : `an object with ${listOf(keys)}`;
};

/** Describes a value in a few words. Never shows a value that may be a secret. */
export const describe = (written: unknown, path: Path): string => {
  if (written === '') return 'empty';
  if (typeof written === 'string') return isSecretPath(path) ? 'a string that is not shown here' : quote(written);
  if (Array.isArray(written)) return written.length === 0 ? 'an empty list' : 'a list';
  if (typeof written === 'object' && written !== null) return describeObject(Object.keys(written));
  return isSecretPath(path) ? `a ${typeof written}` : String(written);
};

/** ` Did you mean \`x\`?`, or an empty text if no word is similar. */
export const suggest = (found: string, words: readonly string[]): string => {
  const word = nearestWord(found, words);
  return word === undefined ? '' : ` Did you mean \`${word}\`?`;
};
