import { fieldsOf, listOf } from '../fields.js';
import type { PlaygroundProtocol } from '../protocol.js';
import { linesOf } from './embeddings.js';

/** Documents in the order in which they answer a question. */
export const rerank: PlaygroundProtocol = {
  id: 'rerank',
  title: 'Rerank',
  path: '/v1/rerank',
  endpoint: 'rerank',
  about: 'Documents in the order of how well they answer a question.',
  prompt: { label: 'Question', placeholder: 'How do waterfalls form?' },
  parameters: [
    { name: 'documents', label: 'Documents', kind: 'lines', placeholder: 'One document per line' },
    { name: 'top', label: 'Return at most', kind: 'number', field: 'top_n', min: 1, whole: true },
  ],
  body: ({ prompt, values }) => ({ query: prompt, documents: linesOf(values.documents ?? '') }),
  whole: (answer, into) => {
    const { results, usage, meta } = fieldsOf(answer);
    const ranks = listOf(results).map(({ index, relevance_score: score }) => ({
      index: Number(index),
      score: Number(score),
    }));
    into.result({ kind: 'ranking', ranks: ranks.toSorted((one, other) => other.score - one.score) });
    const { prompt_tokens: prompt, total_tokens: total } = fieldsOf(usage);
    into.usage(fieldsOf(fieldsOf(meta).tokens).input_tokens ?? prompt ?? total, undefined);
  },
};
