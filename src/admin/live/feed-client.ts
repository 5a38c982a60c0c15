import type { ServerResponse } from 'node:http';

/** Milliseconds between two events for one client. */
export const APART_MS = 100;
/** A client that has not read for this long is disconnected. It reconnects and gets what it missed. */
const DRAIN_MS = 10_000;

/** A client of the live feed. Its unread data is never more than one event and a few comments. */
export class FeedClient {
  /** The sequence up to which it got the changes. */
  known: number;
  readonly #res: ServerResponse;
  #sentAt = Number.NEGATIVE_INFINITY;
  #deadline: NodeJS.Timeout | undefined;

  /** Calls `onDrain` when the client has read all, and `onGone` when it has left or was disconnected. */
  constructor(res: ServerResponse, known: number, onDrain: () => void, onGone: () => void) {
    this.#res = res;
    this.known = known;
    res.on('drain', () => {
      this.#stopWaiting();
      onDrain();
    });
    res.once('close', () => {
      this.#stopWaiting();
      onGone();
    });
  }

  /** It has read everything that it was sent. */
  get reads(): boolean {
    return !this.#res.writableNeedDrain;
  }

  /** The earliest time of the next event, on the monotonic clock. */
  get readyAt(): number {
    return this.#sentAt + APART_MS;
  }

  /** Sends an event. `known` is the sequence up to which it has the changes; `at` is now on the monotonic clock. */
  sendEvent(text: string, known: number, at: number): void {
    this.known = known;
    this.#sentAt = at;
    this.write(text);
  }

  /** Sends text that is no event. Call it only while the client `reads`. */
  write(text: string): void {
    if (!this.#res.write(text)) this.#deadline ??= setTimeout(() => this.#res.destroy(), DRAIN_MS);
  }

  /** Ends the response, without waiting for a client that does not read. */
  end(): void {
    if (this.reads) this.#res.end();
    else this.#res.destroy();
  }

  #stopWaiting(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }
}
