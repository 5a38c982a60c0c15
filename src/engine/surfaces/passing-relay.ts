import type { Usage } from '../../ledger/ledger.js';
import type { Surface } from '../../plugin/door/surface.js';
import { ErrorInAnswer } from '../causes.js';
import { Deferred } from '../deferred.js';
import { readEvents, type SseEvent } from '../stream/frames/events.js';
import { Preamble } from '../stream/frames/preamble.js';
import { FrameSplitter, LONGEST_FRAME } from '../stream/frames/sse.js';
import { CallerOutput } from '../stream/relay/caller-output.js';
import type { StreamDeadline } from '../stream/relay/relay-options.js';
import type { Sink } from '../stream/sink.js';
import type { BodySink, Source } from '../stream/source.js';
import { LONGEST_ERROR, parseRefusal } from '../stream/sources/read-answer.js';

/** What a streamed answer consists of. `raw`: sound without a head, which may begin with any byte. */
export type PassingForm = 'bytes' | 'raw' | 'events';

/** What came is text, in place of sound: an error. */
interface Refused {
  readonly phase: 'refused';
  readonly text: Buffer[];
  bytes: number;
}

type State =
  /** The caller has seen nothing. */
  | { readonly phase: 'opening'; readonly preamble: Preamble }
  | Refused
  | { readonly phase: 'passing' }
  | { readonly phase: 'over' };

/** White space, `{` and `<`. */
const TEXT_STARTS: ReadonlySet<number | undefined> = new Set([0x09, 0x0a, 0x0d, 0x20, 0x7b, 0x3c]);
const CUT_OFF = 'the stream was cut off before its end';

/**
 * Passes sound, or the events of an endpoint beside chat, on as they come. Holds back only what comes before the first sound or
 * the first event of the answer, so that another target can still be asked.
 */
export class PassingRelay implements BodySink {
  readonly #source: Source;
  readonly #deadline: StreamDeadline;
  readonly #surface: Surface;
  readonly #form: PassingForm;
  readonly #output: CallerOutput;
  readonly #splitter = new FrameSplitter();
  readonly #opened = new Deferred<void>();
  readonly #ended = new Deferred<void>();
  #state: State = { phase: 'opening', preamble: new Preamble() };
  #isWhole = false;
  #usage: Usage | undefined;
  /** Nothing is estimated from the size of an answer: its text is not counted. */
  readonly textBytes = 0;

  constructor(source: Source, deadline: StreamDeadline, surface: Surface, form: PassingForm) {
    this.#source = source;
    this.#deadline = deadline;
    this.#surface = surface;
    this.#form = form;
    this.#output = new CallerOutput(source, deadline);
  }

  /** The usage that the provider reported, if any. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  /** Starts to read. Resolves when the answer begins. When it rejects, the caller has seen nothing. */
  open(): Promise<void> {
    this.#source.consume(this);
    return this.#opened.promise;
  }

  /** Passes everything on to `sink`. Resolves when the answer is whole, and rejects when it is not. */
  pipe(sink: Sink): Promise<void> {
    this.#output.attach(sink);
    return this.#ended.promise;
  }

  data(chunk: Buffer): void {
    const state = this.#state;
    if (state.phase === 'over' || chunk.length === 0) return;
    if (state.phase === 'refused') this.#keep(state, chunk);
    else if (this.#form === 'events') this.#takeEvents(chunk);
    else if (this.#form === 'bytes' && state.phase === 'opening' && isText(chunk)) {
      const refused: Refused = { phase: 'refused', text: [], bytes: 0 };
      this.#state = refused;
      this.#keep(refused, chunk);
    } else this.#pass(chunk);
  }

  end(): void {
    const state = this.#state;
    if (state.phase === 'refused') this.#refuse(state);
    const rest = this.#form === 'events' ? this.#splitter.rest() : undefined;
    if (rest !== undefined) this.#inspect(Buffer.concat([rest, BLANK_LINE]));
    const { phase } = this.#state;
    if (phase === 'over') return;
    if (phase === 'opening') this.#fail(new Error('an empty answer'));
    else if (this.#form === 'events' && !this.#isWhole) this.#fail(new Error(CUT_OFF));
    else {
      this.#state = OVER;
      this.#output.close();
      this.#ended.resolve();
    }
  }

  error(cause: Error): void {
    const state = this.#state;
    if (state.phase === 'over') return;
    // Some servers break the connection behind the last event.
    if (state.phase === 'passing' && this.#isWhole) this.end();
    else this.#fail(cause);
  }

  #takeEvents(chunk: Buffer): void {
    if (this.#state.phase === 'opening') this.#state.preamble.add(chunk.length);
    const frames = this.#splitter.push(chunk);
    if (frames !== undefined) this.#inspect(frames);
    else if (this.#splitter.holdsData) this.#deadline.touch();
    const isTooLong = this.#state.phase === 'opening' && this.#state.preamble.isTooLong;
    if (isTooLong || this.#splitter.heldBytes > LONGEST_FRAME) {
      this.#fail(new Error('too much data without an answer in it'));
    }
  }

  /** Passes frames on, up to one that reports an error. */
  #inspect(frames: Buffer): void {
    for (const event of readEvents(frames)) {
      const { error } = event.content;
      if (error !== undefined) this.#fail(new ErrorInAnswer(error));
      if (this.#state.phase === 'over') return;
      if (event.silent && this.#state.phase === 'opening') continue;
      this.#note(event);
      if (event.silent) this.#output.write(event.bytes);
      else this.#pass(event.bytes);
    }
  }

  #note({ value, done }: SseEvent): void {
    if (done || (typeof value?.type === 'string' && this.#surface.lastEvents?.test(value.type))) this.#isWhole = true;
    if (value !== undefined) this.#usage = this.#surface.usage?.(value) ?? this.#usage;
  }

  #pass(bytes: Buffer): void {
    const isFirst = this.#state.phase === 'opening';
    if (isFirst) {
      this.#state = { phase: 'passing' };
      this.#deadline.started();
    } else this.#deadline.touch();
    this.#output.write(bytes);
    if (isFirst) this.#opened.resolve();
  }

  #keep(state: Refused, chunk: Buffer): void {
    state.text.push(chunk);
    state.bytes += chunk.length;
    if (state.bytes >= LONGEST_ERROR) this.#refuse(state);
  }

  #refuse({ text }: Refused): void {
    this.#fail(new ErrorInAnswer(parseRefusal(Buffer.concat(text))));
  }

  #fail(cause: Error): void {
    const { phase } = this.#state;
    if (phase === 'over') return;
    this.#state = OVER;
    this.#output.close();
    this.#source.abort(cause);
    (phase === 'passing' ? this.#ended : this.#opened).reject(cause);
  }
}

const OVER: State = { phase: 'over' };
const BLANK_LINE = Buffer.from('\n\n');

/** No format of sound begins like JSON or a page, or with white space. */
const isText = ([first]: Buffer): boolean => TEXT_STARTS.has(first);
