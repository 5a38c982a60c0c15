import type { Content } from '../stream/frames/content.js';
import { readEvents } from '../stream/frames/events.js';
import type { PlainFrames } from '../stream/frames/plain-frames.js';
import { textOf } from '../stream/frames/text-in-json.js';
import type { FrameContent } from '../stream/sink.js';
import { plainTextOf } from './plain-text.js';

/** Bytes that are kept unread before they are read all at once. */
const MOST_UNREAD = 64 * 1024;
/** Bytes of texts that are kept as they stood in JSON, before they are read all at once: at first, and in a long answer. */
const [FEW_WRITTEN, MOST_WRITTEN] = [512, 4 * 1024];
/** Characters of an answer that are kept. A longer answer is not resumed. */
const LONGEST = 256 * 1024;

/**
 * What the caller has of a streamed answer, from all targets that sent a part of it. A chunk costs a reference: chunks are
 * read in bulk, or when the answer breaks off.
 */
export class Transcript {
  #text = '';
  /** Texts that follow, as they stood in JSON. While there are some, there are no unread frames. */
  #written = NOTHING;
  #writtenBytes = 0;
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
    else if (content.kind === 'text') this.#keepTexts(content);
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
    if (this.#writtenBytes > 0) this.#read();
    this.#unread.push(frames);
    this.#unreadBytes += frames.length;
    if (this.#unreadBytes >= MOST_UNREAD) this.#read();
  }

  #keepTexts(plain: PlainFrames): void {
    if (this.#unread.length > 0) this.#read();
    if (!plain.isAnswer) return;
    const { length } = plain;
    if (this.#writtenBytes + length > MOST_WRITTEN) this.#read();
    if (length > MOST_WRITTEN) this.#keepLong(plain);
    else {
      this.#makeRoom(this.#writtenBytes + length);
      this.#writtenBytes = plain.copyTexts(this.#written, this.#writtenBytes);
    }
  }

  #makeRoom(bytes: number): void {
    const known = this.#written;
    if (bytes <= known.length) return;
    // Not from the pool of Node: a few bytes would keep much of it.
    this.#written = Buffer.allocUnsafeSlow(bytes <= FEW_WRITTEN ? FEW_WRITTEN : MOST_WRITTEN);
    known.copy(this.#written, 0, 0, this.#writtenBytes);
  }

  #keepLong(plain: PlainFrames): void {
    const written = Buffer.allocUnsafe(plain.length);
    plain.copyTexts(written, 0);
    this.#takeText(textOf(written.toString('latin1')));
  }

  #discard(): void {
    this.#isLost = true;
    this.#text = '';
    this.#written = NOTHING;
    this.#writtenBytes = 0;
    this.#unread = [];
  }

  #read(): void {
    if (this.#writtenBytes > 0) {
      const written = this.#written.toString('latin1', 0, this.#writtenBytes);
      this.#writtenBytes = 0;
      this.#takeText(textOf(written));
    }
    if (this.#unread.length === 0) return;
    const frames = Buffer.concat(this.#unread);
    this.#unread = [];
    this.#unreadBytes = 0;
    const text = plainTextOf(frames);
    if (text !== undefined) this.#takeText(text);
    else for (const { content } of readEvents(frames)) this.#take(content);
  }

  #takeText(text: string): void {
    this.#take({ text, calls: false, other: false });
  }

  #take({ text, calls, other }: Pick<Content, 'text' | 'calls' | 'other'>): void {
    if (this.#isLost) return;
    this.#text += text;
    if (calls || other || this.#text.length > LONGEST) this.#discard();
  }
}

const NOTHING = Buffer.alloc(0);
