import type { Usage } from '../../ledger/ledger.js';
import type { ResponseHead } from '../../plugin/door/attempt.js';
import type { Surface } from '../../plugin/door/surface.js';
import { type Fields, isFields } from '../../plugin/fields.js';
import { errorIn } from '../../plugin/readers/errors/error-shape.js';
import { ErrorInAnswer } from '../causes.js';
import { parseBody } from '../parse-body.js';
import { contentOf } from '../stream/frames/content.js';
import type { Source } from '../stream/source.js';
import { jsonIn, LONGEST_ANSWER, notJson, readAll, TOO_LONG } from '../stream/sources/read-answer.js';

/** An answer that is not streamed. */
export interface SurfaceAnswer {
  readonly body: Buffer;
  readonly usage: Usage | undefined;
}

/** Formats that are JSON; so is the default. */
const JSON_FORMAT = /json$|^$/;

/** Content types of text. */
const PLAIN = /^(?:text\/(?!html)|application\/(?:x-subrip|srt|ttml))/;

/** Returns the content type of a response without its parameters, in lower case; empty if it has none. */
export const typeOf = ({ headers }: ResponseHead): string =>
  String(headers['content-type'] ?? '')
    .split(';', 1)[0]
    ?.trim()
    .toLowerCase() ?? '';

/**
 * Reads a whole answer of an endpoint beside chat. Resolves with its bytes unchanged, or with JSON where the surface had to
 * change something. Rejects when the body is not an answer. No error quotes it.
 */
export const readSurface = async (
  source: Source,
  surface: Surface,
  asked: Fields,
  head: ResponseHead,
): Promise<SurfaceAnswer> => {
  const raw = await readAll(source, LONGEST_ANSWER);
  if (raw.length >= LONGEST_ANSWER) throw new Error(TOO_LONG);
  const text = raw.toString('utf8');
  const json = jsonIn(text);
  const value = parseBody(json);
  if (!isFields(value)) {
    if (surface.answers !== 'text' || !isPlain(text, head, asked)) throw notJson(text, raw.length);
    return { body: raw, usage: undefined };
  }
  const error = errorOf(value);
  if (error !== undefined) throw new ErrorInAnswer(error);
  if (surface.answers === 'bytes') throw new Error('JSON in place of sound');
  const read = surface.read?.(value, asked) ?? value;
  const usage = surface.usage?.(value) ?? contentOf(value).usage;
  if (read !== value) return { body: Buffer.from(JSON.stringify(read)), usage };
  return { body: json.length === text.length ? raw : Buffer.from(json), usage };
};

/** Fields of answers that look like an error to a reader of chat: a transcription has a `status` at some providers. */
const ANSWERED = ['data', 'results', 'text', 'images', 'segments'];

const errorOf = (value: Fields): Fields | undefined => {
  const isAnswer = ANSWERED.some((field) => value[field] !== undefined && value[field] !== null);
  const { error } = value;
  if (!isAnswer) return errorIn(value);
  return isFields(error) || (typeof error === 'string' && error !== '') ? value : undefined;
};

/** Subtitles and plain text. A recording without speech gives an empty text. */
const isPlain = (text: string, head: ResponseHead, { response_format: format }: Fields): boolean => {
  if (/^\s*<(?:!doctype|html|head|body|\?xml)/i.test(text)) return false;
  const wanted = String(format ?? '');
  if (JSON_FORMAT.test(wanted)) return false;
  return ['text', 'srt', 'vtt'].includes(wanted) || (PLAIN.test(typeOf(head)) && text.trim() !== '');
};
