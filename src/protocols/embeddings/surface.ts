import type { Surface } from '../../plugin/door/surface.js';
import { joinEmbeddings, readEmbeddings } from './answer.js';
import { checkInput, countOf, splitInputs } from './inputs.js';

/** Vectors of texts. */
export const embeddings: Surface = {
  name: 'embeddings',
  path: '/embeddings',
  answers: 'json',
  counts: 'input',
  essential: ['input', 'dimensions', 'input_type', 'task', 'task_type'],
  check: checkInput,
  streams: () => false,
  read: readEmbeddings,
  batches: { count: countOf, split: splitInputs, join: joinEmbeddings },
};
