import type { Socket } from 'node:net';
import type { buildConnector, Dispatcher, Client as WatchedClient } from 'undici';
import { type Awaiting, ignoreContinue } from './continue-heads.js';
import { Client, errors, Pool } from './undici.js';

/** The connection of a client, which has one at a time. */
interface Connection extends Awaiting {
  socket?: Socket;
  /** Requests that have no answer yet. */
  waiting: number;
}

/**
 * Creates the connections to one provider. An error of a request says in its property `lostOnReuse` that the request went out
 * on a connection that had been used before, and that the connection closed without a byte of the answer: the provider
 * closed it while idle, and most likely never read the request.
 */
export const createWatchedPool = (origin: string | URL, options: object): Dispatcher =>
  new Pool(origin, { ...options, factory: (url, its) => createWatchedClient(url, its as WatchedClient.Options) });

/** Whether a request failed because the provider had closed an idle connection. */
export const isLostOnReuse = (error: Error): boolean => (error as { lostOnReuse?: boolean }).lostOnReuse === true;

const createWatchedClient = (origin: URL, options: WatchedClient.Options): WatchedClient => {
  // A pool always sets it.
  const connect = options.connect as buildConnector.connector;
  const connection: Connection = { awaitsHead: false, waiting: 0 };
  const client = new Client(origin, {
    ...options,
    connect: (to, callback) => {
      const open = (): void =>
        void connect(to, (...result) => {
          if (result[0] === null) {
            connection.socket = result[1];
            ignoreContinue(result[1], connection);
          }
          callback(...result);
        });
      if (connection.waiting > 0) return open();
      // undici connects anew for a request that was aborted. The pool drops a client that cannot connect.
      const refuse = (): void => callback(new errors.RequestAbortedError('no request waits'), null);
      // Later, as every connector answers: undici looks only then whether the client is to be closed.
      queueMicrotask(() => (connection.waiting > 0 ? open() : refuse()));
    },
  });
  const dispatch = client.dispatch.bind(client);
  // The pool hands over handlers of the older form.
  client.dispatch = (request, handler) => {
    connection.waiting++;
    return dispatch(request, new WatchedRequest(handler as OldHandler, connection));
  };
  return client;
};

type OldHandler = Required<
  Pick<Dispatcher.DispatchHandler, 'onConnect' | 'onHeaders' | 'onData' | 'onComplete' | 'onError'>
> &
  Pick<Dispatcher.DispatchHandler, 'onResponseStarted'>;

/** Passes everything on, and notes what the connection received before the request. */
class WatchedRequest implements Dispatcher.DispatchHandler {
  readonly #inner: OldHandler;
  readonly #connection: Connection;
  #socket: Socket | undefined;
  /** Bytes that the connection had received before the request. */
  #before = 0;

  constructor(inner: OldHandler, connection: Connection) {
    this.#inner = inner;
    this.#connection = connection;
  }

  onConnect(abort: (cause?: Error) => void): void {
    const { socket } = this.#connection;
    this.#connection.awaitsHead = true;
    this.#socket = socket;
    this.#before = socket?.bytesRead ?? 0;
    this.#inner.onConnect(abort);
  }

  onResponseStarted(): void {
    this.#inner.onResponseStarted?.();
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void, text: string): boolean {
    return this.#inner.onHeaders(status, headers, resume, text);
  }

  onData(chunk: Buffer): boolean {
    return this.#inner.onData(chunk);
  }

  onComplete(trailers: string[] | null): void {
    this.#connection.waiting--;
    this.#inner.onComplete(trailers);
  }

  onError(cause: Error): void {
    this.#connection.waiting--;
    if (this.#before > 0 && this.#socket?.bytesRead === this.#before) Object.assign(cause, { lostOnReuse: true });
    this.#inner.onError(cause);
  }
}
