import type { Surface } from '../plugin/door/surface.js';
import { type Fields, isFields } from '../plugin/fields.js';
import { isAbsent, refuseField } from './fields.js';

const check = ({ query, documents }: Fields): void => {
  if (isAbsent(query)) refuseField('query', 'is missing');
  if (!Array.isArray(documents)) refuseField('documents', 'must be an array');
  if ((documents as readonly unknown[]).length === 0) refuseField('documents', 'is empty');
};

/** Cohere, Jina, vLLM and SiliconFlow call the list `results`, Voyage `data`. */
const read = (answer: Fields, { documents }: Fields): Fields => {
  const results = answer.results ?? answer.data;
  if (!Array.isArray(results) || results.length === 0) throw new Error('JSON without "results"');
  const count = (documents as readonly unknown[]).length;
  const isRank = ({ index, relevance_score: score }: Fields): boolean =>
    Number.isInteger(index) && (index as number) >= 0 && (index as number) < count && typeof score === 'number';
  if (!results.every((each) => isFields(each) && isRank(each))) throw new Error('a result without index or score');
  return answer.results === undefined ? { ...answer, results } : answer;
};

/** Cohere and SiliconFlow count under `meta`; Jina and Voyage give only a sum. */
const usage = ({ usage: found, meta }: Fields) => {
  const counted = isFields(meta) && isFields(meta.tokens) ? meta.tokens.input_tokens : undefined;
  const total = isFields(found) ? (found.prompt_tokens ?? found.total_tokens) : undefined;
  const input = counted ?? total;
  return typeof input === 'number' ? { input, output: 0 } : undefined;
};

/** Orders documents by how well they answer a question. */
export const rerank: Surface = {
  name: 'rerank',
  path: '/rerank',
  answers: 'json',
  counts: 'input',
  essential: ['query', 'documents', 'top_n', 'top_k'],
  check,
  streams: () => false,
  read,
  usage,
};
