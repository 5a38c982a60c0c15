import type { ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';

/** The address below which the provider answers, such as `http://127.0.0.1:4000/v1`. */
const [base = new URL('http://127.0.0.1/v1')] = (process.env.PROVIDERS ?? '')
  .split(' ')
  .filter(Boolean)
  .map((url) => new URL(url));
const pool = new Pool(base.origin, { pipelining: 1 });
const PATH = `${base.pathname}/chat/completions`;
const HEADERS = ['authorization', 'Bearer sk-provider', 'content-type', 'application/json'];

/** They belong to one connection. */
const DROPPED = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** Relays the answer without a look at it. */
class Relayed implements Dispatcher.DispatchHandler {
  readonly #res: ServerResponse;
  readonly #over: () => void;
  #resume = (): void => {};
  /** Bytes of the body that are still to come, if the provider says so. */
  #left = -1;

  constructor(res: ServerResponse, over: () => void) {
    this.#res = res;
    this.#over = over;
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#res.on('close', () => {
      if (!this.#res.writableFinished) abort();
    });
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void): boolean {
    this.#resume = resume;
    const headers: string[] = [];
    for (let at = 0; at < raw.length; at += 2) {
      const name = (raw[at] as Buffer).toString('latin1').toLowerCase();
      if (DROPPED.has(name)) continue;
      const value = (raw[at + 1] as Buffer).toString('latin1');
      if (name === 'content-length') this.#left = Number(value);
      headers.push(name, value);
    }
    this.#res.writeHead(status, headers);
    return true;
  }

  onData(data: Buffer): boolean {
    this.#left -= data.length;
    // Head and body leave in one write.
    if (this.#left === 0) {
      this.#res.end(data);
      return true;
    }
    if (this.#res.write(data)) return true;
    this.#res.once('drain', this.#resume);
    return false;
  }

  onComplete(): void {
    if (this.#left !== 0) this.#res.end();
    this.#over();
  }

  onError(): void {
    if (!this.#res.headersSent) this.#res.writeHead(502);
    this.#res.end();
    this.#over();
  }
}

/** Sends a body to the provider and relays its answer. Resolves when it is over. */
export const forward = (res: ServerResponse, body: Buffer): Promise<void> =>
  new Promise((resolve) => {
    pool.dispatch({ path: PATH, method: 'POST', headers: HEADERS, body }, new Relayed(res, resolve));
  });
