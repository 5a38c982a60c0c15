const CARRIAGE_RETURN = 13;

export type OnBody = (data: Buffer) => void;

/** Reads the body of an answer from its bytes. */
export interface BodyReader {
  /** Hands on what belongs to the body. Returns whether it is over. */
  read(data: Buffer, onBody: OnBody | undefined): boolean;
}

/** Of a body with a `content-length`. */
class PlainBody implements BodyReader {
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  read(data: Buffer, onBody: OnBody | undefined): boolean {
    this.#left -= data.length;
    if (data.length > 0) onBody?.(data);
    return this.#left <= 0;
  }
}

/** Of a chunked body: skips from one size to the next. */
class ChunkedBody implements BodyReader {
  /** Bytes of line ends that come next. */
  #skipped = 0;
  /** Bytes of the current chunk that are still to come. */
  #left = 0;
  /** The digits of a size that came in pieces. */
  #digits = '';
  #last = false;

  read(data: Buffer, onBody: OnBody | undefined): boolean {
    for (let at = 0; at < data.length; ) {
      if (this.#skipped > 0) {
        const skipped = Math.min(this.#skipped, data.length - at);
        this.#skipped -= skipped;
        at += skipped;
        if (this.#last && this.#skipped === 0) return true;
      } else at = this.#left > 0 ? this.#readChunk(data, at, onBody) : this.#readSize(data, at);
    }
    return false;
  }

  /** Returns where it ends. */
  #readChunk(data: Buffer, at: number, onBody: OnBody | undefined): number {
    const end = Math.min(data.length, at + this.#left);
    onBody?.(data.subarray(at, end));
    this.#left -= end - at;
    if (this.#left === 0) this.#skipped = '\r\n'.length;
    return end;
  }

  /** Returns where it ends. */
  #readSize(data: Buffer, at: number): number {
    const lineEnd = data.indexOf(CARRIAGE_RETURN, at);
    this.#digits += data.toString('latin1', at, lineEnd === -1 ? data.length : lineEnd);
    if (lineEnd === -1) return data.length;
    this.#left = Number.parseInt(this.#digits, 16);
    this.#digits = '';
    this.#last = this.#left === 0;
    this.#skipped = this.#last ? '\n\r\n'.length : '\n'.length;
    return lineEnd + 1;
  }
}

/** Of the body behind a head. An answer without a length ends with its connection. */
export const bodyReaderOf = (head: string): BodyReader => {
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return new ChunkedBody();
  return new PlainBody(Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.POSITIVE_INFINITY));
};
