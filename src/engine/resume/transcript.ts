import type { Content } from '../stream/content.js';
import { readEvents, type SseEvent } from '../stream/events.js';
import { plainTextOf } from './plain-text.js';

/** Bytes that are kept unread before they are read all at once. */
const MOST_UNREAD = 64 * 1024;
/** Characters of an answer that are kept. A longer answer is not resumed. */
const LONGEST = 256 * 1024;

/**
 * What the caller has of a streamed answer, from all targets that sent a part of it. A chunk costs a reference: chunks are
 * read in bulk, or when the answer breaks off.
 */
export class Transcript {
  #text = '';
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  /** The unread frames contain nothing but text. */
  #isPlain = false;
  /** It contains something that another target could not continue. */
  #isLost = false;
  /** The answer broke inside a tool call that the caller has seen nothing of. */
  callsBroken = false;

  /**
   * Adds frames that are on their way to the caller.
   * @param native what they are, if they are in the caller's own protocol
   * @param isPlain they contain nothing but text
   */
  add(frames: Buffer, native?: readonly SseEvent[], isPlain = false): void {
    if (this.#isLost) return;
    if (native !== undefined) {
      this.#read();
      for (const { content } of native) this.#take(content);
      return;
    }
    if (isPlain !== this.#isPlain) this.#read();
    this.#isPlain = isPlain;
    this.#unread.push(frames);
    this.#unreadBytes += frames.length;
    if (this.#unreadBytes >= MOST_UNREAD) this.#read();
  }

  get text(): string {
    this.#read();
    return this.#text;
  }

  /** Another target may continue the answer. */
  get resumable(): boolean {
    this.#read();
    return !this.#isLost;
  }

  #discard(): void {
    this.#isLost = true;
    this.#text = '';
    this.#unread = [];
  }

  #read(): void {
    const frames = this.#unread;
    this.#unread = [];
    this.#unreadBytes = 0;
    if (frames.length === 0) return;
    const text = this.#isPlain ? plainTextOf(Buffer.concat(frames)) : undefined;
    if (text !== undefined) this.#take({ text, calls: false, other: false });
    else for (const { content } of frames.flatMap(readEvents)) this.#take(content);
  }

  #take({ text, calls, other }: Pick<Content, 'text' | 'calls' | 'other'>): void {
    if (this.#isLost) return;
    this.#text += text;
    if (calls || other || this.#text.length > LONGEST) this.#discard();
  }
}
