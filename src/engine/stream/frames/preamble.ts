import { LONGEST_FRAME } from './sse.js';

/** Bytes of whole frames without content. After more than this, the provider is not going to answer. */
const MOST_SILENT_BYTES = 1024 * 1024;

/** Counts what a provider sends before the first event with content. */
export class Preamble {
  #bytes = 0;
  #silentBytes = 0;

  /** Counts a chunk as it arrived. Its content, if any, is not known yet. */
  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Counts whole frames that have no content. */
  addSilent(bytes: number): void {
    this.#silentBytes += bytes;
  }

  get isTooLong(): boolean {
    return this.#silentBytes > MOST_SILENT_BYTES || this.#bytes > LONGEST_FRAME;
  }
}
