import { ChainError } from '../plugin/door/errors.js';

export type Fields = Readonly<Record<string, unknown>>;

/** Refuses a request because of the field at `param`, such as `input[2].type`. */
export const refuseField = (param: string, what: string): never => {
  throw new ChainError('invalid_request', `"${param}" ${what}.`, { param });
};

/** Whether a field is absent. Clients send `null` for it as well. */
export const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;

/** `value` as an object. @throws ChainError `invalid_request` */
export const objectAt = (value: unknown, param: string): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : refuseField(param, 'must be an object');

/** `value` as a string. @throws ChainError `invalid_request` */
export const textAt = (value: unknown, param: string): string =>
  typeof value === 'string' ? value : refuseField(param, 'must be a string');

/** `value` as a list. @throws ChainError `invalid_request` */
export const listAt = (value: unknown, param: string): readonly unknown[] =>
  Array.isArray(value) ? value : refuseField(param, 'must be an array');

/** `fields` without those that are absent. */
export const present = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !isAbsent(value)));
