import type { RequestSize } from '../../request.js';
import { isEmbeddedData } from './embedded-data.js';
import { tokensOfText } from './text-tokens.js';

type Body = Readonly<Record<string, unknown>>;

/** Tokens of a picture or a sound. Providers count some hundred to some thousand for one. */
const MEDIA_TOKENS = 1_000;
/** Tokens of the signs around an object, and around each of its entries. */
const OBJECT_TOKENS = 1;
const ENTRY_TOKENS = 1.5;
/** Tokens of a number, `true`, `false` or `null`. */
const SCALAR_TOKENS = 1;
/** OpenAI accepts no more. A larger number in the estimate would keep the request from every target. */
const MOST_CHOICES = 128;
/** Parts of a message that contain a picture or a link to one. */
const PICTURES: ReadonlySet<unknown> = new Set(['image_url', 'input_image', 'image']);

/** Measures a request from its parsed body. Takes no longer for large pictures, and little longer for long texts. */
export const sizeOf = (body: Body): RequestSize => {
  const bound = boundOf(body);
  const choices = choicesOf(body);
  return { tokens: Math.ceil(tokensOfBody(body)), bound: bound === undefined ? undefined : bound * choices, choices };
};

/** Returns the longest answer that the caller accepts, in tokens; `undefined` without a valid limit. For each choice. */
export const boundOf = ({ max_completion_tokens: newer, max_tokens: older }: Body): number | undefined => {
  const bound = newer ?? older;
  return typeof bound === 'number' && bound > 0 ? bound : undefined;
};

/** Returns how many choices the caller asks for. */
export const choicesOf = ({ n, prompt }: Body): number =>
  (typeof n === 'number' && n > 1 ? Math.min(n, MOST_CHOICES) : 1) * promptsOf(prompt);

/** A completion of text takes several prompts, each as text or as a list of tokens. */
const promptsOf = (prompt: unknown): number =>
  Array.isArray(prompt) && typeof prompt[0] !== 'number' ? Math.max(1, prompt.length) : 1;

/** Visits every value once. Not recursive: a body may be nested deeper than the stack allows. */
const tokensOfBody = (body: Body): number => {
  const open: unknown[] = [body];
  let tokens = 0;
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'string') tokens += isEmbeddedData(value) ? MEDIA_TOKENS : tokensOfText(value);
    else if (typeof value !== 'object' || value === null) tokens += SCALAR_TOKENS;
    else if (Array.isArray(value)) for (const item of value) open.push(item);
    else if (PICTURES.has((value as Body).type)) tokens += MEDIA_TOKENS;
    else tokens += OBJECT_TOKENS + tokensOfEntries(value as Body, open);
  }
  return tokens;
};

const tokensOfEntries = (fields: Body, open: unknown[]): number => {
  let tokens = 0;
  for (const key in fields) {
    tokens += ENTRY_TOKENS + tokensOfText(key);
    open.push(fields[key]);
  }
  return tokens;
};
