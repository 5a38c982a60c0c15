import type { StreamEvent, Translation } from '../../../plugin/door/translate.js';
import { type Fields, isFields } from '../../../plugin/fields.js';
import { asError, namedError } from '../../../plugin/readers/errors/error-shape.js';
import { ErrorInAnswer } from '../../causes.js';
import { parseBody } from '../../parse-body.js';
import { isPing, isWholeFrame } from '../frames/events.js';
import { LineSplitter } from '../frames/line-splitter.js';
import { DONE_FRAME, FrameSplitter, frameOf, framesIn, LONGEST_FRAME, readFrame } from '../frames/sse.js';
import type { BodySink, Source } from '../source.js';
import { WrappedSource } from './wrapped-source.js';

/** A translation, and what it needs to know of the request and its response. */
export interface TranslationContext {
  readonly translation: Translation;
  /** The request body in OpenAI's shape. */
  readonly request: Fields;
  /** Of the request. */
  readonly id: string;
  /** When the response arrived, epoch ms. */
  readonly at: number;
}

/**
 * Translates a whole answer into OpenAI's shape.
 * @throws ErrorInAnswer when the body is an error
 */
export const translated = (context: TranslationContext, answer: unknown): Fields => {
  const error = errorIn({ data: answer });
  if (error !== undefined) throw new ErrorInAnswer(error);
  const { translation, request } = context;
  return withDefaults(context, 'chat.completion', translation.answer(answer, request), (choice, index) => ({
    index,
    finish_reason: null,
    ...choice,
    message: { role: 'assistant', ...(choice.message as Fields | undefined) },
  }));
};

/**
 * A provider's stream as OpenAI would send it. Holds back nothing but a torn frame. Comments stay. An event that the
 * translation drops becomes an empty chunk: the provider is at work.
 */
export class TranslatedStream extends WrappedSource {
  readonly #context: TranslationContext;
  readonly #splitter: FrameSplitter | LineSplitter;
  readonly #translate: (event: StreamEvent) => Fields | readonly Fields[] | undefined;
  /** Choices whose first chunk has come. That one carries the role. */
  readonly #startedChoices = new Set<unknown>();
  #hasFailed = false;

  /** @throws what the translation throws */
  constructor(source: Source, context: TranslationContext) {
    super(source);
    const { translation, request } = context;
    this.#context = context;
    this.#splitter = translation.framing === 'lines' ? new LineSplitter() : new FrameSplitter();
    this.#translate = translation.stream(request);
  }

  consume(sink: BodySink): void {
    this.source.consume({
      data: (chunk) => {
        if (!this.#hasFailed) this.#push(chunk, sink);
      },
      end: () => {
        if (this.#hasFailed) return;
        const rest = this.#splitter.rest() ?? NO_BYTES;
        if (isWhole(this.#asFrames(rest))) this.#pass(rest, sink);
        // An error or a page instead of a stream: the relay reports it.
        else sink.data(rest);
        if (!this.#hasFailed) sink.end();
      },
      error: (cause) => {
        if (!this.#hasFailed) sink.error(cause);
      },
    });
  }

  #push(chunk: Buffer, sink: BodySink): void {
    const frames = this.#splitter.push(chunk);
    if (this.#splitter.heldBytes > LONGEST_FRAME) this.#fail(new Error('an event of more than 64 MiB'), sink);
    else if (frames !== undefined) this.#pass(frames, sink);
    else if (this.#splitter.holdsData) sink.data(NO_BYTES);
  }

  #fail(cause: Error, sink: BodySink): void {
    this.#hasFailed = true;
    this.source.abort(cause);
    sink.error(cause);
  }

  #pass(bytes: Buffer, sink: BodySink): void {
    try {
      const frames = framesIn(this.#asFrames(bytes)).map((frame) => this.#translated(frame));
      const isAlive = frames.some((frame) => frame !== undefined);
      if (isAlive) sink.data(Buffer.from(frames.join('')));
    } catch (cause) {
      this.#fail(cause as Error, sink);
    }
  }

  /** Turns lines into frames, so that the rest works on frames only. */
  #asFrames(bytes: Buffer): Buffer {
    if (this.#splitter instanceof FrameSplitter || bytes.length === 0) return bytes;
    const lines = bytes.toString('utf8').split(/\r?\n/);
    return Buffer.from(lines.map((line) => (line.trim() === '' ? '' : `data: ${line}\n\n`)).join(''));
  }

  /** Returns `undefined` for an event that says nothing but that the connection is alive. */
  #translated(frame: Buffer): string | undefined {
    const { event, data: text, error: sent } = readFrame(frame);
    if (sent !== undefined) return frameOf(asError(parseBody(sent)));
    if (text === undefined) return frame.toString('utf8');
    if (text.trim() === '[DONE]') return DONE_FRAME.toString();
    const data = parseBody(text);
    const error = typeof data === 'string' ? NOT_JSON : errorIn({ event, data });
    if (error !== undefined) return frameOf(error);
    const chunks = chunksOf(this.#translate({ event, data }));
    if (chunks.length === 0 && isPing(event, data)) return undefined;
    return chunks
      .map((chunk) => frameOf(withDefaults(this.#context, 'chat.completion.chunk', chunk, this.#choice)))
      .join('');
  }

  readonly #choice = (choice: Fields, position: number): Fields => {
    const { index = position, delta } = choice;
    const role = this.#startedChoices.has(index) ? {} : { role: 'assistant' };
    this.#startedChoices.add(index);
    return { index, finish_reason: null, ...choice, delta: { ...role, ...(delta as Fields | undefined) } };
  };
}

const NO_BYTES = Buffer.alloc(0);
const NOT_JSON: Fields = { error: { message: 'a frame that is not JSON' } };

/** A translation may return one chunk, several, or none. Plugins in JavaScript also return `null`. */
const chunksOf = (chunks: Fields | readonly Fields[] | undefined | null): readonly Fields[] => {
  if (chunks === undefined || chunks === null) return [];
  return Array.isArray(chunks) ? (chunks as readonly Fields[]) : [chunks as Fields];
};

const isWhole = (rest: Buffer): boolean => rest.length === 0 || isWholeFrame(rest);

/** Finds an error as nearly every API sends it: in a structure that says so, or in an event of that name. */
const errorIn = ({ event, data }: StreamEvent): Fields | undefined => {
  if (event === 'error') return asError(data);
  return isFields(data) ? namedError(data) : undefined;
};

/** Adds the fields that every answer of OpenAI has, where the translation left them out. */
const withDefaults = (
  { id, at, request }: TranslationContext,
  object: string,
  answer: Fields,
  choiceOf: (choice: Fields, index: number) => Fields,
): Fields => ({
  ...answer,
  id: answer.id ?? `chatcmpl-${id}`,
  object: answer.object ?? object,
  created: answer.created ?? Math.floor(at / 1000),
  model: answer.model ?? request.model,
  ...(Array.isArray(answer.choices) ? { choices: answer.choices.map(choiceOf) } : {}),
});
