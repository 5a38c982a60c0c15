import { readEvents } from '../stream/events.js';

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
  /** It contains something that another target could not continue. */
  #isLost = false;
  /** The answer broke inside a tool call that the caller has seen nothing of. */
  callsBroken = false;

  /** Adds frames that are on their way to the caller. */
  add(frames: Buffer): void {
    if (this.#isLost) return;
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
    for (const { content } of frames.flatMap(readEvents)) {
      this.#text += content.text;
      if (content.calls || content.other || this.#text.length > LONGEST) {
        this.#discard();
        return;
      }
    }
  }
}
