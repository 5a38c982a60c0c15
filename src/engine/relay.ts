import type { Usage } from '../ledger/ledger.js';
import type { ResponseHead } from '../plugin/api.js';
import { type Content, contentOf } from './content.js';
import type { Deadline } from './deadline.js';
import { parseBody } from './failure.js';
import { ErrorInAnswer } from './read.js';
import { blocksOf, DONE_FRAME, type Frame, FrameSplitter, framesOf } from './sse.js';
import type { BodySink, Exchange } from './upstream.js';

/** Where the caller's bytes go. */
export interface Sink {
  /** @returns whether more may come at once; if not, `onDrain` says when. */
  write(chunk: Buffer): boolean;
  onDrain(listener: () => void): void;
}

/** Bytes before the first real event that are still held back. A provider that sends more says nothing. */
const LONGEST_PREAMBLE = 1024 * 1024;

export interface RelayOptions {
  /** Frames that carry nothing but usage are not for the caller. */
  readonly hidesUsage: boolean;
  /** How many choices the answer has: each must come to its end. */
  readonly choices: number;
}

/**
 * Holds a stream until its first real event, then passes its bytes on as they are. It looks only for errors, and at the
 * end for usage and the reason why it ended.
 */
export class StreamRelay implements BodySink {
  readonly #exchange: Exchange;
  readonly #deadline: Deadline;
  readonly #splitter = new FrameSplitter();
  /** Whole frames that the caller has not seen. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  readonly #options: RelayOptions;
  /** Choices that came to their end. */
  readonly #finished = new Set<number>();
  #done = false;
  #sink: Sink | undefined;
  #failed: Error | undefined;
  #ended = false;
  #settleFirst: { resolve: () => void; reject: (cause: Error) => void } | undefined;
  #settleEnd: { resolve: () => void; reject: (cause: Error) => void } | undefined;
  usage: Usage | undefined;

  constructor(exchange: Exchange, deadline: Deadline, options: RelayOptions) {
    this.#exchange = exchange;
    this.#deadline = deadline;
    this.#options = options;
  }

  /** Resolves when something real has come; until then the caller has seen nothing, and a failure costs nothing. */
  firstEvent(head: ResponseHead): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settleFirst = { resolve, reject };
      if (head.headers['content-encoding'] !== undefined && head.headers['content-encoding'] !== 'identity') {
        this.#fail(new Error(`an answer in an encoding that nobody asked for: ${head.headers['content-encoding']}`));
      } else this.#exchange.consume(this);
    });
  }

  /** Passes everything on. Resolves when the stream ended as a whole answer does; rejects when it did not. */
  pipe(sink: Sink): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settleEnd = { resolve, reject };
      this.#sink = sink;
      for (const bytes of this.#held) this.#write(bytes);
      this.#held = [];
      if (this.#failed !== undefined) reject(this.#failed);
      else if (this.#ended) this.#finish();
    });
  }

  data(chunk: Buffer): void {
    if (this.#failed !== undefined) return;
    this.#deadline.touch();
    const frames = this.#splitter.push(chunk);
    if (frames !== undefined) this.#take(frames);
    else if (this.#settleFirst !== undefined) this.#count(chunk.length);
  }

  end(): void {
    if (this.#failed !== undefined) return;
    const rest = this.#splitter.rest();
    // A last event without its blank line is an event all the same.
    if (rest !== undefined) this.#take(Buffer.concat([rest, Buffer.from('\n\n')]));
    this.#ended = true;
    if (this.#settleFirst !== undefined) this.#fail(this.#noAnswer());
    else if (this.#settleEnd !== undefined) this.#finish();
  }

  error(cause: Error): void {
    this.#fail(cause);
  }

  #take(frames: Buffer): void {
    if (this.#failed !== undefined) return;
    if (this.#settleFirst !== undefined) this.#await(frames);
    else if (SIGNS.some((sign) => frames.includes(sign))) this.#inspect(frames);
    else this.#pass(frames);
  }

  /** Before the first real event. */
  #await(frames: Buffer): void {
    const contents = framesOf(frames).map(contentOfFrame);
    const failed = contents.find(({ error }) => error !== undefined);
    if (failed !== undefined) {
      this.#fail(new ErrorInAnswer(failed.error));
      return;
    }
    this.#inspect(frames);
    if (contents.some(({ real }) => real)) {
      const first = this.#settleFirst;
      this.#settleFirst = undefined;
      this.#deadline.started();
      first?.resolve();
    } else this.#count(frames.length);
  }

  #count(bytes: number): void {
    this.#heldBytes += bytes;
    if (this.#heldBytes > LONGEST_PREAMBLE) this.#fail(new Error('no answer within the first MiB of its stream'));
  }

  /** Frames that may hold more than text: passes on what is for the caller, and stops before an error. */
  #inspect(frames: Buffer): void {
    const blocks = blocksOf(frames);
    const shown: Buffer[] = [];
    for (const block of blocks) {
      const frame = framesOf(block)[0] ?? {};
      const { error, usage, finished, empty } = contentOfFrame(frame);
      if (error !== undefined) {
        this.#pass(Buffer.concat(shown));
        this.#fail(new ErrorInAnswer(error));
        return;
      }
      this.usage = usage ?? this.usage;
      for (const index of finished) this.#finished.add(index);
      if (frame.data?.trim() === '[DONE]') this.#done = true;
      if (!(this.#options.hidesUsage && empty && usage !== undefined)) shown.push(block);
    }
    this.#pass(shown.length === blocks.length ? frames : Buffer.concat(shown));
  }

  #pass(frames: Buffer): void {
    if (frames.length === 0) return;
    if (this.#sink === undefined) this.#held.push(frames);
    else this.#write(frames);
  }

  #write(bytes: Buffer): void {
    const sink = this.#sink as Sink;
    if (sink.write(bytes) || this.#ended) return;
    this.#exchange.pause();
    this.#deadline.hold();
    sink.onDrain(() => {
      this.#deadline.unhold();
      this.#exchange.resume();
    });
  }

  #finish(): void {
    if (!this.#done && this.#finished.size < this.#options.choices) {
      this.#fail(new Error('the stream was cut off before its end'));
      return;
    }
    if (!this.#done) this.#write(DONE_FRAME);
    this.#settleEnd?.resolve();
  }

  /** Why a stream that is over had no answer in it. */
  #noAnswer(): Error {
    const text = Buffer.concat(this.#held).toString('utf8').trim();
    const body = text.startsWith('{') || text.startsWith('[') || text.startsWith('<') ? parseBody(text) : undefined;
    return body === undefined ? new Error('an empty answer') : new ErrorInAnswer(body);
  }

  #fail(cause: Error): void {
    if (this.#failed !== undefined) return;
    this.#failed = cause;
    this.#exchange.abort(cause);
    this.#settleFirst?.reject(cause);
    this.#settleFirst = undefined;
    this.#settleEnd?.reject(cause);
  }
}

/** What a frame holds that says more than text does. Looked for as bytes, since most frames are only text. */
const SIGNS = ['"error"', 'event:', '[DONE]', '"usage":{', '"usage": {', '"finish_reason":"', '"finish_reason": "'];

const NOTHING: Content = { real: false, finished: [], empty: false };

const contentOfFrame = ({ event, data }: Frame): Content => {
  if (data === undefined || data.trim() === '[DONE]') return NOTHING;
  const value = parseBody(data);
  if (event === 'error') {
    const named = value !== null && typeof value === 'object' && 'error' in value;
    return { ...NOTHING, error: named ? (value as Record<string, unknown>) : { error: value } };
  }
  return typeof value === 'string'
    ? { ...NOTHING, error: { error: { message: 'a frame that is no JSON' } } }
    : contentOf(value);
};
