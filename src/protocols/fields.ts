import { ChainError } from '../plugin/door/errors.js';
import { type Fields, isFields } from '../plugin/fields.js';

export type { Fields } from '../plugin/fields.js';

/** Refuses a request because of the field at `param`, such as `input[2].type`. */
export const refuseField = (param: string, what: string): never => {
  throw new ChainError('invalid_request', `"${param}" ${what}.`, { param });
};

/** Characters of a text in an error message. */
export const LONGEST_SHOWN = 60;

/** A text of a caller as an error message shows it: in quotes, and never long. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);

/** Whether a field is absent. Clients send `null` for it as well. */
export const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;

/** `value` as an object. @throws ChainError `invalid_request` */
export const objectAt = (value: unknown, param: string): Fields =>
  isFields(value) ? value : refuseField(param, 'must be an object');

/** `value` as a string. @throws ChainError `invalid_request` */
export const textAt = (value: unknown, param: string): string =>
  typeof value === 'string' ? value : refuseField(param, 'must be a string');

/** `value` as a number. @throws ChainError `invalid_request` */
export const numberAt = (value: unknown, param: string): number =>
  typeof value === 'number' ? value : refuseField(param, 'must be a number');

/** `value` as a boolean. @throws ChainError `invalid_request` */
export const booleanAt = (value: unknown, param: string): boolean =>
  typeof value === 'boolean' ? value : refuseField(param, 'must be true or false');

/** `value` as a list. @throws ChainError `invalid_request` */
export const listAt = (value: unknown, param: string): readonly unknown[] =>
  Array.isArray(value) ? value : refuseField(param, 'must be an array');

/** `fields` without those that are absent. */
export const present = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !isAbsent(value)));
