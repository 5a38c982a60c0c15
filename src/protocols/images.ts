import type { Surface } from '../plugin/door/surface.js';
import { type Fields, isFields } from '../plugin/fields.js';
import { refuseField } from './fields.js';

const check = ({ prompt }: Fields): void => {
  if (typeof prompt !== 'string') refuseField('prompt', 'must be a string');
  if (prompt === '') refuseField('prompt', 'is empty');
};

const isImage = ({ url, b64_json: bytes }: Fields): boolean =>
  [url, bytes].some((value) => typeof value === 'string' && value !== '');

const read = (answer: Fields): Fields => {
  // SiliconFlow names the list `images` as well.
  const data = answer.data ?? answer.images;
  if (!Array.isArray(data) || data.length === 0) throw new Error('JSON without "data"');
  if (!data.every((each) => isFields(each) && isImage(each))) throw new Error('an entry of "data" without an image');
  return answer.data === undefined ? { ...answer, data } : answer;
};

const usage = ({ usage: found }: Fields) => {
  if (!isFields(found) || typeof found.input_tokens !== 'number') return undefined;
  return { input: found.input_tokens, output: typeof found.output_tokens === 'number' ? found.output_tokens : 0 };
};

/** Pictures from a description. */
export const images: Surface = {
  name: 'images',
  path: '/images/generations',
  answers: 'json',
  counts: 'input',
  essential: ['prompt', 'n', 'size', 'response_format'],
  check,
  read,
  usage,
  lastEvents: /^image_generation\.completed$/,
};
