import { type Fields, fieldsOf, listOf } from '../fields.js';
import type { PlaygroundProtocol } from '../protocol.js';

/** Texts as vectors. */
export const embeddings: PlaygroundProtocol = {
  id: 'embeddings',
  title: 'Embeddings',
  path: '/v1/embeddings',
  endpoint: 'embeddings',
  about: 'Each line becomes a vector. With two lines or more, you see how similar they are.',
  prompt: { label: 'Texts', placeholder: 'One text per line' },
  parameters: [
    { name: 'dimensions', label: 'Dimensions', kind: 'number', field: 'dimensions', min: 1, whole: true },
    { name: 'encoding', label: 'Encoding', kind: 'choice', field: 'encoding_format', choices: ['float', 'base64'] },
  ],
  body: ({ prompt }) => ({ input: linesOf(prompt) }),
  whole: (answer, into) => {
    const { data, usage } = fieldsOf(answer);
    into.result({ kind: 'vectors', vectors: listOf(data).map(vectorOf) });
    into.usage(fieldsOf(usage).prompt_tokens, undefined);
  },
};

/** The lines that are not empty. */
export const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '');

const vectorOf = ({ embedding }: Fields): readonly number[] => {
  if (Array.isArray(embedding)) return embedding.map(Number);
  if (typeof embedding !== 'string') return [];
  const bytes = Uint8Array.from(atob(embedding), (letter) => letter.charCodeAt(0));
  return [...new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4))];
};
