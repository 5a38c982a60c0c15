import { connect, type Socket } from 'node:net';
import { API_KEY, HELLO } from '../proxy.js';
import { until } from '../until.js';

/** A response, read from its bytes. */
export interface RawAnswer {
  readonly status: number;
  /** Names are lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Without transfer encoding. */
  readonly body: Buffer;
  /** Whether it is complete by the rules of HTTP: the last chunk came, or as many bytes as announced. */
  readonly whole: boolean;
}

/** One request on its own socket, without an SDK and without fetch. Keeps the response as it arrives. */
export class RawCaller {
  readonly socket: Socket;
  /** Resolves when the connection is closed, for any reason. */
  readonly closed: Promise<void>;
  readonly #received: Buffer[] = [];
  #bytes = 0;

  /** Sends `body` with messages; a stream by default. */
  constructor(address: string, body: object = {}) {
    const { hostname, port } = new URL(address);
    const text = JSON.stringify({ messages: HELLO, stream: true, ...body });
    const head = [
      'POST /v1/chat/completions HTTP/1.1',
      `host: ${hostname}`,
      `authorization: Bearer ${API_KEY}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(text)}`,
      'connection: close',
    ];
    this.socket = connect(Number(port), hostname);
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
    this.socket.on('error', () => {});
    this.socket.on('data', (part) => {
      this.#received.push(part);
      this.#bytes += part.length;
    });
    this.socket.write(`${head.join('\r\n')}\r\n\r\n${text}`);
  }

  /** The number of bytes received so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The response so far, decoded. */
  get soFar(): RawAnswer {
    return decodeAnswer(Buffer.concat(this.#received));
  }

  /** The whole response, once the connection is closed. */
  async answer(): Promise<RawAnswer> {
    await this.closed;
    return this.soFar;
  }

  /** Resolves when the body contains `text`. */
  async sees(text: string): Promise<void> {
    await until(() => this.#bytes > 0 && this.soFar.body.includes(text));
  }

  leave(): void {
    this.socket.destroy();
  }
}

const END_OF_HEAD = '\r\n\r\n';

/** Parses an HTTP/1.1 response, which may be incomplete. */
const decodeAnswer = (bytes: Buffer): RawAnswer => {
  const end = bytes.indexOf(END_OF_HEAD);
  if (end === -1) return { status: 0, headers: {}, body: Buffer.alloc(0), whole: false };
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const rest = bytes.subarray(end + END_OF_HEAD.length);
  const status = Number(first.split(' ')[1]);
  if (headers['transfer-encoding'] === 'chunked') return { status, headers, ...decodeChunked(rest) };
  return { status, headers, body: rest, whole: rest.length === Number(headers['content-length']) };
};

/** Decodes a chunked body (RFC 9112, 7.1) by the lengths of its chunks. */
const decodeChunked = (bytes: Buffer): { body: Buffer; whole: boolean } => {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at, 'latin1');
    if (line === -1) break;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    if (!Number.isInteger(size)) throw new Error(`no size of a chunk: ${bytes.toString('latin1', at, line)}`);
    if (size === 0) return { body: Buffer.concat(parts), whole: bytes.toString('latin1', line + 2) === '\r\n' };
    const from = line + 2;
    parts.push(bytes.subarray(from, from + size));
    at = from + size + 2;
    if (at > bytes.length) break;
  }
  return { body: Buffer.concat(parts), whole: false };
};
