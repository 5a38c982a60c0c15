import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { API_KEY } from './proxy.js';

/** What a caller without any SDK gets: every byte of it. */
export interface WireAnswer {
  readonly head: string;
  /** The body, its transfer encoding taken off. */
  readonly body: Buffer;
  /** The body came to its end as HTTP says, and was not cut off. */
  readonly whole: boolean;
}

/** Sends a chat request over a bare socket. */
export const dial = (address: string, body: object): Socket => {
  const { port } = new URL(address);
  const text = JSON.stringify(body);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    [
      'POST /v1/chat/completions HTTP/1.1',
      'host: wire',
      `authorization: Bearer ${API_KEY}`,
      'content-type: application/json',
      'connection: close',
      `content-length: ${Buffer.byteLength(text)}`,
      '',
      text,
    ].join('\r\n'),
  );
  return socket;
};

/** Everything that comes over a socket until it is closed. */
export const readAll = async (socket: Socket): Promise<WireAnswer> => {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'close');
  const bytes = Buffer.concat(chunks);
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, end).toString('latin1');
  const rest = bytes.subarray(end + 4);
  return /^transfer-encoding: chunked/im.test(head)
    ? { head, ...unchunked(rest) }
    : { head, body: rest, whole: rest.length === Number(/^content-length: (\d+)/im.exec(head)?.[1]) };
};

/** RFC 9112, 7.1. */
const unchunked = (bytes: Buffer): { body: Buffer; whole: boolean } => {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    if (line === -1) return { body: Buffer.concat(parts), whole: false };
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    if (size === 0) return { body: Buffer.concat(parts), whole: true };
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
};
