import { ChainError, type Fields, isFields } from '429chain/plugin';

/** @throws ChainError `invalid_request` for the field `param` */
export const refuse = (param: string, message: string): never => {
  throw new ChainError('invalid_request', `${param}: ${message}`, { param });
};

/** Returns a text; empty if the field is absent. @throws ChainError */
export const textAt = (value: unknown, param: string): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : refuse(param, 'Expected a string.');
};

/** Returns a list of objects; empty if the field is absent. @throws ChainError */
export const objectsAt = (value: unknown, param: string): readonly Fields[] => {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return refuse(param, 'Expected a list.');
  return value.map((each, index) => (isFields(each) ? each : refuse(`${param}[${index}]`, 'Expected an object.')));
};
