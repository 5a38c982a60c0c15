import { ChainError, type ErrorCode } from '../../plugin/door/errors.js';
import { isFields } from '../../plugin/fields.js';
import { type Fields, isAbsent } from '../fields.js';

/**
 * Refuses a request because of the field at `at`, such as `messages.2.content.0.source`, as Anthropic words it.
 * @throws ChainError `code`
 */
export const refuseAt = (at: string, what: string, code: ErrorCode = 'invalid_request'): never => {
  throw new ChainError(code, `${at}: ${what}`, { param: at });
};

/** `value` as an object. @throws ChainError `invalid_request` */
export const objectAt = (value: unknown, at: string): Fields =>
  isFields(value) ? value : refuseAt(at, isAbsent(value) ? 'Field required.' : 'Expected an object.');

/** `value` as a string. @throws ChainError `invalid_request` */
export const textAt = (value: unknown, at: string): string =>
  typeof value === 'string' ? value : refuseAt(at, isAbsent(value) ? 'Field required.' : 'Expected a string.');

/** `value` as a string with something in it. @throws ChainError `invalid_request` */
export const fullTextAt = (value: unknown, at: string): string => textAt(value, at) || refuseAt(at, 'It is empty.');

/** `value` as a list. @throws ChainError `invalid_request` */
export const listAt = (value: unknown, at: string): readonly unknown[] =>
  Array.isArray(value) ? value : refuseAt(at, isAbsent(value) ? 'Field required.' : 'Expected a list.');

/** `value` as a number; `undefined` if it is absent. @throws ChainError `invalid_request` */
export const numberAt = (value: unknown, at: string): number | undefined => {
  if (isAbsent(value)) return undefined;
  // JSON can contain numbers that are too large for a number here, such as 1e999.
  return Number.isFinite(value) ? (value as number) : refuseAt(at, 'Expected a number.');
};

/** What a request asks for and 429chain leaves out, in plain words, each once. */
export type Omitted = Set<string>;
