import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';

/** Bytes that wait for a caller who reads too slowly, before its provider is paused. */
const MOST_UNSENT = 64 * 1024;
const LINE_END = Buffer.from('\r\n');

/** Writes the body of a streamed response. What comes in one turn of the event loop leaves at its end, in one system call. */
export class TurnWriter {
  readonly #res: ServerResponse;
  /** What leaves at the end of this turn. */
  #pieces: Buffer[] = [];
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
      if (this.#bytes === 0) process.nextTick(flush, this);
      this.#pieces.push(bytes);
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
    if (this.#res.destroyed) return;
    this.#res.socket?.cork();
    this.flush();
    this.#res.end();
  }

  /** Hands what was written in this turn to the connection. */
  flush(): void {
    if (this.#bytes === 0) return;
    const [pieces, bytes] = [this.#pieces, this.#bytes];
    this.#pieces = [];
    this.#bytes = 0;
    const res = this.#res;
    if (res.destroyed) return;
    const { socket } = res;
    // Without a socket, an earlier answer of the same connection is still being sent.
    if (this.#hasHead && socket !== null) {
      socket.write(res.chunkedEncoding ? chunkOf(pieces, bytes) : joined(pieces));
      this.#drain(socket);
    } else {
      res.write(joined(pieces));
      this.#drain(res);
      this.#hasHead = true;
    }
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

/** Returns a chunk of HTTP as one piece. Node writes four, which the system has to gather: that costs a third more. */
const chunkOf = (pieces: Buffer[], bytes: number): Buffer => {
  const head = `${bytes.toString(16)}\r\n`;
  const chunk = Buffer.allocUnsafe(head.length + bytes + LINE_END.length);
  let at = chunk.write(head, 'latin1');
  for (const piece of pieces) at += piece.copy(chunk, at);
  LINE_END.copy(chunk, at);
  return chunk;
};
