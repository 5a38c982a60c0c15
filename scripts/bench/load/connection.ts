import { connect, type Socket } from 'node:net';
import { type BodyReader, bodyReaderOf, type OnBody } from './body-reader.js';

const HEAD_END = Buffer.from('\r\n\r\n');
const STATUS_AT = 'HTTP/1.1 '.length;

/** How an answer ended; 0 if its connection failed or broke off. */
export type Status = number;

/** A kept connection to a relay, on a bare socket so that the caller costs little beside what is measured. */
export class Connection {
  readonly #port: number;
  #socket: Socket | undefined;
  #head: Buffer | undefined;
  #status = 0;
  #reader: BodyReader | undefined;
  #onEnd: ((status: Status) => void) | undefined;
  #onBody: OnBody | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends a request. `onBody` gets the bytes of the answer's body, as they come. */
  send(request: Buffer, onEnd: (status: Status) => void, onBody?: OnBody): void {
    this.#onEnd = onEnd;
    this.#onBody = onBody;
    this.#reader = undefined;
    this.#head = undefined;
    this.#socket ??= this.#open();
    this.#socket.write(request);
  }

  close(): void {
    this.#onEnd = undefined;
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    socket.on('data', (data) => this.#read(data));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#finish(0);
    });
    return socket;
  }

  #read(data: Buffer): void {
    if (this.#onEnd === undefined) return;
    let body = data;
    if (this.#reader === undefined) {
      const bytes = this.#head === undefined ? data : Buffer.concat([this.#head, data]);
      const headEnd = bytes.indexOf(HEAD_END);
      if (headEnd === -1) {
        this.#head = bytes;
        return;
      }
      const head = bytes.toString('latin1', 0, headEnd);
      this.#status = Number(head.slice(STATUS_AT, STATUS_AT + 3));
      this.#reader = bodyReaderOf(head);
      body = bytes.subarray(headEnd + HEAD_END.length);
    }
    if (this.#reader.read(body, this.#onBody)) this.#finish(this.#status);
  }

  #finish(status: Status): void {
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.(status);
  }
}

export const connectionsTo = (port: number, count: number): Connection[] =>
  Array.from({ length: count }, () => new Connection(port));
