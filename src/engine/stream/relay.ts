import type { Usage } from '../../ledger/ledger.js';
import type { ResponseHead } from '../../plugin/door/attempt.js';
import { ErrorInAnswer, isCancelled } from '../causes.js';
import { parseBody } from '../parse-body.js';
import { areNotable, isWholeFrame, readEvents, type SseEvent } from './events.js';
import type { StreamGate } from './gate.js';
import { LONGEST_ERROR } from './read-answer.js';
import type { BodySink, Source } from './source.js';
import { DONE_FRAME, FrameSplitter } from './sse.js';
import { ToolCallBuffer } from './tool-call-buffer.js';

/** Where the caller's bytes go. */
export interface Sink {
  /** @returns whether more may come at once; if not, `onDrain` says when. */
  write(chunk: Buffer): boolean;
  onDrain(listener: () => void): void;
}

/** Bytes of frames that may come before the first real one. A provider that sends more says nothing. */
const LONGEST_PREAMBLE = 1024 * 1024;
/** The first real frame may be a picture. */
const LONGEST_FRAME = 64 * 1024 * 1024;
/** How long a provider may keep a connection open behind `[DONE]`. */
const LONGEST_TAIL_MS = 1_000;

/** Remembers what the caller got. */
interface StreamRecorder {
  /** Frames are on their way to the caller. */
  add(frames: Buffer): void;
  /** The answer broke inside a tool call, of which the caller has seen nothing. */
  callsBroken: boolean;
}

/** The time limits of a stream, as far as the relay must report progress to them. */
export interface StreamDeadline {
  /** The first token has come. */
  started(): void;
  /** A chunk has come. */
  touch(): void;
  /** The caller does not read: time does not count. */
  hold(): void;
  unhold(): void;
}

export interface RelayOptions {
  /** Frames that carry nothing but usage are not for the caller. */
  readonly hidesUsage: boolean;
  /** How many choices the answer has: each must come to its end. */
  readonly choices: number;
  /** Which frames the caller gets first. */
  readonly opening: StreamGate;
  /** Keeps what the caller gets, where another target may take it up. Tool calls are held until they are whole then. */
  readonly transcript?: StreamRecorder | undefined;
}

/**
 * Holds a stream until its first real event, then passes its bytes on as they are. It looks only for errors, for tool
 * calls, and at the end for usage and the reason why it ended.
 */
export class StreamRelay implements BodySink {
  readonly #source: Source;
  readonly #deadline: StreamDeadline;
  readonly #splitter = new FrameSplitter();
  readonly #options: RelayOptions;
  #opening: StreamGate | undefined;
  /** What came before the first real event, its beginning: of use only where nothing real follows. */
  #preamble: Buffer[] = [];
  /** Bytes of an event whose end has not come yet. */
  #tornBytes = 0;
  #preambleBytes = 0;
  #silentBytes = 0;
  #spoke = false;
  /** Frames for the caller that came before there was a sink. */
  #ready: Buffer[] = [];
  readonly #calls = new ToolCallBuffer();
  /** Choices that came to their end. */
  readonly #finished = new Set<number>();
  #done = false;
  #sink: Sink | undefined;
  #waiting = false;
  #failed: Error | undefined;
  #ended = false;
  #tail: NodeJS.Timeout | undefined;
  #settleFirst: { resolve: () => void; reject: (cause: Error) => void } | undefined;
  #settleEnd: { resolve: () => void; reject: (cause: Error) => void } | undefined;
  usage: Usage | undefined;

  constructor(source: Source, deadline: StreamDeadline, options: RelayOptions) {
    this.#source = source;
    this.#deadline = deadline;
    this.#options = options;
    this.#opening = options.opening;
  }

  /** Resolves when something real has come; until then the caller has seen nothing, and a failure costs nothing. */
  firstEvent(head: ResponseHead): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settleFirst = { resolve, reject };
      if (head.headers['content-encoding'] !== undefined && head.headers['content-encoding'] !== 'identity') {
        this.#fail(new Error(`an answer in an encoding that nobody asked for: ${head.headers['content-encoding']}`));
      } else this.#source.consume(this);
    });
  }

  /** Passes everything on. Resolves when the stream ended as a whole answer does; rejects when it did not. */
  pipe(sink: Sink): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settleEnd = { resolve, reject };
      this.#sink = sink;
      for (const bytes of this.#ready) this.#write(bytes);
      this.#ready = [];
      if (this.#failed !== undefined) reject(this.#failed);
      else if (this.#ended) this.#finish();
    });
  }

  data(chunk: Buffer): void {
    if (this.#failed !== undefined || this.#ended) return;
    this.#deadline.touch();
    if (chunk.length === 0) return;
    const frames = this.#splitter.push(chunk);
    if (!this.#spoke) this.#count(chunk);
    if (frames === undefined) {
      this.#tornBytes += chunk.length;
      if (this.#tornBytes > LONGEST_FRAME) this.#fail(new Error('an event that does not end'));
      return;
    }
    this.#tornBytes = 0;
    this.#take(frames);
    if (!this.#spoke) this.#silentBytes += frames.length;
  }

  end(): void {
    if (this.#failed !== undefined || this.#ended) return;
    const rest = this.#splitter.rest();
    if (rest !== undefined && isBlank(rest)) this.#take(rest);
    // A last event without its blank line is an event all the same, unless it is torn.
    else if (rest !== undefined && isWholeFrame(rest)) this.#inspect(Buffer.concat([rest, BLANK_LINE]));
    this.#close();
  }

  /** The answer is over at `[DONE]`, whenever the provider ends the connection. */
  #awaitEnd(): void {
    this.#tail ??= setTimeout(() => this.#source.abort(new Error('nothing more was expected')), LONGEST_TAIL_MS);
  }

  #close(): void {
    if (this.#failed !== undefined) return;
    clearTimeout(this.#tail);
    this.#ended = true;
    if (this.#opening !== undefined && this.#spoke && !this.#isWhole()) this.#fail(new Error(CUT_OFF));
    else if (this.#opening !== undefined) {
      const out: Buffer[] = [];
      this.#open((opening) => opening.end(), out);
      this.#pass(joined(out));
    }
    if (this.#settleFirst !== undefined) this.#fail(this.#noAnswer());
    else if (this.#settleEnd !== undefined) this.#finish();
  }

  error(cause: Error): void {
    if (this.#ended) return;
    // Every choice came to its end: what broke was no longer the answer. A caller may leave at `[DONE]`.
    if (this.#settleFirst === undefined && this.#isWhole() && (this.#done || !isCancelled(cause))) this.#close();
    else this.#fail(cause);
  }

  #take(frames: Buffer): void {
    if (this.#failed !== undefined) return;
    if (this.#opening === undefined && !this.#calls.holding && !areNotable(frames)) this.#pass(frames);
    else this.#inspect(frames);
  }

  /** Frames that may hold more than text: passes on what is for the caller, and stops before an error. */
  #inspect(frames: Buffer): void {
    const out: Buffer[] = [];
    for (const block of readEvents(frames)) {
      const { error, usage, finished, empty, real } = block.content;
      if (error !== undefined) {
        this.#pass(joined(out));
        this.#fail(new ErrorInAnswer(error));
        return;
      }
      this.usage = usage ?? this.usage;
      for (const index of finished) this.#finished.add(index);
      this.#done ||= block.done;
      if (real && !this.#spoke) {
        this.#spoke = true;
        this.#deadline.started();
      }
      if (this.#options.hidesUsage && empty && usage !== undefined) continue;
      if (this.#opening === undefined) this.#emit(block, out);
      else this.#open((opening) => opening.take(block), out);
      if (this.#failed !== undefined) return;
    }
    this.#pass(joined(out));
    if (this.#done && this.#opening === undefined && !this.#ended) this.#awaitEnd();
  }

  /** Asks the opening; what it lets through goes behind `out`. */
  #open(ask: (opening: StreamGate) => readonly SseEvent[] | undefined, out: Buffer[]): void {
    try {
      const blocks = ask(this.#opening as StreamGate);
      if (blocks === undefined) return;
      this.#opening = undefined;
      this.#preamble = [];
      for (const block of blocks) this.#emit(block, out);
      this.#settleFirst?.resolve();
      this.#settleFirst = undefined;
    } catch (cause) {
      this.#fail(cause as Error);
    }
  }

  #emit(block: SseEvent, out: Buffer[]): void {
    if (this.#options.transcript === undefined) out.push(block.bytes);
    else this.#calls.take(block, this.#isWhole(), out);
  }

  #isWhole(): boolean {
    return this.#done || this.#finished.size >= this.#options.choices;
  }

  #count(chunk: Buffer): void {
    if (this.#preambleBytes < LONGEST_ERROR) this.#preamble.push(chunk);
    this.#preambleBytes += chunk.length;
    if (this.#silentBytes > LONGEST_PREAMBLE || this.#preambleBytes > LONGEST_FRAME) {
      this.#fail(new Error('no answer in all that it sent'));
    }
  }

  #pass(frames: Buffer): void {
    if (frames.length === 0) return;
    if (this.#sink === undefined) this.#ready.push(frames);
    else this.#write(frames);
  }

  #write(bytes: Buffer): void {
    const sink = this.#sink as Sink;
    this.#options.transcript?.add(bytes);
    if (sink.write(bytes) || this.#ended || this.#waiting) return;
    this.#waiting = true;
    this.#source.pause();
    this.#deadline.hold();
    sink.onDrain(() => {
      this.#waiting = false;
      this.#deadline.unhold();
      this.#source.resume();
    });
  }

  #finish(): void {
    if (!this.#isWhole()) {
      this.#fail(new Error(CUT_OFF));
      return;
    }
    if (!this.#done) this.#write(DONE_FRAME);
    this.#settleEnd?.resolve();
  }

  /** Why a stream that is over had no answer in it. */
  #noAnswer(): Error {
    const text = Buffer.concat(this.#preamble).toString('utf8').trim();
    const body = text.startsWith('{') || text.startsWith('[') || text.startsWith('<') ? parseBody(text) : undefined;
    return body === undefined ? new Error('an empty answer') : new ErrorInAnswer(body);
  }

  #fail(cause: Error): void {
    if (this.#failed !== undefined) return;
    clearTimeout(this.#tail);
    this.#failed = cause;
    const { transcript } = this.#options;
    if (transcript !== undefined && this.#settleFirst === undefined) {
      transcript.callsBroken = this.#calls.holding;
    }
    this.#source.abort(cause);
    this.#settleFirst?.reject(cause);
    this.#settleFirst = undefined;
    this.#settleEnd?.reject(cause);
  }
}

const CUT_OFF = 'the stream was cut off before its end';

const BLANK_LINE = Buffer.from('\n\n');

const isBlank = (bytes: Buffer): boolean => bytes.toString('latin1').trim() === '';

const joined = (parts: readonly Buffer[]): Buffer => (parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
