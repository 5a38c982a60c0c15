import type { ServerResponse } from 'node:http';
import type { Sink } from '../engine/stream/sink.js';
import { ResponseHead } from './response-head.js';
import { TurnWriter } from './turn-writer.js';

/** A line that no parser takes for an event: the blank line of the next frame ends it. */
const COMMENT = Buffer.from(':\n');
const EVENTS = 'text/event-stream; charset=utf-8';

/**
 * The response to a caller that asked for a stream. Once it has begun it is never silent for longer than `silenceMs`: then
 * it gets a comment. One timer looks at it more than twice in that time, so a chunk costs nothing.
 */
export class CallerStream implements Sink {
  readonly #res: ServerResponse;
  readonly #writer: TurnWriter;
  readonly #silenceMs: number;
  readonly #type: string;
  #timer: NodeJS.Timeout | undefined;
  /** Something was written since the timer last looked. */
  #isActive = true;

  constructor(res: ServerResponse, silenceMs: number, type = EVENTS) {
    this.#res = res;
    this.#writer = new TurnWriter(res);
    this.#silenceMs = silenceMs;
    this.#type = type;
  }

  /** Its type has comments: only server-sent events do. */
  get hasComments(): boolean {
    return this.#type.startsWith('text/event-stream');
  }

  get hasBegun(): boolean {
    return this.#timer !== undefined;
  }

  /** Sends status and headers: those in `head`, and its own. Does nothing the second time. */
  begin(head = new ResponseHead()): void {
    if (this.hasBegun || this.#res.destroyed) return;
    head.set('content-type', this.#type);
    head.set('cache-control', 'no-cache');
    head.set('x-accel-buffering', 'no');
    this.#res.writeHead(200, head.lines);
    this.#timer = setInterval(() => this.#look(), this.#silenceMs * 0.45);
    this.#res.once('close', () => clearInterval(this.#timer));
  }

  /** Writes whole frames. Those that come in one turn of the event loop leave together. */
  write(frames: Buffer): boolean {
    this.#isActive = true;
    return this.#writer.write(frames);
  }

  onDrain(listener: () => void): void {
    this.#writer.onDrain(listener);
  }

  /** Sends a comment at once, where there are comments. */
  keepAlive(): void {
    if (this.hasComments && this.#writer.isReady) this.write(COMMENT);
  }

  /** Ends the response; with `rest` at its end, if there is any. */
  end(rest = ''): void {
    clearInterval(this.#timer);
    if (rest !== '') this.#writer.write(Buffer.from(rest));
    this.#writer.end();
  }

  /** Closes the connection, so that no client takes what it has for the whole answer. */
  cut(): void {
    clearInterval(this.#timer);
    this.#res.destroy();
  }

  #look(): void {
    if (!this.#isActive) this.keepAlive();
    this.#isActive = false;
  }
}
