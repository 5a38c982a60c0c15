import { ErrorInAnswer } from '../causes.js';
import { parseBody } from '../parse-body.js';
import { LONGEST_ERROR } from './read-answer.js';
import { LONGEST_FRAME } from './sse.js';

/** Bytes of whole frames without content. After more than this, the provider is not going to answer. */
const MOST_SILENT_BYTES = 1024 * 1024;

/** What a provider sends before the first event with content. It explains the failure when no answer follows. */
export class Preamble {
  /** The first `LONGEST_ERROR` bytes. */
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #silentBytes = 0;

  /** Adds a chunk as it arrived. Its content, if any, is not known yet. */
  add(chunk: Buffer): void {
    if (this.#bytes < LONGEST_ERROR) this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** Counts whole frames that have no content. */
  addSilent(bytes: number): void {
    this.#silentBytes += bytes;
  }

  get isTooLong(): boolean {
    return this.#silentBytes > MOST_SILENT_BYTES || this.#bytes > LONGEST_FRAME;
  }

  /** Returns why the stream contained no answer: the error or page that the provider sent, or that it sent nothing. */
  failure(): Error {
    const text = Buffer.concat(this.#chunks).toString('utf8').trim();
    return /^[{[<]/.test(text) ? new ErrorInAnswer(parseBody(text)) : new Error('an empty answer');
  }
}
