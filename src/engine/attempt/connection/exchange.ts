import type { Dispatcher } from 'undici';
import type { ResponseHead } from '../../../plugin/door/attempt.js';
import type { BodySink, Source } from '../../stream/source.js';
import { isLostOnReuse } from './kept-connections.js';
import { headersOf } from './response-headers.js';

export interface SendOptions {
  /** Such as `https://api.groq.com`. */
  readonly origin: string;
  /** Such as `/openai/v1/chat/completions`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Returns text, bytes, or the bytes of a form, whose length its headers say. Called again if the request is sent again. */
  readonly body: () => string | Buffer | AsyncIterable<Buffer>;
  readonly connectTimeoutMs: number;
  /** The URL of a proxy. */
  readonly proxy?: string | undefined;
}

/** Waits for the response of an exchange. One of the methods is called, once. */
export interface HeadListener {
  /** Status and headers have come. Consumes the body or aborts the exchange before it returns. */
  answered(head: ResponseHead): void;
  /** There will be no response. */
  broke(cause: Error): void;
}

/** What sends an exchange once more, on a fresh connection. */
interface Sender {
  sendAgain(exchange: Exchange, options: SendOptions): void;
}

/**
 * One request to a provider, and its response. undici's own timers are off: the attempt has one for all time limits. Its
 * methods have the older form of undici's handlers, which undici calls without a wrapper around each.
 */
export class Exchange implements Source, Dispatcher.DispatchHandler {
  /** Bytes of the request may have reached the provider. */
  sent = false;
  readonly #now: () => number;
  readonly #listener: HeadListener;
  readonly #sender: Sender;
  /** How to send the request once more. Absent once that is out of the question: it may hold a long prompt. */
  #again: SendOptions | undefined;
  #sink: BodySink | undefined;
  #hasHead = false;
  #isOver = false;
  #isPaused = false;
  #abort: ((cause: Error) => void) | undefined;
  #resume: (() => void) | undefined;
  #abortReason: Error | undefined;

  /** @param sender sends the request once more where a reused connection turned out to be closed */
  constructor(now: () => number, options: SendOptions, listener: HeadListener, sender: Sender) {
    this.#now = now;
    this.#again = options;
    this.#listener = listener;
    this.#sender = sender;
  }

  consume(sink: BodySink): void {
    if (this.#sink !== undefined) throw new Error('The body is already consumed.');
    this.#sink = sink;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#resume?.();
  }

  /** Ends the exchange at once. If it is still open, the listener or the sink gets `reason`. */
  abort(reason: Error): void {
    if (this.#isOver || this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    if (this.#abort === undefined) this.#fail(reason);
    else this.#abort(reason);
  }

  onConnect(abort: (cause?: Error) => void): void {
    this.#abort = abort;
    this.sent = true;
    if (this.#abortReason !== undefined) abort(this.#abortReason);
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
    if (status < 200) return true;
    this.#again = undefined;
    this.#hasHead = true;
    this.#resume = resume;
    this.#listener.answered({ status, headers: headersOf(headers), at: this.#now() });
    return !this.#isPaused;
  }

  onData(chunk: Buffer): boolean {
    this.#sink?.data(chunk);
    return !this.#isPaused;
  }

  onComplete(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sink?.end();
  }

  onError(cause: Error): void {
    const again = this.#again;
    this.#again = undefined;
    if (this.#abortReason !== undefined || again === undefined || !isLostOnReuse(cause)) {
      this.#fail(this.#abortReason ?? cause);
      return;
    }
    this.#abort = undefined;
    this.#sender.sendAgain(this, again);
  }

  #fail(cause: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#again = undefined;
    if (this.#sink !== undefined) this.#sink.error(cause);
    else if (!this.#hasHead) this.#listener.broke(cause);
  }
}
