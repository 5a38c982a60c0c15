import type { Path } from '../../config/path.js';
import { isSecretPath } from '../../config/secret-paths.js';
import { ChainError } from '../../plugin/door/errors.js';
import { maskUserinfo } from '../../secrets.js';

/** Characters shown at the start and at the end of a key; together at most a quarter of it. */
const SHOWN = 4;

/** `gsk_…9f3a`: enough to tell keys apart. */
export const maskKey = (key: string): string => {
  const shown = Math.min(SHOWN, Math.floor(key.length / 8));
  return shown === 0 ? '…' : `${key.slice(0, shown)}…${key.slice(-shown)}`;
};

/** A masked key, or a placeholder that people write for one. */
const looksMasked = (text: string): boolean => text.includes('…') || /\*{3}|•{3}/.test(text);

/** @throws ChainError `invalid_request` for a mask in place of a key */
export const refuseMask = (text: string, param: string): void => {
  if (!looksMasked(text)) return;
  const message = `"${param}" is a masked key. Send the whole key, or leave the field out to keep the one that is saved.`;
  throw new ChainError('invalid_request', message, { param });
};

/** The longest text around a variable that is shown: a word such as `Bearer`. */
const LONGEST_WORD = 8;

/** A written value for the browser: variables are not replaced, and possible keys are masked. */
export const publicView = (written: unknown, path: Path): unknown => {
  if (typeof written === 'string') return isSecret(written, path) ? maskKey(written) : written;
  if (Array.isArray(written)) return written.map((value, index) => publicView(value, [...path, index]));
  if (typeof written !== 'object' || written === null) return written;
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [key, publicView(value, [...path, key])]));
};

/**
 * The value that a form sent back, with each mask replaced by the `written` value.
 * @throws ChainError `invalid_request` for any other mask
 */
export const unmasked = (given: unknown, written: unknown, path: Path): unknown => {
  if (typeof given === 'string') {
    if (!isSecretPath(path)) return given;
    if (typeof written === 'string' && publicView(written, path) === given) return written;
    refuseMask(given, path.join('.'));
    return given;
  }
  if (Array.isArray(given)) return given.map((value, index) => unmasked(value, at(written, index), [...path, index]));
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, unmasked(value, at(written, key), [...path, key])]),
  );
};

/**
 * A URL that a form sent back, with a masked user name and password replaced by those of `written`.
 * @throws ChainError `invalid_request` for a mask in any other URL
 */
export const unmaskedUrl = <T>(given: T, written: unknown, param: string): T => {
  if (typeof given !== 'string') return given;
  if (typeof written === 'string' && maskUserinfo(written) === given) return written as T;
  if (given.includes('://***@')) refuseMask(given, param);
  return given;
};

/** As `unmasked`, for options. @throws ChainError `invalid_request` if `given` is not an object */
export const unmaskedOptions = (given: unknown, written: unknown): Readonly<Record<string, unknown>> => {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    return unmasked(given, written, ['options']) as Readonly<Record<string, unknown>>;
  }
  throw new ChainError('invalid_request', '"options" must be an object.', { param: 'options' });
};

/** Whether a text is in a place for keys and has more than variables. */
export const isSecret = (written: string, path: Path): boolean =>
  isSecretPath(path) && (!written.includes('${') || written.replace(/\$\{\w+\}/g, '').length > LONGEST_WORD);

const at = (value: unknown, key: string | number): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
