import type { ServerResponse } from 'node:http';
import type { Sink } from '../engine/stream/sink.js';

/** A line that no parser takes for an event: the blank line of the next frame ends it. */
const COMMENT = Buffer.from(':\n');

/**
 * The response to a caller that asked for a stream. Once it has begun it is never silent for longer than `silenceMs`: then
 * it gets a comment. One timer looks at it more than twice in that time, so a chunk costs nothing.
 */
export class CallerStream implements Sink {
  readonly #res: ServerResponse;
  readonly #silenceMs: number;
  #timer: NodeJS.Timeout | undefined;
  /** Something was written since the timer last looked. */
  #isActive = true;
  /** The caller does not read. */
  #isFull = false;

  constructor(res: ServerResponse, silenceMs: number) {
    this.#res = res;
    this.#silenceMs = silenceMs;
  }

  get hasBegun(): boolean {
    return this.#timer !== undefined;
  }

  /** Sends status and headers. Does nothing the second time. */
  begin(): void {
    if (this.hasBegun || this.#res.destroyed) return;
    this.#res.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
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

  /** Sends a comment at once. */
  keepAlive(): void {
    if (!this.#isFull && !this.#res.destroyed) this.write(COMMENT);
  }

  /** Ends the response; with an error (JSON on one line), if there is one, in place of the rest of the answer. */
  end(error?: string): void {
    clearInterval(this.#timer);
    if (this.#res.destroyed) return;
    if (error !== undefined) this.#res.write(`data: ${error}\n\n`);
    this.#res.end();
  }

  #look(): void {
    if (!this.#isActive) this.keepAlive();
    this.#isActive = false;
  }
}
