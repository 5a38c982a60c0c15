import type { ServerResponse } from 'node:http';

/** Milliseconds between two events for one client. */
export const APART_MS = 100;
/** A client that has not read for so long is dropped. It comes back and is told what it missed. */
const DRAIN_MS = 10_000;

/** One who follows the live feed. What he has not read yet is never more than one event and a few comments. */
export class FeedClient {
  /** How much of what happened he was told, as a sequence. */
  known: number;
  readonly #res: ServerResponse;
  #sentAt = Number.NEGATIVE_INFINITY;
  #deadline: NodeJS.Timeout | undefined;

  /** `onDrain`: he has read, and may be told again. `onGone`: he has left, or was dropped. */
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

  /** Reads what he was sent. */
  get reads(): boolean {
    return !this.#res.writableNeedDrain;
  }

  /** When he may be told something again; on the monotonic clock. */
  get readyAt(): number {
    return this.#sentAt + APART_MS;
  }

  /** `at`: now, on the monotonic clock. `known`: what he knows then. */
  sendEvent(text: string, known: number, at: number): void {
    this.known = known;
    this.#sentAt = at;
    this.write(text);
  }

  /** For what is no event. Nothing may be written while he does not read. */
  write(text: string): void {
    if (!this.#res.write(text)) this.#deadline ??= setTimeout(() => this.#res.destroy(), DRAIN_MS);
  }

  /** Ends what he reads. Who does not read is not waited for. */
  end(): void {
    if (this.reads) this.#res.end();
    else this.#res.destroy();
  }

  #stopWaiting(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }
}
