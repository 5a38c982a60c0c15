import type { Dispatcher } from 'undici';
import { basicAuthorization, credentialsIn, withoutCredentials } from '../../../secrets.js';
import { CONNECTION_OPTIONS } from './connection-options.js';
import { createWatchedPool } from './kept-connections.js';
import { Pool, ProxyAgent } from './undici.js';

/** A dispatcher whose errors name the proxy, in their property `proxy`. */
export interface ProxyDispatcher {
  readonly dispatcher: Dispatcher;
  close(): Promise<void>;
}

/**
 * Sends requests through a proxy: https by a tunnel (`CONNECT`), http with the whole address in the request line, as curl
 * does.
 * @param direct reaches the proxy itself
 */
export const createProxyDispatcher = (proxy: string, connectTimeoutMs: number, direct: Dispatcher): ProxyDispatcher => {
  const credentials = credentialsIn(proxy);
  const authorization = credentials && basicAuthorization(credentials);
  const { origin, href } = new URL(withoutCredentials(proxy));
  const tunnel = new ProxyAgent({
    ...CONNECTION_OPTIONS,
    factory: createWatchedPool,
    uri: href,
    ...(authorization === undefined ? {} : { token: authorization }),
    proxyTls: { timeout: connectTimeoutMs },
    requestTls: { timeout: connectTimeoutMs },
    // The answer to CONNECT is part of the connection.
    clientFactory: (url, options) => new Pool(url, { ...options, headersTimeout: connectTimeoutMs }),
  });
  const dispatcher = tunnel.compose((tunnelled) => (options, handler) => {
    const named = new NamedErrors(handler, origin);
    const target = new URL(String(options.origin));
    if (target.protocol === 'https:') return tunnelled(options, named);
    const headers = {
      ...(options.headers as Record<string, string>),
      host: target.host,
      ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
    };
    return direct.dispatch({ ...options, origin, path: target.origin + options.path, headers }, named);
  });
  return { dispatcher, close: () => tunnel.close() };
};

/** How undici reports another answer to CONNECT than 200. */
const TUNNEL_REFUSED = /^Proxy response \((\d+)\)/;

/** Passes everything on, and names the proxy where the request fails because of it. */
class NamedErrors implements Dispatcher.DispatchHandler {
  readonly #inner: Dispatcher.DispatchHandler;
  readonly #proxy: string;

  constructor(inner: Dispatcher.DispatchHandler, proxy: string) {
    this.#inner = inner;
    this.#proxy = proxy;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#inner.onRequestStart?.(controller, context);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[]>,
    text?: string,
  ): void {
    if (status === 407) controller.abort(refusedWith(this.#proxy, status));
    else this.#inner.onResponseStart?.(controller, status, headers, text);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#inner.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: Record<string, string | string[]>): void {
    this.#inner.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    const status = TUNNEL_REFUSED.exec(error.message)?.[1];
    const named =
      status === undefined ? Object.assign(error, { proxy: this.#proxy }) : refusedWith(this.#proxy, Number(status));
    this.#inner.onResponseError?.(controller, named);
  }
}

const refusedWith = (proxy: string, status: number): Error => {
  const why = status === 407 ? '. Its user name or password is missing or wrong' : '';
  return new Error(`the proxy ${proxy} answered ${status} in place of the provider${why}`);
};
