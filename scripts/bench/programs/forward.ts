import type { ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { nameOf, Relayed, textOf } from './relayed.js';

/** The address below which the provider answers, such as `http://127.0.0.1:4000/v1`. */
const [base = new URL('http://127.0.0.1/v1')] = (process.env.PROVIDERS ?? '')
  .split(' ')
  .filter(Boolean)
  .map((url) => new URL(url));
const pool = new Pool(base.origin, { pipelining: 1 });
const PATH = `${base.pathname}/chat/completions`;
const HEADERS = ['authorization', 'Bearer sk-provider', 'content-type', 'application/json'];

/** Relays the answer without a look at it. */
class Forwarded extends Relayed {
  readonly #over: () => void;

  constructor(res: ServerResponse, over: () => void) {
    super(res);
    this.#over = over;
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void): boolean {
    const headers: string[] = [];
    for (let at = 0; at < raw.length; at += 2) this.pass(nameOf(raw, at), textOf(raw, at), headers);
    return this.begin(status, headers, resume);
  }

  onComplete(): void {
    this.finish();
    this.#over();
  }

  onError(): void {
    this.break();
    this.#over();
  }
}

/** Sends a body to the provider and relays its answer. Resolves when it is over. */
export const forward = (res: ServerResponse, body: Buffer): Promise<void> =>
  new Promise((resolve) => {
    pool.dispatch({ path: PATH, method: 'POST', headers: HEADERS, body }, new Forwarded(res, resolve));
  });
