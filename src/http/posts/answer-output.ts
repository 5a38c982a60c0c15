import type { SseEvent } from '../../engine/stream/frames/events.js';
import { dataOf, framesIn } from '../../engine/stream/frames/sse.js';
import type { FrameContent, Sink } from '../../engine/stream/sink.js';
import type { ChainError } from '../../plugin/door/errors.js';
import type { AnswerWriter, Refusal } from '../../plugin/door/protocol.js';
import { isFields } from '../../plugin/fields.js';
import type { CallerStream } from '../caller-stream.js';
import { refusalOf } from '../errors.js';

/** Where the frames of a streamed chat completion go, in the protocol that the caller speaks. */
export interface AnswerOutput extends Sink {
  /** The answer is whole. */
  end(): void;
  /** The rest of the answer does not come. */
  fail(refusal: Refusal): void;
  /** Why 429chain itself could not write the answer. */
  readonly fault?: ChainError | undefined;
}

/** Passes the frames on as they are. */
export class ChatOutput implements AnswerOutput {
  readonly #stream: CallerStream;

  constructor(stream: CallerStream) {
    this.#stream = stream;
  }

  write(frames: Buffer): boolean {
    return this.#stream.write(frames);
  }

  onDrain(listener: () => void): void {
    this.#stream.onDrain(listener);
  }

  end(): void {
    this.#stream.end();
  }

  fail({ error }: Refusal): void {
    this.#stream.end(`data: ${JSON.stringify({ error })}\n\n`);
  }
}

const COLON = 0x3a;

/**
 * Has a writer translate each chunk. Comments pass where the protocol has them, and frames in the protocol itself always. When
 * the writer throws, the caller gets an error in its protocol, or a closed connection if the writer cannot write that either.
 */
export class TranslatedOutput implements AnswerOutput {
  readonly #stream: CallerStream;
  readonly #writer: AnswerWriter;
  readonly #onFault: (cause: unknown) => ChainError;
  #fault: ChainError | undefined;

  /** `onFault` is called once, with what the writer threw, and returns the error for the caller. */
  constructor(stream: CallerStream, writer: AnswerWriter, onFault: (cause: unknown) => ChainError) {
    this.#stream = stream;
    this.#writer = writer;
    this.#onFault = onFault;
  }

  get fault(): ChainError | undefined {
    return this.#fault;
  }

  write(frames: Buffer, content?: FrameContent): boolean {
    if (this.#fault !== undefined) return true;
    return content?.kind === 'native' ? this.#pass(frames, content.events) : this.#translate(frames, content);
  }

  #translate(frames: Buffer, content: Exclude<FrameContent, { kind: 'native' }> | undefined): boolean {
    let text = '';
    try {
      if (content === undefined) for (const frame of framesIn(frames)) text += this.#take(dataOf(frame), frame);
      else if (content.kind === 'chat') for (const { value, bytes } of content.events) text += this.#take(value, bytes);
      else if (content.isBare && this.#writer.takeText !== undefined) {
        for (let index = 0; index < content.count; index++) text += this.#writer.takeText(content.textAt(index));
      } else for (let index = 0; index < content.count; index++) text += this.#writer.take(content.chunkAt(index));
    } catch (cause) {
      this.#break(cause, text);
      return true;
    }
    return text === '' || this.#stream.write(Buffer.from(text));
  }

  #take(chunk: unknown, frame: Buffer): string {
    if (isFields(chunk)) return this.#writer.take(chunk);
    return frame[0] === COLON && this.#stream.hasComments ? frame.toString() : '';
  }

  #pass(frames: Buffer, events: readonly SseEvent[]): boolean {
    try {
      for (const { native } of events) if (native !== undefined) this.#writer.pass?.(native);
    } catch (cause) {
      this.#break(cause);
      return true;
    }
    return this.#stream.write(frames);
  }

  onDrain(listener: () => void): void {
    this.#stream.onDrain(listener);
  }

  end(): void {
    this.#finish(() => this.#writer.end());
  }

  fail(refusal: Refusal): void {
    this.#finish(() => this.#writer.fail(refusal));
  }

  #finish(rest: () => string): void {
    if (this.#fault !== undefined) return;
    let text: string;
    try {
      text = rest();
    } catch (cause) {
      this.#break(cause);
      return;
    }
    this.#stream.end(text);
  }

  /** `before` is what the writer wrote before it threw. */
  #break(cause: unknown, before = ''): void {
    const error = this.#onFault(cause);
    this.#fault = error;
    try {
      this.#stream.end(before + this.#writer.fail(refusalOf(error)));
    } catch {
      this.#stream.cut();
    }
  }
}
