import type { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import { CONNECTION_OPTIONS } from './connection-options.js';
import { Exchange } from './exchange.js';
import { createProxyDispatcher, type ProxyDispatcher } from './proxy-dispatcher.js';

export interface SendOptions {
  /** Such as `https://api.groq.com`. */
  readonly origin: string;
  /** Such as `/openai/v1/chat/completions`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, or the bytes of a form, whose length its headers say. */
  readonly body: string | AsyncIterable<Buffer>;
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

  /** Sends a POST request at once. Never throws: every failure comes through the exchange. */
  send({ origin, path, headers, body, connectTimeoutMs, proxy }: SendOptions): Exchange {
    const exchange = new Exchange(this.#now);
    try {
      this.dispatcher(connectTimeoutMs, proxy).dispatch(
        { origin, path, method: 'POST', headers, body: asBody(body) },
        exchange,
      );
    } catch (cause) {
      exchange.onResponseError(undefined, cause as Error);
    }
    return exchange;
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

/** undici takes anything that can be iterated, and says so only of streams. */
const asBody = (body: SendOptions['body']): string | Readable => body as string | Readable;

/** Does not limit the number of connections: a stream holds one for as long as it lasts. */
const createAgent = (connectTimeoutMs: number): Dispatcher =>
  new Agent({ ...CONNECTION_OPTIONS, connect: { timeout: connectTimeoutMs } });
