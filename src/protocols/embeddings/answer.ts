import { type Fields, isFields } from '../../plugin/fields.js';
import { countOf } from './inputs.js';
import { base64Of, lengthOf, vectorOf } from './vectors.js';

/** The encodings that 429chain turns into each other. Others, such as `int8` at some providers, pass as they are. */
type Encoding = 'float' | 'base64';

/**
 * Returns the answer with a vector for each input, in order and in the encoding that was asked for; `answer` itself if nothing
 * has to change.
 * @throws Error if the answer lacks a vector, or has one that was not asked for
 */
export const readEmbeddings = (answer: Fields, asked: Fields): Fields => {
  const { data } = answer;
  if (!Array.isArray(data)) throw new Error('JSON without "data"');
  if (!data.every(isFields)) throw new Error('an entry of "data" that is not an object');
  const count = countOf(asked);
  if (data.length !== count) throw new Error(`${data.length} vectors for ${count} inputs`);
  const entries = inOrder(data);
  const wanted = encodingOf(asked);
  const read = wanted === undefined ? entries : entries.map((entry) => encoded(entry, wanted));
  if (wanted !== undefined) checkLengths(read, asked.dimensions);
  const isSame = read.length === data.length && read.every((entry, at) => entry === data[at]);
  return isSame && answer.object !== undefined ? answer : { object: 'list', ...answer, data: read };
};

/** Providers may answer in another order. One that gives no index keeps the order. */
const inOrder = (data: readonly Fields[]): readonly Fields[] => {
  if (data.every(({ index }, at) => index === at)) return data;
  if (data.every(({ index }) => index === undefined || index === null)) {
    return data.map((entry, index) => ({ object: 'embedding', ...entry, index }));
  }
  const byIndex = new Map(data.map((entry) => [entry.index, entry]));
  return data.map((_, at) => byIndex.get(at) ?? fail('an index is missing or there twice in "data"'));
};

const encodingOf = ({ encoding_format: format }: Fields): Encoding | undefined => {
  if (format === undefined || format === null) return 'float';
  return format === 'float' || format === 'base64' ? format : undefined;
};

const NOT_NUMBERS = 'a vector with something other than numbers';

const encoded = (entry: Fields, wanted: Encoding): Fields => {
  const { embedding } = entry;
  if (typeof embedding === 'string') {
    const vector = vectorOf(embedding) ?? fail('a vector that is not valid base64');
    if (!vector.every(Number.isFinite)) return fail(NOT_NUMBERS);
    return wanted === 'base64' ? entry : { ...entry, embedding: vector };
  }
  if (!Array.isArray(embedding) || embedding.length === 0) return fail('an entry of "data" without a vector');
  // Also a number that float32 does not have.
  if (!embedding.every((each) => typeof each === 'number' && Number.isFinite(Math.fround(each)))) fail(NOT_NUMBERS);
  return wanted === 'float' ? entry : { ...entry, embedding: base64Of(embedding) };
};

const checkLengths = (entries: readonly Fields[], dimensions: unknown): void => {
  const lengths = new Set(entries.map(({ embedding }) => sizeOf(embedding)));
  if (lengths.size > 1) fail('vectors of different lengths');
  const [length] = lengths;
  if (typeof dimensions === 'number' && length !== dimensions) {
    fail(`vectors of ${length} dimensions, where ${dimensions} were asked for`);
  }
};

const sizeOf = (embedding: unknown): number | undefined =>
  typeof embedding === 'string' ? lengthOf(embedding) : (embedding as readonly unknown[]).length;

const fail = (message: string): never => {
  throw new Error(message);
};

/** Joins the answers to the parts of one request. */
export const joinEmbeddings = (answers: readonly Fields[]): Fields => {
  const [first = {}] = answers;
  const data = answers
    .flatMap((answer) => answer.data as readonly Fields[])
    .map((entry, index) => ({ ...entry, index }));
  const usages = answers.map(({ usage }) => usage).filter(isFields);
  return { ...first, data, ...(usages.length === 0 ? {} : { usage: sumOf(usages) }) };
};

/** Adds up the numbers of the same name. */
const sumOf = (usages: readonly Fields[]): Fields => {
  const sum: Record<string, unknown> = {};
  for (const usage of usages) {
    for (const [name, value] of Object.entries(usage)) {
      const before = sum[name];
      sum[name] = typeof value === 'number' && typeof before === 'number' ? before + value : value;
    }
  }
  return sum;
};
