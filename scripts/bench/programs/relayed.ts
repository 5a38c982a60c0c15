import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';

/** They belong to one connection. */
const DROPPED = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** The name of the header at `at`, in lower case. */
export const nameOf = (raw: readonly Buffer[], at: number): string =>
  (raw[at] as Buffer).toString('latin1').toLowerCase();

export const textOf = (raw: readonly Buffer[], at: number): string => (raw[at + 1] as Buffer).toString('latin1');

/** Writes the answer of a provider to the caller as it comes. */
export abstract class Relayed implements Dispatcher.DispatchHandler {
  readonly #res: ServerResponse;
  #resume = (): void => {};
  /** Bytes of the body that are still to come, if the provider says so. */
  #left = -1;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#res.on('close', () => {
      if (!this.#res.writableFinished) abort();
    });
  }

  abstract onHeaders(status: number, raw: Buffer[], resume: () => void): boolean;
  abstract onComplete(): void;
  abstract onError(): void;

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

  /** Adds a header to those that the caller gets. */
  protected pass(name: string, value: string, headers: string[]): void {
    if (name === 'content-length') this.#left = Number(value);
    if (!DROPPED.has(name)) headers.push(name, value);
  }

  protected begin(status: number, headers: readonly string[], resume: () => void): boolean {
    this.#resume = resume;
    this.#res.writeHead(status, headers as string[]);
    return true;
  }

  protected finish(): void {
    if (this.#left !== 0) this.#res.end();
  }

  protected break(): void {
    if (!this.#res.headersSent) this.#res.writeHead(502);
    this.#res.end();
  }
}
