import { type Fields, isFields } from '../../../plugin/fields.js';
import { textOf } from './text-in-json.js';

/** A chunk, and the field of its delta that has the text. */
export interface Chunk {
  readonly value: Fields;
  readonly choice: Fields;
  readonly delta: Fields;
  readonly key: string;
}

/**
 * Frames that contain nothing but text: the same chunk, with a different text in each. A stream reuses one object for all of
 * its frames, which leaves no garbage: `kept` returns one that stays.
 */
export class PlainFrames {
  readonly kind = 'text';
  /** The text belongs to the answer. Otherwise it is reasoning. */
  readonly isAnswer: boolean;
  /** The chunks contain nothing that matters beside text of the answer. */
  readonly isBare: boolean;
  readonly #chunk: Chunk;
  /** One character for each byte. */
  #bytes = '';
  /** Where each text begins, and where it ends. */
  #bounds: number[] = [];
  #count = 0;
  #length = 0;
  #isEscaped = false;

  constructor(chunk: Chunk) {
    this.#chunk = chunk;
    this.isAnswer = chunk.key === 'content';
    this.isBare = this.isAnswer && !isFields(chunk.choice.logprobs) && isBareDelta(chunk);
  }

  /** How many frames there are. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of all texts, as they stand in the JSON. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of all texts in UTF-8. */
  get textBytes(): number {
    if (!this.#isEscaped) return this.#length;
    let bytes = 0;
    for (let index = 0; index < this.#count; index++) bytes += Buffer.byteLength(this.textAt(index));
    return bytes;
  }

  /**
   * Forgets what it was, for other frames.
   * @param bytes the frames, one character for each byte
   */
  begin(bytes: string): void {
    this.#bytes = bytes;
    this.#isEscaped = bytes.includes('\\');
    this.#count = 0;
    this.#length = 0;
  }

  /** Adds the text of the next frame. */
  add(from: number, end: number): void {
    this.#bounds[2 * this.#count] = from;
    this.#bounds[2 * this.#count + 1] = end;
    this.#count++;
    this.#length += end - from;
  }

  /** Returns the chunk of a frame, as a parser would. */
  chunkAt(index: number): Fields {
    const { value, choice, delta, key } = this.#chunk;
    return { ...value, choices: [{ ...choice, delta: { ...delta, [key]: this.textAt(index) } }] };
  }

  /** Returns the text of a frame. */
  textAt(index: number): string {
    return textOf(this.writtenAt(index));
  }

  /** Returns the text of a frame as it stands in the JSON, one character for each byte. */
  writtenAt(index: number): string {
    return this.#bytes.slice(this.#bounds[2 * index], this.#bounds[2 * index + 1]);
  }

  /** Copies all texts, as they stand in the JSON, and returns where they end in `target`. */
  copyTexts(target: Buffer, at: number): number {
    const bytes = this.#bytes;
    let to = at;
    for (let index = 0; index < this.#count; index++) {
      const end = this.#bounds[2 * index + 1] as number;
      for (let from = this.#bounds[2 * index] as number; from < end; from++) target[to++] = bytes.charCodeAt(from);
    }
    return to;
  }

  /** Returns the same frames, which stay what they are. */
  kept(): PlainFrames {
    const kept = new PlainFrames(this.#chunk);
    kept.#bytes = this.#bytes;
    kept.#bounds = this.#bounds.slice(0, 2 * this.#count);
    kept.#count = this.#count;
    kept.#length = this.#length;
    kept.#isEscaped = this.#isEscaped;
    return kept;
  }
}

const isBareDelta = ({ delta, key }: Chunk): boolean =>
  Object.entries(delta).every(([name, value]) => name === key || name === 'role' || value === null || value === '');
