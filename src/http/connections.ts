import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ChainError } from '../plugin/door/errors.js';

/** Longer than usual clients keep an idle connection, so that the next prompt needs no new one. In ms. */
const KEEP_ALIVE_MS = 65_000;
/** Must be longer: Node may count it from the end of the request before. */
const HEADERS_MS = 70_000;
/** How long a client may take nothing of an answer that waits for it: a target's slot may depend on it. */
const UNREAD_MS = 300_000;
/** How often all connections are looked at within that time: a client gets a tenth more. */
const LOOKS = 10;
/** How long a client may take to read why its request is refused. */
const LINGER_MS = 1_000;

interface Unreadable {
  readonly status: number;
  readonly message: string;
}

const NOT_HTTP: Unreadable = {
  status: 400,
  message:
    'This is not a valid HTTP/1.1 request. 429chain speaks plain HTTP: check that the base URL begins with http://.',
};
const BAD_BODY: Unreadable = {
  status: 400,
  message: 'The request body does not have the length or the chunks that its headers announce.',
};

/** Errors of Node's HTTP parser, by their code. */
const UNREADABLE: Readonly<Record<string, Unreadable>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    message: 'The request line and headers are longer than 16 KiB. Send shorter headers or a shorter URL.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, message: 'The chunk extensions of the request body are too long.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: 'The request did not arrive in time.' },
  HPE_INVALID_HEADER_TOKEN: { status: 400, message: 'A request header contains an invalid character.' },
  HPE_UNEXPECTED_CONTENT_LENGTH: {
    status: 400,
    message: 'Send either content-length or transfer-encoding, and each of them once.',
  },
  HPE_INVALID_CONTENT_LENGTH: { status: 400, message: 'The header content-length is not a number.' },
  HPE_INVALID_TRANSFER_ENCODING: {
    status: 400,
    message: 'The header transfer-encoding is invalid, or content-length stands beside it.',
  },
  HPE_INVALID_CHUNK_SIZE: BAD_BODY,
  HPE_STRICT: BAD_BODY,
  HPE_INVALID_EOF_STATE: BAD_BODY,
};

/**
 * Keeps idle connections open, and closes those of clients that do not read their answer. Answers requests that Node's parser
 * cannot read in the shape of all other errors.
 */
export const careForConnections = (server: Server, unreadMs = UNREAD_MS): Server => {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_MS;
  // Node would move a timer at each byte of each connection.
  server.timeout = 0;
  watchUnread(server, unreadMs);
  server.on('timeout', (socket) => {
    if (answerOn(socket) === undefined || socket.writableLength > 0) socket.destroy();
    else socket.setTimeout(0);
  });
  return server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(error, socket as Socket));
};

/** Looks at all connections now and then, and sets the time limit for those where an answer waits to be read. */
const watchUnread = (server: Server, unreadMs: number): void => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const looks = setInterval(() => {
    for (const socket of sockets) {
      // From now on, Node counts from the last byte that went either way.
      if (socket.writableLength > 0 && !socket.timeout) socket.setTimeout(unreadMs);
    }
  }, unreadMs / LOOKS).unref();
  server.once('close', () => clearInterval(looks));
};

const refuse = ({ code = '' }: NodeJS.ErrnoException, socket: Socket): void => {
  // The parser reports what comes after its first error too.
  if (socket.writableEnded && !socket.destroyed) return;
  // Bytes after the beginning of an answer would corrupt it.
  const pending = answerOn(socket);
  if (code === 'ECONNRESET' || !socket.writable || pending?.headersSent === true) return void socket.destroy();
  socket.end(responseTo(UNREADABLE[code] ?? NOT_HTTP));
  if (pending !== undefined) return void socket.destroySoon();
  // Closing a connection with unread bytes resets it, which may discard the answer.
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('end', () => socket.destroy()).once('close', () => clearTimeout(timer));
  socket.resume();
};

/** The answer that is under way on a connection. Node itself decides by it. */
const answerOn = (socket: Socket): ServerResponse | undefined =>
  (socket as Socket & { readonly _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;

const responseTo = ({ status, message }: Unreadable): string => {
  const body = JSON.stringify(new ChainError('invalid_request', message));
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
};

/** Refuses HTTP/1.1 requests without `Host`, as the standard demands. @throws ChainError `invalid_request` */
export const requireHostHeader = ({ headers, httpVersion }: IncomingMessage): void => {
  if (headers.host !== undefined || httpVersion !== '1.1') return;
  throw new ChainError('invalid_request', 'The request has no Host header. HTTP/1.1 requires one.');
};
