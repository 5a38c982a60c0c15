import type { Surface } from '../plugin/door/surface.js';
import { type Fields, isFields } from '../plugin/fields.js';
import { isAbsent, refuseField } from './fields.js';

const check = ({ input }: Fields): void => {
  if (isAbsent(input)) refuseField('input', 'is missing');
};

const read = (answer: Fields): Fields => {
  const { results } = answer;
  if (!Array.isArray(results) || results.length === 0) throw new Error('JSON without "results"');
  if (!results.every((each) => isFields(each) && (isFields(each.categories) || typeof each.flagged === 'boolean'))) {
    throw new Error('a result without categories');
  }
  return answer;
};

/** Judges whether content is harmful. */
export const moderations: Surface = {
  name: 'moderations',
  path: '/moderations',
  answers: 'json',
  counts: 'input',
  essential: ['input'],
  check,
  streams: () => false,
  read,
};
