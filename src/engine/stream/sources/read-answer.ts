import type { Usage } from '../../../ledger/ledger.js';
import { type Fields, isFields } from '../../../plugin/fields.js';
import { endKindOf } from '../../../plugin/readers/finish-reasons.js';
import { ErrorInAnswer } from '../../causes.js';
import { parseBody } from '../../parse-body.js';
import { choicesOf, contentOf, isTruncated, messageOf } from '../frames/content.js';
import { framesIn, readFrame } from '../frames/sse.js';
import { isTorn } from '../mended/tool-calls.js';
import type { BodySink, Source } from '../source.js';
import { withoutComments } from './peeked-body.js';

/** Bytes of an error body that are read. Every provider's message fits. */
export const LONGEST_ERROR = 64 * 1024;

/** Bytes of a whole answer. No model's answer is longer, even with pictures. */
export const LONGEST_ANSWER = 64 * 1024 * 1024;

export interface WholeAnswer {
  /** As it came, or as it was translated. */
  readonly body: Buffer;
  /** The body as it came, parsed. */
  readonly parsed: unknown;
  /** The chat completion that it is, or stands for. */
  readonly value: Fields;
  readonly usage: Usage | undefined;
}

export interface ReadOptions {
  readonly translate?: ((answer: unknown) => unknown) | undefined;
  /** The caller gets the body as it came: `translate` only says what it contains. */
  readonly passes?: boolean;
  /** An answer without content counts if it ended by itself. */
  readonly mayBeEmpty?: boolean;
  /** The arguments of a tool call must be an object, unless the answer became too long. */
  readonly wholeCalls?: boolean | undefined;
}

/**
 * Reads an answer that is not streamed. Returns its bytes unchanged, or as `translate` turns it into one of OpenAI's.
 * @param raw all bytes of its body
 * @throws Error when the body is not an answer. No error quotes it.
 */
export const readWhole = (
  raw: Buffer,
  { translate, passes = translate === undefined, mayBeEmpty, wholeCalls = false }: ReadOptions = {},
): WholeAnswer => {
  if (raw.length >= LONGEST_ANSWER) throw new Error(TOO_LONG);
  const text = raw.toString('utf8');
  const json = jsonIn(text);
  const parsed = parseBody(json);
  if (typeof parsed === 'string') throw notJson(text, raw.length);
  const value = translate === undefined ? parsed : translate(parsed);
  const { error, real, empty, finished, calls, usage } = contentOf(value);
  if (error !== undefined) throw new ErrorInAnswer(error);
  if (!isFields(value) || empty) throw new Error('JSON without "choices"');
  if (!real && !(mayBeEmpty === true && finished.length > 0)) throw new Error('an empty answer');
  if (calls && choicesOf(value).some((choice) => hasTornCall(choice, wholeCalls)))
    throw new Error('a tool call without a name, or with arguments that are cut off');
  const body = passes && json.length === text.length ? raw : Buffer.from(passes ? json : JSON.stringify(value));
  return { body, parsed, value, usage };
};

export const TOO_LONG = 'an answer of more than 64 MiB';

/** A provider that states no end may have been cut off inside a tool call. */
const hasTornCall = (choice: Fields, wholeCalls: boolean): boolean => {
  const isOver = ['stop', 'answer'].includes(endKindOf(choice.finish_reason));
  if (wholeCalls ? isTruncated(choice) : isOver) return false;
  const calls = messageOf(choice).tool_calls;
  const functions = Array.isArray(calls) ? calls.map((call) => (isFields(call) ? call.function : undefined)) : [];
  return functions.some((called) => {
    const { name, arguments: args } = isFields(called) ? called : {};
    if (wholeCalls && (typeof name !== 'string' || name === '')) return true;
    return typeof args === 'string' && (wholeCalls ? isTorn(args) : typeof parseBody(args) === 'string');
  });
};

const DONE = '[DONE]';

/** Returns the JSON of a body without what some providers put around it: a byte order mark, comments, `data: [DONE]`. */
export const jsonIn = (text: string): string => {
  // Nearly every answer.
  if (text[0] === '{' && text.at(-1) === '}') return text;
  const start = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (/^\s{0,99}\{/.test(start) && /\}\s{0,99}$/.test(start.slice(-100))) return start;
  const json = withoutComments(start).trimEnd();
  return json.endsWith(DONE)
    ? json
        .slice(0, -DONE.length)
        .trimEnd()
        .replace(/data:$/, '')
    : json;
};

/** Says what a body is that is not JSON. It may be a model's answer: only the title of a page is quoted. */
export const notJson = (text: string, bytes: number): Error => {
  if (withoutComments(text).trim() === '') return new Error('an empty answer');
  if (/^\s{0,99}<(?:!doctype html|html|head|\?xml)\b/i.test(text))
    return new ErrorInAnswer(text.slice(0, LONGEST_ERROR));
  return new Error(`text of ${bytes} bytes that is not JSON`);
};

/** Parses the body of a refusal: JSON, JSON in an event, or text. */
export const parseRefusal = (raw: Buffer): unknown => {
  const text = raw.toString('utf8').replace(/^\uFEFF/, '');
  if (!/^\s*(?:event|data|id|:)/.test(text)) return parseBody(jsonIn(text));
  const frames = framesIn(Buffer.from(text)).map(readFrame);
  const data = frames.find((frame) => frame.data !== undefined && frame.data.trim() !== '')?.data;
  return parseBody(data ?? withoutComments(text));
};

/** Resolves with the body. Stops reading after `longest` bytes. */
export const readAll = (source: Source, longest: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    source.consume(new BodyReader(source, longest, { whole: resolve, broke: reject }));
  });

/** Waits for a whole body. One of the methods is called, once. */
export interface BodyListener {
  /** The body, as far as it was read. */
  whole(bytes: Buffer): void;
  broke(cause: Error): void;
}

/** Reads a whole body, up to `longest` bytes. */
export class BodyReader implements BodySink {
  readonly #source: Source;
  readonly #longest: number;
  readonly #listener: BodyListener;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #isOver = false;

  constructor(source: Source, longest: number, listener: BodyListener) {
    this.#source = source;
    this.#longest = longest;
    this.#listener = listener;
  }

  data(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#longest) return;
    this.#isOver = true;
    this.#source.abort(new Error('the body is too long'));
    this.#listener.whole(this.#bytes());
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.whole(this.#bytes());
  }

  error(cause: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.broke(cause);
  }

  #bytes(): Buffer {
    const [first] = this.#chunks;
    return this.#chunks.length === 1 ? (first as Buffer) : Buffer.concat(this.#chunks);
  }
}
