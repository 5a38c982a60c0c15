import { ChainError } from '../../plugin/door/errors.js';

/** A part of a form, by its place in the bytes that arrive. */
export interface ScannedPart {
  /** Its header lines, each with its line end. */
  readonly headers: Buffer;
  readonly start: number;
  readonly end: number;
}

type Phase =
  /** The content of a part, or what comes before the first one. */
  | { readonly at: 'content'; readonly part: Open | undefined }
  /** Behind what looks like a boundary. */
  | { readonly at: 'boundary'; readonly part: Open | undefined; readonly end: number }
  | { readonly at: 'headers' }
  | { readonly at: 'epilogue' };

type Open = Omit<ScannedPart, 'end'>;

const LONGEST_HEADERS = 16 * 1024;
/** Spaces that are allowed behind a boundary. */
const LONGEST_PADDING = 100;
const MOST_PARTS = 1_000;
const LINE_END = Buffer.from('\r\n');
const HEADERS_END = Buffer.from('\r\n\r\n');

/** Finds the parts of a form (RFC 7578) while its bytes arrive. Keeps no content, however the bytes are divided. */
export class MultipartScanner {
  readonly parts: ScannedPart[] = [];
  readonly #delimiter: Buffer;
  #phase: Phase = { at: 'content', part: undefined };
  /** What is not looked through yet. A boundary begins on a line of its own, so the first one gets a line end in front. */
  #pending: Buffer = LINE_END;
  /** Where `#pending` begins in the bytes that arrived. */
  #offset = -LINE_END.length;

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  /** @throws ChainError `invalid_request` */
  push(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (this.#step()) {}
  }

  /** All bytes have arrived. @throws ChainError `invalid_request` if the form is not whole */
  end(): void {
    if (this.#phase.at !== 'epilogue') throw malformed('It ends before its last boundary.');
  }

  /** Returns whether there is more to do with what is there. */
  #step(): boolean {
    switch (this.#phase.at) {
      case 'content':
        return this.#findBoundary(this.#phase.part);
      case 'boundary':
        return this.#readBoundary(this.#phase.part, this.#phase.end);
      case 'headers':
        return this.#readHeaders();
      case 'epilogue':
        this.#take(this.#pending.length);
        return false;
    }
  }

  #findBoundary(part: Open | undefined): boolean {
    const at = this.#pending.indexOf(this.#delimiter);
    if (at === -1) {
      // Its beginning may be there already.
      this.#take(Math.max(0, this.#pending.length - this.#delimiter.length + 1));
      return false;
    }
    this.#phase = { at: 'boundary', part, end: this.#offset + at };
    this.#take(at + this.#delimiter.length);
    return true;
  }

  #readBoundary(part: Open | undefined, end: number): boolean {
    const text = this.#pending.toString('latin1', 0, LONGEST_PADDING);
    if (/^-?$|^[ \t]+\r?$|^\r$/.test(text) && text.length < LONGEST_PADDING) return false;
    const padding = /^[ \t]*\r\n/.exec(text)?.[0];
    if (padding === undefined && !text.startsWith('--')) {
      this.#phase = { at: 'content', part };
      return true;
    }
    if (part !== undefined && this.parts.push({ ...part, end }) > MOST_PARTS) throw malformed('It has too many parts.');
    this.#phase = padding === undefined ? { at: 'epilogue' } : { at: 'headers' };
    this.#take(padding?.length ?? 0);
    return true;
  }

  #readHeaders(): boolean {
    if (this.#pending.length < LINE_END.length) return false;
    const isEmpty = this.#pending.subarray(0, LINE_END.length).equals(LINE_END);
    const end = isEmpty ? 0 : this.#pending.indexOf(HEADERS_END) + LINE_END.length;
    if (end === LINE_END.length - 1) {
      if (this.#pending.length > LONGEST_HEADERS) throw malformed('The headers of a part are too long.');
      return false;
    }
    // Copied: the rest of the chunk is not kept.
    const headers = Buffer.from(this.#pending.subarray(0, end));
    this.#take(end + LINE_END.length);
    this.#phase = { at: 'content', part: { headers, start: this.#offset } };
    return true;
  }

  #take(bytes: number): void {
    this.#pending = this.#pending.subarray(bytes);
    this.#offset += bytes;
  }
}

const malformed = (why: string): ChainError =>
  new ChainError('invalid_request', `The request body is not a valid multipart form. ${why}`);
