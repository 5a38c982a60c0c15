import type { SseEvent } from '../engine/stream/events.js';
import type { Sink } from '../engine/stream/sink.js';
import { dataOf, framesIn } from '../engine/stream/sse.js';
import type { AnswerWriter, Refusal } from '../plugin/door/protocol.js';
import { isFields } from '../plugin/fields.js';
import type { CallerStream } from './caller-stream.js';

/** Where the frames of a streamed chat completion go, in the protocol that the caller speaks. */
export interface AnswerOutput extends Sink {
  /** The answer is whole. */
  end(): void;
  /** The rest of the answer does not come. */
  fail(refusal: Refusal): void;
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

/** Has a writer translate each chunk. Comments pass where the protocol has them, and frames in the protocol itself always. */
export class TranslatedOutput implements AnswerOutput {
  readonly #stream: CallerStream;
  readonly #writer: AnswerWriter;

  constructor(stream: CallerStream, writer: AnswerWriter) {
    this.#stream = stream;
    this.#writer = writer;
  }

  write(frames: Buffer, native?: readonly SseEvent[]): boolean {
    if (native !== undefined) return this.#pass(frames, native);
    let text = '';
    for (const frame of framesIn(frames)) {
      const chunk = dataOf(frame);
      if (isFields(chunk)) text += this.#writer.take(chunk);
      else if (frame[0] === COLON && this.#stream.hasComments) text += frame.toString();
    }
    return text === '' || this.#stream.write(Buffer.from(text));
  }

  #pass(frames: Buffer, events: readonly SseEvent[]): boolean {
    for (const { native } of events) if (native !== undefined) this.#writer.pass?.(native);
    return this.#stream.write(frames);
  }

  onDrain(listener: () => void): void {
    this.#stream.onDrain(listener);
  }

  end(): void {
    this.#stream.end(this.#writer.end());
  }

  fail(refusal: Refusal): void {
    this.#stream.end(this.#writer.fail(refusal));
  }
}
