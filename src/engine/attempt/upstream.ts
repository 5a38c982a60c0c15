import { Agent, type Dispatcher } from 'undici';
import type { ResponseHead } from '../../plugin/door/attempt.js';
import type { BodySink, Source } from '../stream/source.js';

export interface SendOptions {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly connectTimeoutMs: number;
}

/** One request to a provider and its response. undici's own timers are off: the attempt keeps one for all of them. */
export class Exchange implements Source, Dispatcher.DispatchHandler {
  /** Resolves with status and headers; rejects when there will be none. */
  readonly head: Promise<ResponseHead>;
  /** Bytes of the request may have reached the provider. */
  sent = false;
  #resolveHead!: (head: ResponseHead) => void;
  #rejectHead!: (cause: Error) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #sink: BodySink | undefined;
  /** What came in before somebody listened. */
  #early: Buffer[] = [];
  #over: Error | true | undefined;
  #abortedWith: Error | undefined;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
  }

  consume(sink: BodySink): void {
    this.#sink = sink;
    for (const chunk of this.#early) sink.data(chunk);
    this.#early = [];
    if (this.#over === true) sink.end();
    else if (this.#over !== undefined) sink.error(this.#over);
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    this.#controller?.resume();
  }

  /** Ends the exchange at once, whatever its state; `head` or the sink hears of `reason`. */
  abort(reason: Error): void {
    if (this.#over !== undefined || this.#abortedWith !== undefined) return;
    this.#abortedWith = reason;
    if (this.#controller === undefined) this.#finish(reason);
    else this.#controller.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.sent = true;
    if (this.#abortedWith !== undefined) controller.abort(this.#abortedWith);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#resolveHead({ status, headers, at: this.#now() });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#sink === undefined) this.#early.push(chunk);
    else this.#sink.data(chunk);
  }

  onResponseEnd(): void {
    this.#finish(true);
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, cause: Error): void {
    this.#finish(this.#abortedWith ?? cause);
  }

  #finish(over: Error | true): void {
    if (this.#over !== undefined) return;
    this.#over = over;
    if (over === true) {
      this.#sink?.end();
      return;
    }
    this.#rejectHead(over);
    this.#sink?.error(over);
  }
}

/** Speaks HTTP to providers. Its connections outlive a reload of the configuration. */
export class Upstream {
  readonly #agents = new Map<number, Dispatcher>();
  readonly #createDispatcher: (connectTimeoutMs: number) => Dispatcher;
  readonly #now: () => number;

  constructor(now: () => number, createDispatcher = createAgent) {
    this.#now = now;
    this.#createDispatcher = createDispatcher;
  }

  /** Sends at once. What fails, fails through the exchange. */
  send({ url, method = 'POST', headers, body, connectTimeoutMs }: SendOptions): Exchange {
    const exchange = new Exchange(this.#now);
    // Awaited later than it may fail.
    exchange.head.catch(() => {});
    try {
      const { origin, pathname, search } = new URL(url);
      const request = { origin, path: pathname + search, method, headers, body: body ?? null };
      this.dispatcher(connectTimeoutMs).dispatch(request, exchange);
    } catch (cause) {
      exchange.onResponseError(undefined, cause as Error);
    }
    return exchange;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.close()));
  }

  /** What its connections are made by. */
  dispatcher(connectTimeoutMs: number): Dispatcher {
    const found = this.#agents.get(connectTimeoutMs);
    if (found !== undefined) return found;
    const made = this.#createDispatcher(connectTimeoutMs);
    this.#agents.set(connectTimeoutMs, made);
    return made;
  }
}

/** No bound on connections: a stream holds one for as long as it lasts. */
const createAgent = (connectTimeoutMs: number): Dispatcher =>
  new Agent({ connect: { timeout: connectTimeoutMs }, headersTimeout: 0, bodyTimeout: 0, pipelining: 1 });
