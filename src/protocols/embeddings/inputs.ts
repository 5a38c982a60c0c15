import type { Fields } from '../../plugin/fields.js';
import { isAbsent, refuseField } from '../fields.js';

/** Token arrays: one input, or a list of them. */
const isTokens = (input: unknown): boolean => Array.isArray(input) && typeof input[0] === 'number';

/** Returns how many texts a request has. A list of tokens is one text. */
export const countOf = ({ input }: Fields): number => (Array.isArray(input) && !isTokens(input) ? input.length : 1);

/** Returns requests of `most` texts at most, in order. */
export const splitInputs = (body: Fields, most: number): readonly Fields[] => {
  const { input } = body;
  if (!Array.isArray(input) || isTokens(input) || input.length <= most) return [body];
  return Array.from({ length: Math.ceil(input.length / most) }, (_, at) => ({
    ...body,
    input: input.slice(at * most, (at + 1) * most),
  }));
};

/** @throws ChainError `invalid_request` */
export const checkInput = ({ input, encoding_format: format, dimensions }: Fields): void => {
  if (isAbsent(input)) refuseField('input', 'is missing');
  if (typeof input !== 'string' && !Array.isArray(input)) refuseField('input', 'must be a string or an array');
  if (input === '' || (Array.isArray(input) && input.length === 0)) refuseField('input', 'is empty');
  if (!isAbsent(format) && typeof format !== 'string') refuseField('encoding_format', 'must be a string');
  if (!isAbsent(dimensions) && !(Number.isInteger(dimensions) && (dimensions as number) > 0)) {
    refuseField('dimensions', 'must be a whole number above 0');
  }
};
