import type { Usage } from '../../../ledger/ledger.js';
import { ErrorInAnswer, isCancelled } from '../../causes.js';
import { Deferred } from '../../deferred.js';
import { isWholeFrame, type SseEvent } from '../frames/events.js';
import { Preamble } from '../frames/preamble.js';
import { DONE_FRAME, FrameSplitter, LONGEST_FRAME } from '../frames/sse.js';
import type { StreamGate } from '../gate.js';
import { ToolCallBuffer } from '../mended/tool-call-buffer.js';
import type { Sink } from '../sink.js';
import type { BodySink, Source } from '../source.js';
import { AnswerSoFar } from './answer-so-far.js';
import { CallerOutput } from './caller-output.js';
import { EventIntake } from './event-intake.js';
import type { RelayOptions, StreamDeadline } from './relay-options.js';

/** How long a provider may be silent after the end of its answer. The usage and `[DONE]` come within it. */
const LONGEST_TAIL_MS = 1_000;

type State =
  /** The caller has seen nothing. `hasContent`: an event with content has come, but the gate is still closed. */
  | {
      readonly phase: 'opening';
      readonly gate: StreamGate;
      readonly preamble: Preamble;
      readonly opened: Deferred<void>;
      hasContent: boolean;
    }
  | { readonly phase: 'passing' }
  /** The answer came to its end. */
  | { readonly phase: 'ended' }
  | { readonly phase: 'failed' };

const PASSING: State = { phase: 'passing' };
const ENDED: State = { phase: 'ended' };
const FAILED: State = { phase: 'failed' };

/**
 * Holds a stream until its gate opens, then passes its bytes on unchanged. Looks only for errors, for tool calls, and for
 * the usage and the finish reason at the end.
 */
export class StreamRelay implements BodySink {
  readonly #source: Source;
  readonly #deadline: StreamDeadline;
  readonly #options: RelayOptions;
  readonly #splitter = new FrameSplitter();
  readonly #calls = new ToolCallBuffer();
  readonly #intake: EventIntake;
  readonly #answer: AnswerSoFar;
  readonly #output: CallerOutput;
  readonly #ended = new Deferred<void>();
  #state: State;
  #tail: NodeJS.Timeout | undefined;

  constructor(source: Source, deadline: StreamDeadline, options: RelayOptions) {
    this.#source = source;
    this.#deadline = deadline;
    this.#options = options;
    this.#intake = new EventIntake(options);
    this.#answer = new AnswerSoFar(options, this.#intake);
    this.#output = new CallerOutput(source, deadline, options.transcript);
    this.#state = {
      phase: 'opening',
      gate: options.gate,
      preamble: new Preamble(),
      opened: new Deferred(),
      hasContent: false,
    };
  }

  /** The usage that the provider reported last, if any. */
  get usage(): Usage | undefined {
    return this.#answer.usage;
  }

  /** Bytes of text, reasoning and tool calls that the provider sent so far, estimated for a long stream. */
  get textBytes(): number {
    return this.#intake.textBytes;
  }

  /** Starts to read. Resolves when the gate opens. When it rejects, the caller has seen nothing. */
  open(): Promise<void> {
    const { promise } = (this.#state as State & { phase: 'opening' }).opened;
    this.#source.consume(this);
    return promise;
  }

  /** Passes everything on to `sink`. Resolves when the stream ended with a whole answer, and rejects when it did not. */
  pipe(sink: Sink): Promise<void> {
    this.#output.attach(sink);
    return this.#ended.promise;
  }

  data(chunk: Buffer): void {
    const state = this.#state;
    if (state.phase === 'ended' || state.phase === 'failed') return;
    const frames = this.#splitter.push(chunk);
    // A translation dropped an event: the provider is at work all the same.
    if (chunk.length === 0 || this.#splitter.holdsData) this.#deadline.touch();
    if (state.phase === 'opening') this.#takeFirst(chunk, frames, state);
    else if (frames !== undefined) this.#takeNext(frames);
    if (frames === undefined && this.#splitter.heldBytes > LONGEST_FRAME) {
      this.#fail(new Error('an event of more than 64 MiB'));
    }
  }

  end(): void {
    if (this.#isOver) return;
    const rest = this.#splitter.rest();
    if (rest !== undefined && isBlank(rest)) this.#take(rest);
    // A last event without its blank line counts, unless it is torn.
    else if (rest !== undefined && isWholeFrame(rest)) this.#take(Buffer.concat([rest, BLANK_LINE]));
    this.#close();
  }

  error(cause: Error): void {
    if (this.#isOver) return;
    // The answer was whole before the connection broke. A caller may leave at `[DONE]`.
    const isWhole = this.#state.phase === 'passing' && this.#answer.isWhole;
    if (isWhole && (this.#answer.isDone || !isCancelled(cause))) this.#close();
    else this.#fail(cause);
  }

  get #isOver(): boolean {
    return this.#state.phase === 'ended' || this.#state.phase === 'failed';
  }

  /** Before the first event with content, counts what comes: a provider must not fill the memory with silence. */
  #takeFirst(chunk: Buffer, frames: Buffer | undefined, state: State & { phase: 'opening' }): void {
    if (!state.hasContent) state.preamble.add(chunk.length);
    if (!state.hasContent && state.preamble.isTooLong) {
      this.#fail(new Error('too much data without an answer in it'));
      return;
    }
    if (frames === undefined) return;
    this.#take(frames);
    if (!state.hasContent) state.preamble.addSilent(frames.length);
  }

  /** After the first event with content, most frames contain nothing but text. They pass unread. */
  #takeNext(frames: Buffer): void {
    const content = !this.#calls.isHolding && !this.#answer.isOver && this.#intake.takePlain(frames);
    if (content === false) {
      this.#take(frames);
      return;
    }
    this.#deadline.touch();
    this.#output.write(frames, content);
  }

  #take(frames: Buffer): void {
    let events: readonly SseEvent[];
    try {
      events = this.#intake.read(frames);
    } catch (cause) {
      this.#fail(cause as Error);
      return;
    }
    this.#inspect(events);
  }

  /** Takes events that may contain more than text. Passes on what the caller may get, and stops before an error. */
  #inspect(events: readonly SseEvent[]): void {
    const out: SseEvent[] = [];
    let isAlive = false;
    for (const each of events) {
      const event = this.#intake.mended(each);
      const { error } = event.content;
      if (error !== undefined) {
        this.#write(out);
        this.#fail(new ErrorInAnswer(error));
        return;
      }
      if (!event.silent) isAlive = true;
      this.#takeEvent(event, out);
      if (this.#isOver) return;
    }
    this.#write(out);
    if (isAlive) this.#deadline.touch();
    if (isAlive && this.#answer.isOver) this.#awaitEnd();
  }

  #takeEvent(event: SseEvent, out: SseEvent[]): void {
    const { usage, empty, real } = event.content;
    this.#answer.add(event);
    if (this.#answer.endsTorn(event)) {
      this.#write(out);
      this.#fail(new Error('the stream ended inside a tool call'));
      return;
    }
    if (real) this.#noteContent();
    if (this.#options.hidesUsage && empty && usage !== undefined) return;
    for (const each of event.done ? [...this.#answer.missingUsage(), event] : [event]) {
      if (this.#state.phase === 'opening') this.#askGate((gate) => gate.take(each), out);
      else this.#emit(each, out);
    }
  }

  #noteContent(): void {
    if (this.#state.phase !== 'opening' || this.#state.hasContent) return;
    this.#state.hasContent = true;
    this.#deadline.started();
  }

  /** Adds the events that the gate lets through, if it opens, to `out`. */
  #askGate(ask: (gate: StreamGate) => readonly SseEvent[] | undefined, out: SseEvent[]): void {
    if (this.#state.phase !== 'opening') return;
    const { gate, opened } = this.#state;
    let events: readonly SseEvent[] | undefined;
    try {
      events = ask(gate);
    } catch (cause) {
      this.#fail(cause as Error);
      return;
    }
    if (events === undefined) return;
    this.#state = PASSING;
    for (const event of events) this.#emit(event, out);
    opened.resolve();
  }

  #emit(event: SseEvent, out: SseEvent[]): void {
    if (this.#options.transcript === undefined) out.push(event);
    else this.#calls.take(event, this.#answer.isWhole, out);
  }

  #write(events: readonly SseEvent[]): void {
    if (events.length === 0) return;
    this.#output.write(bytesOf(events), this.#intake.contentOf(events));
  }

  /** The answer is over: a provider that stays silent from now on, or sends only comments, has nothing to add. */
  #awaitEnd(): void {
    clearTimeout(this.#tail);
    this.#tail = setTimeout(() => {
      // A provider cannot send while the caller does not read.
      if (this.#output.isPaused) return this.#awaitEnd();
      this.#close();
      this.#source.abort(new Error('the answer is complete'));
    }, this.#options.tailMs ?? LONGEST_TAIL_MS);
  }

  /** No more comes from the provider. */
  #close(): void {
    if (this.#state.phase === 'opening') {
      const { hasContent } = this.#state;
      const out: SseEvent[] = [];
      if (!hasContent || this.#answer.isWhole) this.#askGate((gate) => gate.end(), out);
      if (this.#state.phase === 'opening') {
        this.#fail(new Error(hasContent && !this.#answer.isWhole ? CUT_OFF : 'an empty answer'));
      }
      this.#write(out);
    }
    if (this.#isOver) return;
    if (!this.#answer.isWhole) {
      this.#fail(new Error(CUT_OFF));
      return;
    }
    clearTimeout(this.#tail);
    this.#state = ENDED;
    this.#output.close();
    if (!this.#answer.isDone && this.#options.readNative === undefined) {
      this.#write(this.#answer.missingUsage());
      this.#output.write(DONE_FRAME);
    }
    this.#ended.resolve();
  }

  #fail(cause: Error): void {
    if (this.#isOver) return;
    clearTimeout(this.#tail);
    const { transcript } = this.#options;
    const waiting = this.#state.phase === 'opening' ? this.#state.opened : this.#ended;
    const hadOpened = waiting === this.#ended;
    if (hadOpened && transcript !== undefined) transcript.callsBroken = this.#calls.isHolding;
    this.#state = FAILED;
    this.#output.close();
    this.#source.abort(cause);
    waiting.reject(cause);
  }
}

const CUT_OFF = 'the stream was cut off before its end';

const BLANK_LINE = Buffer.from('\n\n');

const isBlank = (bytes: Buffer): boolean => bytes.toString('latin1').trim() === '';

const bytesOf = (events: readonly SseEvent[]): Buffer =>
  events.length === 1 ? (events[0] as SseEvent).bytes : Buffer.concat(events.map(({ bytes }) => bytes));
