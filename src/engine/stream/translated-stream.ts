import type { StreamEvent, Translation } from '../../plugin/door/translate.js';
import { ErrorInAnswer } from '../causes.js';
import { parseBody } from '../parse-body.js';
import { isWholeFrame } from './events.js';
import type { BodySink, Source } from './source.js';
import { DONE_FRAME, eventsIn, FrameSplitter, frameOf } from './sse.js';

type Fields = Readonly<Record<string, unknown>>;

/** An answer in a provider's own shape, and all that is needed to turn it into one of OpenAI's. */
export interface Translating {
  readonly translation: Translation;
  /** The request's body in OpenAI's shape. */
  readonly asked: Fields;
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
}

/** @throws ErrorInAnswer for an error in its place */
export const translated = (translating: Translating, answer: unknown): Fields => {
  const error = errorIn({ data: answer });
  if (error !== undefined) throw new ErrorInAnswer(error);
  const { translation, asked } = translating;
  return filledIn(translating, 'chat.completion', translation.answer(answer, asked), (choice, index) => ({
    index,
    finish_reason: null,
    ...choice,
    message: { role: 'assistant', ...(choice.message as Fields | undefined) },
  }));
};

/**
 * A provider's stream as OpenAI would send it. It holds back nothing but a frame that is not whole yet; the pace is that
 * of the exchange. Comments stay, and what says nothing to the caller becomes one, so that its connection stays alive too.
 */
export class TranslatedStream implements Source {
  readonly #source: Source;
  readonly #translating: Translating;
  readonly #splitter: FrameSplitter | LineSplitter;
  readonly #translate: (event: StreamEvent) => Fields | readonly Fields[] | undefined;
  /** Choices that have begun: the first chunk of each says whose words they are. */
  readonly #begun = new Set<unknown>();
  /** Bytes of a frame whose end has not come. */
  #heldBytes = 0;
  #broken = false;

  /** @throws what the translation throws */
  constructor(source: Source, translating: Translating) {
    const { translation, asked } = translating;
    this.#source = source;
    this.#translating = translating;
    this.#splitter = translation.framing === 'lines' ? new LineSplitter() : new FrameSplitter();
    this.#translate = translation.stream(asked);
  }

  consume(sink: BodySink): void {
    this.#source.consume({
      data: (chunk) => {
        if (!this.#broken) this.#push(chunk, sink);
      },
      end: () => {
        if (this.#broken) return;
        const rest = this.#splitter.rest() ?? NO_BYTES;
        if (isWhole(this.#asEvents(rest))) this.#pass(rest, sink);
        // A page or an error in place of a stream: the reader knows what to make of it.
        else sink.data(rest);
        if (!this.#broken) sink.end();
      },
      error: (cause) => {
        if (!this.#broken) sink.error(cause);
      },
    });
  }

  pause(): void {
    this.#source.pause();
  }

  resume(): void {
    this.#source.resume();
  }

  abort(reason: Error): void {
    this.#source.abort(reason);
  }

  #push(chunk: Buffer, sink: BodySink): void {
    const frames = this.#splitter.push(chunk);
    this.#heldBytes = frames === undefined ? this.#heldBytes + chunk.length : 0;
    if (this.#heldBytes > LONGEST_FRAME) this.#break(new Error('a frame without an end'), sink);
    else this.#pass(frames ?? NO_BYTES, sink);
  }

  #break(cause: Error, sink: BodySink): void {
    this.#broken = true;
    this.#source.abort(cause);
    sink.error(cause);
  }

  #pass(frames: Buffer, sink: BodySink): void {
    try {
      sink.data(
        Buffer.from(
          eventsIn(this.#asEvents(frames))
            .map((block) => this.#turned(block))
            .join(''),
        ),
      );
    } catch (cause) {
      this.#break(cause as Error, sink);
    }
  }

  /** Lines become frames: from there on there is one way. */
  #asEvents(bytes: Buffer): Buffer {
    if (this.#splitter instanceof FrameSplitter || bytes.length === 0) return bytes;
    const lines = bytes.toString('utf8').split(/\r?\n/);
    return Buffer.from(lines.map((line) => (line.trim() === '' ? '' : `data: ${line}\n\n`)).join(''));
  }

  #turned(block: Buffer): string {
    const { event, data } = frameOf(block);
    if (data === undefined) return block.toString('utf8');
    if (data.trim() === '[DONE]') return DONE_FRAME.toString();
    const told = { event, data: parseBody(data) };
    const error = typeof told.data === 'string' ? NO_JSON : errorIn(told);
    if (error !== undefined) return frameFor(error);
    const chunks = this.#translate(told);
    const list =
      chunks === undefined || chunks === null
        ? []
        : Array.isArray(chunks)
          ? (chunks as readonly Fields[])
          : [chunks as Fields];
    if (list.length === 0) return SILENCE;
    return list
      .map((chunk) => frameFor(filledIn(this.#translating, 'chat.completion.chunk', chunk, this.#choice)))
      .join('');
  }

  readonly #choice = (choice: Fields, at: number): Fields => {
    const { index = at, delta } = choice;
    const role = this.#begun.has(index) ? {} : { role: 'assistant' };
    this.#begun.add(index);
    return { index, finish_reason: null, ...choice, delta: { ...role, ...(delta as Fields | undefined) } };
  };
}

/** Cuts a byte stream behind its last whole line. */
class LineSplitter {
  #parts: Buffer[] = [];

  push(chunk: Buffer): Buffer | undefined {
    const end = chunk.lastIndexOf('\n') + 1;
    if (end === 0) {
      this.#parts.push(chunk);
      return undefined;
    }
    const lines = Buffer.concat([...this.#parts, chunk.subarray(0, end)]);
    this.#parts = [chunk.subarray(end)];
    return lines;
  }

  rest(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** A frame may be a picture. */
const LONGEST_FRAME = 64 * 1024 * 1024;
const NO_BYTES = Buffer.alloc(0);
const SILENCE = ':\n\n';
const NO_JSON: Fields = { error: { message: 'a frame that is no JSON' } };

const frameFor = (value: Fields): string => `data: ${JSON.stringify(value)}\n\n`;

const isWhole = (rest: Buffer): boolean => rest.length === 0 || isWholeFrame(rest);

/** An error as nearly every API tells one: an object with the key `error`. */
const errorIn = ({ event, data }: StreamEvent): Fields | undefined => {
  const error = typeof data === 'object' && data !== null ? (data as Fields).error : undefined;
  if (error) return data as Fields;
  return event === 'error' ? { error: data } : undefined;
};

/** What every answer of OpenAI has, and an API of another shape may not. */
const filledIn = (
  { id, at, asked }: Translating,
  object: string,
  answer: Fields,
  choiceOf: (choice: Fields, index: number) => Fields,
): Fields => ({
  ...answer,
  id: answer.id ?? `chatcmpl-${id}`,
  object: answer.object ?? object,
  created: answer.created ?? Math.floor(at / 1000),
  model: answer.model ?? asked.model,
  ...(Array.isArray(answer.choices) ? { choices: answer.choices.map(choiceOf) } : {}),
});
