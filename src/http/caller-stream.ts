import type { ServerResponse } from 'node:http';
import type { Sink } from '../engine/stream/sink.js';

/** A line that no parser takes for an event: the blank line of the next frame ends it. */
const COMMENT = Buffer.from(':\n');
const EVENTS = 'text/event-stream; charset=utf-8';

/**
 * The response to a caller that asked for a stream. Once it has begun it is never silent for longer than `silenceMs`: then
 * it gets a comment. One timer looks at it more than twice in that time, so a chunk costs nothing.
 */
export class CallerStream implements Sink {
  readonly #res: ServerResponse;
  readonly #silenceMs: number;
  readonly #type: string;
  #timer: NodeJS.Timeout | undefined;
  /** Something was written since the timer last looked. */
  #isActive = true;
  /** The caller does not read. */
  #isFull = false;

  constructor(res: ServerResponse, silenceMs: number, type = EVENTS) {
    this.#res = res;
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

  /** Sends status and headers. Does nothing the second time. */
  begin(): void {
    if (this.hasBegun || this.#res.destroyed) return;
    this.#res.writeHead(200, {
      'content-type': this.#type,
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    this.#timer = setInterval(() => this.#look(), this.#silenceMs * 0.45);
    this.#res.once('close', () => clearInterval(this.#timer));
  }

  /** Writes whole frames. */
  write(frames: Buffer): boolean {
    this.#isActive = true;
    const hasRoom = this.#res.write(frames);
    if (!hasRoom && !this.#isFull) {
      this.#isFull = true;
      this.#res.once('drain', () => {
        this.#isFull = false;
      });
    }
    return hasRoom;
  }

  onDrain(listener: () => void): void {
    this.#res.once('drain', listener);
  }

  /** Sends a comment at once, where there are comments. */
  keepAlive(): void {
    if (this.hasComments && !this.#isFull && !this.#res.destroyed) this.write(COMMENT);
  }

  /** Ends the response; with `rest` at its end, if there is any. */
  end(rest = ''): void {
    clearInterval(this.#timer);
    if (this.#res.destroyed) return;
    if (rest !== '') this.#res.write(rest);
    this.#res.end();
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
