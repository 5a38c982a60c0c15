import { readEvents } from '../stream/events.js';

/** Bytes that are kept as they are until somebody asks, or until they are read to make room. */
const COMPACTED = 64 * 1024;
/** Characters of an answer that are kept. A longer one is not taken up where it breaks. */
const LONGEST = 256 * 1024;

/**
 * What the caller has got of a streamed answer, over all targets that gave a part of it. A chunk costs a reference: it is
 * read only in bulk, or when the answer broke and another target is to take it up.
 */
export class Transcript {
  #text = '';
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** It holds what no other target could go on from. */
  #lost = false;
  /** The answer broke inside a tool call, of which the caller has seen nothing. */
  callsBroken = false;

  /** Frames are on their way to the caller. */
  add(frames: Buffer): void {
    if (this.#lost) return;
    this.#pending.push(frames);
    this.#pendingBytes += frames.length;
    if (this.#pendingBytes >= COMPACTED) this.#read();
  }

  get text(): string {
    this.#read();
    return this.#text;
  }

  /** Another target may go on from here. */
  get resumable(): boolean {
    this.#read();
    return !this.#lost;
  }

  /** Nothing more can be taken up. */
  #lose(): void {
    this.#lost = true;
    this.#text = '';
    this.#pending = [];
  }

  #read(): void {
    const frames = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    for (const { content } of frames.flatMap(readEvents)) {
      this.#text += content.text;
      if (content.calls || content.other || this.#text.length > LONGEST) {
        this.#lose();
        return;
      }
    }
  }
}
