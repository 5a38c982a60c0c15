import { isFields } from '../plugin/fields.js';

/** The parts of an embeddings request that a simulated provider reads. */
export interface EmbeddingsRequest {
  readonly model: string;
  readonly inputs: readonly string[];
  /** `encoding_format: 'base64'`, which OpenAI's SDKs ask for. */
  readonly isBase64: boolean;
}

/** Reads the body of a request. @returns an error message if it is invalid */
export const readEmbeddingsRequest = (json: string): EmbeddingsRequest | string => {
  let body: unknown;
  try {
    body = JSON.parse(json);
  } catch {
    return 'The request body is not valid JSON.';
  }
  const { model, input, encoding_format: format } = isFields(body) ? body : {};
  if (typeof model !== 'string') return "'model' must be a string.";
  const inputs: unknown[] = Array.isArray(input) ? input : [input];
  if (!inputs.every((each) => typeof each === 'string')) return "'input' must be a text or a list of texts.";
  return { model, inputs, isBase64: format === 'base64' };
};

const DIMENSIONS = 64;

/** The embeddings of texts as OpenAI answers them. Texts with the same words have similar vectors. */
export const embeddingsOf = ({ model, inputs, isBase64 }: EmbeddingsRequest, tokens: number): object => ({
  object: 'list',
  data: inputs.map((text, index) => {
    const vector = vectorOf(text);
    return { object: 'embedding', index, embedding: isBase64 ? base64Of(vector) : vector };
  }),
  model,
  usage: { prompt_tokens: tokens, total_tokens: tokens },
});

/** A vector of length 1 that counts the words of a text, each in the dimension that its letters give. */
const vectorOf = (text: string): number[] => {
  const counts = Array.from({ length: DIMENSIONS }, () => 0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['']) {
    let sum = 0;
    for (const character of word) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
    counts[sum % DIMENSIONS] = (counts[sum % DIMENSIONS] ?? 0) + 1;
  }
  const length = Math.hypot(...counts);
  return counts.map((count) => count / length);
};

/** 32-bit floats, little-endian. */
const base64Of = (vector: readonly number[]): string => {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
};
