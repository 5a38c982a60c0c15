import type { ServerResponse } from 'node:http';
import type { Sink } from '../engine/stream/sink.js';
import { ResponseHead } from './response-head.js';

/** A line that no parser takes for an event: the blank line of the next frame ends it. */
const COMMENT = Buffer.from(':\n');
/** Bytes that wait for a caller who reads too slowly, before its provider is paused. */
const MOST_UNSENT = 64 * 1024;
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
  /** Frames that leave at the end of this turn of the event loop. */
  #joined: Buffer[] = [];
  #joinedBytes = 0;

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
    // Node sends what was written in a turn at its end. More of it would cost as much each time.
    if (this.#res.socket?.writableCorked) return this.#join(frames);
    return this.#res.write(frames) || this.#hasRoom;
  }

  onDrain(listener: () => void): void {
    this.#res.once('drain', listener);
  }

  /** Sends a comment at once, where there are comments. */
  keepAlive(): void {
    if (this.hasComments && !this.#res.writableNeedDrain && !this.#res.destroyed) this.write(COMMENT);
  }

  /** Ends the response; with `rest` at its end, if there is any. */
  end(rest = ''): void {
    clearInterval(this.#timer);
    if (this.#res.destroyed) return;
    this.#flush();
    if (rest !== '') this.#res.write(rest);
    this.#res.end();
  }

  /** Closes the connection, so that no client takes what it has for the whole answer. */
  cut(): void {
    clearInterval(this.#timer);
    this.#res.destroy();
  }

  get #hasRoom(): boolean {
    return this.#res.writableLength + this.#joinedBytes < MOST_UNSENT;
  }

  #join(frames: Buffer): boolean {
    if (this.#joined.push(frames) === 1) process.nextTick(() => this.#flush());
    this.#joinedBytes += frames.length;
    return this.#hasRoom;
  }

  #flush(): void {
    const joined = this.#joined;
    if (joined.length === 0) return;
    this.#joined = [];
    this.#joinedBytes = 0;
    if (!this.#res.destroyed) this.#res.write(joined.length === 1 ? joined[0] : Buffer.concat(joined));
  }

  #look(): void {
    if (!this.#isActive) this.keepAlive();
    this.#isActive = false;
  }
}
