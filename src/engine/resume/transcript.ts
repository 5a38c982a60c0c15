import type { Content } from '../stream/frames/content.js';
import { readEvents } from '../stream/frames/events.js';
import { type PlainFrames, textOf } from '../stream/frames/frame-template.js';
import type { FrameContent } from '../stream/sink.js';
import { plainTextOf } from './plain-text.js';

/** Bytes that are kept unread before they are read all at once. */
const MOST_UNREAD = 64 * 1024;
/** Characters of pieces that are kept before they are joined. */
const MOST_PIECES = 4 * 1024;
/** Characters of an answer that are kept. A longer answer is not resumed. */
const LONGEST = 256 * 1024;

/**
 * What the caller has of a streamed answer, from all targets that sent a part of it. A chunk costs a reference: chunks are
 * read in bulk, or when the answer breaks off.
 */
export class Transcript {
  #text = '';
  /** Texts that follow, as they stood in JSON. While there are some, there are no unread frames. */
  #pieces = '';
  /** Frames that follow, with nothing but text. */
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  /** It contains something that another target could not continue. */
  #isLost = false;
  /** The answer broke inside a tool call that the caller has seen nothing of. */
  callsBroken = false;

  /** Adds frames that are on their way to the caller. Without `content`, they contain nothing but text. */
  add(frames: Buffer, content?: FrameContent): void {
    if (this.#isLost) return;
    if (content === undefined) this.#keep(frames);
    else if (content.kind === 'text') this.#keepPieces(content);
    else {
      this.#read();
      for (const event of content.events) this.#take(event.content);
    }
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

  #keep(frames: Buffer): void {
    if (this.#pieces !== '') this.#read();
    this.#unread.push(frames);
    this.#unreadBytes += frames.length;
    if (this.#unreadBytes >= MOST_UNREAD) this.#read();
  }

  #keepPieces({ template, pieces }: PlainFrames): void {
    if (this.#unread.length > 0) this.#read();
    if (!template.isAnswer) return;
    for (const piece of pieces) this.#pieces += piece;
    if (this.#pieces.length >= MOST_PIECES) this.#read();
  }

  #discard(): void {
    this.#isLost = true;
    this.#text = '';
    this.#pieces = '';
    this.#unread = [];
  }

  #read(): void {
    if (this.#pieces !== '') {
      const text = textOf(this.#pieces);
      this.#pieces = '';
      this.#take({ text, calls: false, other: false });
    }
    if (this.#unread.length === 0) return;
    const frames = Buffer.concat(this.#unread);
    this.#unread = [];
    this.#unreadBytes = 0;
    const text = plainTextOf(frames);
    if (text !== undefined) this.#take({ text, calls: false, other: false });
    else for (const { content } of readEvents(frames)) this.#take(content);
  }

  #take({ text, calls, other }: Pick<Content, 'text' | 'calls' | 'other'>): void {
    if (this.#isLost) return;
    this.#text += text;
    if (calls || other || this.#text.length > LONGEST) this.#discard();
  }
}
