const HEAD_END = Buffer.from('\r\n\r\n');
const EMPTY = Buffer.alloc(0);

/** Splits the bytes of a connection into requests. Knows a `content-length` and chunked bodies. */
export class RequestReader {
  readonly #onRequest: (head: string, body: Buffer) => void;
  #bytes: Buffer = EMPTY;

  constructor(onRequest: (head: string, body: Buffer) => void) {
    this.#onRequest = onRequest;
  }

  read(data: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? data : Buffer.concat([this.#bytes, data]);
    while (this.#takeRequest());
  }

  /** Whether there was a whole request. */
  #takeRequest(): boolean {
    const headEnd = this.#bytes.indexOf(HEAD_END);
    if (headEnd === -1) return false;
    const head = this.#bytes.toString('latin1', 0, headEnd);
    const bodyAt = headEnd + HEAD_END.length;
    const chunked = /\r\ntransfer-encoding: *chunked/i.test(head);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    const found = chunked ? chunkedBody(this.#bytes, bodyAt) : plainBody(this.#bytes, bodyAt, length);
    if (found === undefined) return false;
    this.#bytes = found.end === this.#bytes.length ? EMPTY : this.#bytes.subarray(found.end);
    this.#onRequest(head, found.body);
    return this.#bytes.length > 0;
  }
}

interface Body {
  readonly body: Buffer;
  /** Where the next request begins. */
  readonly end: number;
}

const plainBody = (bytes: Buffer, at: number, length: number): Body | undefined =>
  bytes.length < at + length ? undefined : { body: bytes.subarray(at, at + length), end: at + length };

const chunkedBody = (bytes: Buffer, start: number): Body | undefined => {
  const parts: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (bytes.length < end) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), end };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = end;
  }
};
