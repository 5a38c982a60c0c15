import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher, errors, Pool } from 'undici';
import { type Awaiting, ignoreContinue } from './continue-heads.js';

/** The connection of a client, which has one at a time. */
interface Connection extends Awaiting {
  socket?: Socket;
  /** The latest request failed or was aborted. */
  hasFailed?: boolean;
}

/**
 * Creates the connections to one provider. An error of a request says in its property `lostOnReuse` that the request went out
 * on a connection that had been used before, and that the connection closed without a byte of the answer: the provider
 * closed it while idle, and most likely never read the request.
 */
export const createWatchedPool = (origin: string | URL, options: object): Dispatcher =>
  new Pool(origin, { ...options, factory: (url, its) => createWatchedClient(url, its as Client.Options) });

/** Whether a request failed because the provider had closed an idle connection. */
export const isLostOnReuse = (error: Error): boolean => (error as { lostOnReuse?: boolean }).lostOnReuse === true;

const createWatchedClient = (origin: URL, options: Client.Options): Client => {
  // A pool always sets it.
  const connect = options.connect as buildConnector.connector;
  const connection: Connection = { awaitsHead: false };
  const client = new Client(origin, {
    ...options,
    connect: (to, callback) => {
      // undici connects anew for a request that was aborted. The pool drops a client that cannot connect.
      if (connection.hasFailed === true) return callback(new errors.RequestAbortedError('no request waits'), null);
      return connect(to, (...result) => {
        if (result[0] === null) {
          connection.socket = result[1];
          ignoreContinue(result[1], connection);
        }
        callback(...result);
      });
    },
  });
  const dispatch = client.dispatch.bind(client);
  client.dispatch = (request, handler) => {
    connection.hasFailed = false;
    watch(handler as Listeners, connection);
    return dispatch(request, handler);
  };
  return client;
};

type Listeners = Record<string, ((...args: unknown[]) => unknown) | undefined>;

/** How undici calls the beginning and the failure of a request: inside of a pool, handlers have their older form. */
const STARTS = ['onRequestStart', 'onConnect'] as const;
const FAILURES = ['onResponseError', 'onError'] as const;

const watch = (handler: Listeners, connection: Connection): void => {
  let socket: Socket | undefined;
  /** Bytes that the connection had received before the request. */
  let before = 0;
  for (const name of STARTS) {
    precede(handler, name, () => {
      connection.awaitsHead = true;
      socket = connection.socket;
      before = socket?.bytesRead ?? 0;
    });
  }
  for (const name of FAILURES) {
    precede(handler, name, (...args) => {
      connection.hasFailed = true;
      if (before > 0 && socket?.bytesRead === before) Object.assign(args.at(-1) as Error, { lostOnReuse: true });
    });
  }
};

/** Calls `first` before a method of `handler`, if it has that method. */
const precede = (handler: Listeners, name: string, first: (...args: unknown[]) => void): void => {
  const method = handler[name];
  if (method === undefined) return;
  handler[name] = (...args) => {
    first(...args);
    return method.apply(handler, args);
  };
};
