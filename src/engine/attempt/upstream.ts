import type { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import { CONNECTION_OPTIONS } from './connection-options.js';
import { createConnector } from './connector.js';
import { Exchange } from './exchange.js';
import { createWatchedPool } from './kept-connections.js';
import { createProxyDispatcher, type ProxyDispatcher } from './proxy-dispatcher.js';

export interface SendOptions {
  /** Such as `https://api.groq.com`. */
  readonly origin: string;
  /** Such as `/openai/v1/chat/completions`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Returns text, or the bytes of a form, whose length its headers say. Called again if the request is sent again. */
  readonly body: () => string | AsyncIterable<Buffer>;
  readonly connectTimeoutMs: number;
  /** The URL of a proxy. */
  readonly proxy?: string | undefined;
}

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
   * Sends a POST request at once. If a reused connection turns out to be closed, it sends the request once more on a fresh one.
   * Never throws: every failure comes through the exchange.
   */
  send(options: SendOptions): Exchange {
    const { connectTimeoutMs, proxy } = options;
    const exchange = new Exchange(this.#now, () => this.#sendAgain(options, exchange));
    dispatch(() => this.dispatcher(connectTimeoutMs, proxy), options, exchange);
    return exchange;
  }

  #sendAgain(options: SendOptions, exchange: Exchange): void {
    const { connectTimeoutMs, proxy } = options;
    const fresh = new Upstream(this.#now, this.#createDispatcher);
    dispatch(() => fresh.dispatcher(connectTimeoutMs, proxy), options, exchange);
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

const dispatch = (
  dispatcher: () => Dispatcher,
  { origin, path, headers, body }: SendOptions,
  exchange: Exchange,
): void => {
  try {
    dispatcher().dispatch({ origin, path, method: 'POST', headers, body: asBody(body()) }, exchange);
  } catch (cause) {
    exchange.onResponseError(undefined, cause as Error);
  }
};

/** undici takes anything that can be iterated, and says so only of streams. */
const asBody = (body: ReturnType<SendOptions['body']>): string | Readable => body as string | Readable;

/** Does not limit the number of connections: a stream holds one for as long as it lasts. */
const createAgent = (connectTimeoutMs: number): Dispatcher =>
  new Agent({ ...CONNECTION_OPTIONS, connect: createConnector(connectTimeoutMs), factory: createWatchedPool });
