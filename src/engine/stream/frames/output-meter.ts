import { textBytesIn } from './content.js';
import { dataOf, framesIn } from './sse.js';

/** This much of a stream is read for how much of it is text. */
const SAMPLE_BYTES = 16 * 1024;

/** Measures how much text a stream contained so far. Of frames that are never read, only the first ones are kept and read. */
export class OutputMeter {
  #sample: Buffer[] | undefined;
  #sampleBytes = 0;
  #bytes = 0;
  #counted = 0;

  /** Adds a chunk that was parsed from JSON. */
  count(chunk: unknown): void {
    this.#counted += textBytesIn(chunk);
  }

  /** Adds bytes of text. */
  addText(bytes: number): void {
    this.#counted += bytes;
  }

  /** Adds whole frames that were not read. */
  add(frames: Buffer): void {
    this.#bytes += frames.length;
    if (this.#sampleBytes >= SAMPLE_BYTES) return;
    this.#sample ??= [];
    this.#sample.push(frames);
    this.#sampleBytes += frames.length;
  }

  /** Bytes of text, reasoning and tool calls so far. Exact for a short stream, else estimated from its beginning. */
  get textBytes(): number {
    if (this.#sample === undefined) return this.#counted;
    const inSample = framesIn(Buffer.concat(this.#sample)).reduce((sum, event) => sum + textBytesIn(dataOf(event)), 0);
    return this.#counted + Math.round((inSample * this.#bytes) / this.#sampleBytes);
  }
}
