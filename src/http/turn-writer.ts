import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** Bytes that wait for a caller who reads too slowly, before its provider is paused. */
const MOST_UNSENT = 64 * 1024;
const LINE_END = Buffer.from('\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const NOTHING = Buffer.alloc(0);
const NO_PIECES: Buffer[] = [];

/** Writes the body of a streamed response. What comes in one turn of the event loop leaves at its end, in one system call. */
export class TurnWriter {
  readonly #res: ServerResponse;
  /** What leaves at the end of this turn. */
  #pieces = NO_PIECES;
  #bytes = 0;
  /** The head has left, or leaves before all that is written from now on. */
  #hasHead = false;
  #onDrain: (() => void) | undefined;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  /** The connection takes more at once. */
  get isReady(): boolean {
    return !this.#res.destroyed && !(this.#res.socket ?? this.#res).writableNeedDrain;
  }

  /** Returns whether there is room for more. If not, `onDrain` says when. */
  write(bytes: Buffer): boolean {
    if (bytes.length > 0) {
      if (this.#bytes > 0) this.#pieces.push(bytes);
      else {
        // Most turns bring one piece. An array that grows has room for 17.
        this.#pieces = [bytes];
        process.nextTick(flush, this);
      }
      this.#bytes += bytes.length;
    }
    return this.#res.writableLength + this.#bytes < MOST_UNSENT;
  }

  /** Calls `listener` once, when the connection takes more. Call it after `write` returned `false`. */
  onDrain(listener: () => void): void {
    this.#onDrain = listener;
  }

  /** Ends the response. What was written in this turn leaves together with its end. */
  end(): void {
    const res = this.#res;
    if (res.destroyed) return;
    if (this.#hasHead && this.#bytes > 0 && res.chunkedEncoding && res.socket !== null) {
      this.#write(res.socket, LAST_CHUNK);
      res.chunkedEncoding = false;
    } else {
      res.socket?.cork();
      this.flush();
    }
    res.end();
  }

  /** Hands what was written in this turn to the connection. */
  flush(): void {
    if (this.#bytes === 0) return;
    const res = this.#res;
    const { socket } = res;
    // Without a socket, an earlier answer of the same connection is still being sent.
    if (res.destroyed) this.#take();
    else if (this.#hasHead && socket !== null) this.#write(socket);
    else {
      if (socket !== null && res.chunkedEncoding) this.#writeWithHead(socket);
      else res.write(joined(this.#take()));
      this.#drain(res);
      this.#hasHead = true;
    }
  }

  /** @param rest what follows the chunk */
  #write(socket: Socket, rest = NOTHING): void {
    const bytes = this.#bytes;
    const pieces = this.#take();
    socket.write(this.#res.chunkedEncoding ? chunkOf(pieces, bytes, rest) : joined(pieces));
    this.#drain(socket);
  }

  /** Node joins the head with text only, and only if it does not make the chunk. */
  #writeWithHead(socket: Socket): void {
    const bytes = this.#bytes;
    const chunk = chunkOf(this.#take(), bytes);
    const res = this.#res;
    // Otherwise Node would do it, and undo it on the next tick.
    socket.cork();
    res.chunkedEncoding = false;
    res.write(chunk.toString('latin1'), 'latin1');
    res.chunkedEncoding = true;
    socket.uncork();
  }

  /** Returns what was written in this turn, and forgets it. */
  #take(): Buffer[] {
    const pieces = this.#pieces;
    this.#pieces = NO_PIECES;
    this.#bytes = 0;
    return pieces;
  }

  /** The system may have taken everything at once. */
  #drain(stream: Writable): void {
    const listener = this.#onDrain;
    if (listener === undefined) return;
    this.#onDrain = undefined;
    if (stream.writableNeedDrain) stream.once('drain', listener);
    else listener();
  }
}

const flush = (writer: TurnWriter): void => writer.flush();

const joined = (pieces: Buffer[]): Buffer => (pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces));

/**
 * Returns a chunk of HTTP as one piece, and `rest` behind it. Node writes four, which the system has to gather: that costs a
 * third more.
 */
const chunkOf = (pieces: Buffer[], bytes: number, rest = NOTHING): Buffer => {
  const head = `${bytes.toString(16)}\r\n`;
  const chunk = Buffer.allocUnsafe(head.length + bytes + LINE_END.length + rest.length);
  let at = chunk.write(head, 'latin1');
  for (const piece of pieces) at += piece.copy(chunk, at);
  at += LINE_END.copy(chunk, at);
  if (rest.length > 0) rest.copy(chunk, at);
  return chunk;
};
