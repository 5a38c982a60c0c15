import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { CONNECTION_OPTIONS } from './connection-options.js';
import { createConnector } from './connector.js';
import { Exchange, type HeadListener, type SendOptions } from './exchange.js';
import { createWatchedPool } from './kept-connections.js';
import { createProxyDispatcher, type ProxyDispatcher } from './proxy-dispatcher.js';
import { Agent } from './undici.js';

/** A longer body is let go of as soon as it is written. A shorter one is written with the head in one go. */
const LONGEST_KEPT = 16 * 1024;

/** Sends requests to providers. Its connections outlive a reload of the configuration. */
export class Upstream {
  readonly #dispatchers = new Map<number, Dispatcher>();
  /** By proxy and time limit. */
  readonly #proxies = new Map<string, ProxyDispatcher>();
  readonly #createDispatcher: (connectTimeoutMs: number) => Dispatcher;
  readonly #now: () => number;

  constructor(now: () => number, createDispatcher = createAgent) {
    this.#now = now;
    this.#createDispatcher = createDispatcher;
  }

  /**
   * Prepares a POST request. If a reused connection turns out to be closed, it is sent once more on a fresh one.
   */
  open(options: SendOptions, listener: HeadListener): Exchange {
    return new Exchange(this.#now, options, listener, this);
  }

  /** Sends a request at once. Never throws: every failure comes through the exchange. */
  send(exchange: Exchange, options: SendOptions): void {
    try {
      const { connectTimeoutMs, proxy } = options;
      this.dispatcher(connectTimeoutMs, proxy).dispatch(dispatchOptions(options), exchange);
    } catch (cause) {
      exchange.onError(cause as Error);
    }
  }

  sendAgain(exchange: Exchange, options: SendOptions): void {
    const fresh = new Upstream(this.#now, this.#createDispatcher);
    fresh.send(exchange, options);
    // Waits for the end of the exchange.
    void fresh.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#proxies.values(), ...this.#dispatchers.values()].map((each) => each.close()));
  }

  /** Returns the dispatcher for connections with this time limit, through `proxy` if there is one. */
  dispatcher(connectTimeoutMs: number, proxy?: string): Dispatcher {
    if (proxy !== undefined) return this.#proxied(connectTimeoutMs, proxy);
    const found = this.#dispatchers.get(connectTimeoutMs);
    if (found !== undefined) return found;
    const made = this.#createDispatcher(connectTimeoutMs);
    this.#dispatchers.set(connectTimeoutMs, made);
    return made;
  }

  #proxied(connectTimeoutMs: number, proxy: string): Dispatcher {
    const key = `${connectTimeoutMs} ${proxy}`;
    const found = this.#proxies.get(key);
    if (found !== undefined) return found.dispatcher;
    const made = createProxyDispatcher(proxy, connectTimeoutMs, this.dispatcher(connectTimeoutMs));
    this.#proxies.set(key, made);
    return made.dispatcher;
  }
}

const dispatchOptions = ({ origin, path, headers, body }: SendOptions): Dispatcher.DispatchOptions => {
  const written = body();
  if (!Buffer.isBuffer(written) || written.length <= LONGEST_KEPT) {
    return { origin, path, method: 'POST', headers, body: asBody(written) };
  }
  const measured = { ...headers, 'content-length': String(written.length) };
  return { origin, path, method: 'POST', headers: measured, body: asBody(new PassedOn(written)) };
};

/** Bytes that are handed over once, and not kept. undici keeps the body of a request until its answer is complete. */
class PassedOn implements Iterator<Buffer, undefined> {
  #bytes: Buffer | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Buffer, undefined> {
    const value = this.#bytes;
    this.#bytes = undefined;
    return value === undefined ? { done: true, value } : { done: false, value };
  }
}

/** undici takes anything that can be iterated, and says so only of streams. */
const asBody = (body: string | Buffer | Iterable<Buffer> | AsyncIterable<Buffer>): string | Buffer | Readable =>
  body as string | Buffer | Readable;

/** Does not limit the number of connections: a stream holds one for as long as it lasts. */
const createAgent = (connectTimeoutMs: number): Dispatcher =>
  new Agent({ ...CONNECTION_OPTIONS, connect: createConnector(connectTimeoutMs), factory: createWatchedPool });
