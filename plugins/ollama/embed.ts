import { type AnswerWriter, type Fields, isFields, type Protocol } from '429chain/plugin';
import { refuse } from './fields.js';
import { refusalReply } from './protocol.js';

interface Parts {
  readonly name: string;
  readonly path: string;
  /** The field with the texts. */
  readonly input: string;
  /** Makes an answer of the vectors. */
  readonly answer: (vectors: readonly unknown[], usage: Fields) => Fields;
  readonly now: () => number;
}

/** `POST /api/embed`, and the older `/api/embeddings` with one text. */
export const embed = (now: () => number): readonly Protocol[] => [
  protocolOf({
    name: 'ollama-embed',
    path: '/api/embed',
    input: 'input',
    now,
    answer: (embeddings, usage) => ({ embeddings, prompt_eval_count: usage.prompt_tokens ?? 0 }),
  }),
  protocolOf({
    name: 'ollama-embeddings',
    path: '/api/embeddings',
    input: 'prompt',
    now,
    answer: ([embedding = []]) => ({ embedding }),
  }),
];

const protocolOf = ({ name, path, input, answer, now }: Parts): Protocol => ({
  name,
  path,
  anyContentType: true,
  read: (body, call) => {
    const { model, dimensions } = body;
    const asked = body[input];
    if (asked === undefined || asked === null) refuse(input, 'Expected a text, or a list of texts.');
    const left = Object.keys(body).filter((field) => !KNOWN.has(field) && field !== input);
    return {
      endpoint: 'embeddings',
      body: {
        model,
        input: asked,
        encoding_format: 'float',
        ...(typeof dimensions === 'number' ? { dimensions } : {}),
      },
      omitted: left.map((field) => `left out ${field}: providers do not know it`),
      answer: () => writerOf((read) => answer(vectorsIn(read), usageIn(read)), model, call.at, now),
    };
  },
  refusal: refusalReply,
});

const KNOWN: ReadonlySet<string> = new Set(['model', 'dimensions', 'keep_alive', 'options']);

const vectorsIn = ({ data }: Fields): readonly unknown[] =>
  (Array.isArray(data) ? data : []).filter(isFields).map(({ embedding }) => embedding);

const usageIn = ({ usage }: Fields): Fields => (isFields(usage) ? usage : {});

/** Embeddings are not streamed. */
const writerOf = (
  answer: (read: Fields) => Fields,
  model: unknown,
  startedAt: number,
  now: () => number,
): AnswerWriter => {
  let whole: Fields = {};
  return {
    take: (read) => {
      const spent = Math.max(0, now() - startedAt) * 1_000_000;
      whole = { model, ...answer(read), total_duration: spent, load_duration: 0 };
      return '';
    },
    end: () => '',
    fail: () => '',
    whole: () => whole,
  };
};
