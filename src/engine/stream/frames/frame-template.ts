import { isFields } from '../../../plugin/fields.js';
import { choicesOf } from './content.js';
import { readEvents } from './events.js';
import { type Chunk, PlainFrames } from './plain-frames.js';
import { endOfText } from './text-in-json.js';

/** Fields of a delta whose text is different in each chunk. */
const VARYING = /"(content|reasoning_content|reasoning)": ?"/g;
/** Stands for any text while a template is checked. */
const ANY_TEXT = '429chain: any text';

/** Frames that are longer are read instead. */
const LONGEST = 64 * 1024;

/**
 * A frame of a stream with a gap for its text. Most frames of a stream differ from each other in nothing else, so that comparing
 * them with the template shows what they contain, without parsing them.
 */
export class FrameTemplate {
  /** Everything before the text and behind it, one character for each byte. */
  readonly #head: string;
  readonly #tail: string;
  /** What is between the texts of two frames. */
  readonly #between: string;
  readonly #plain: PlainFrames;

  private constructor(head: string, tail: string, chunk: Chunk) {
    this.#head = head;
    this.#tail = tail;
    this.#between = tail + head;
    this.#plain = new PlainFrames(chunk);
  }

  /** Returns the template of a frame that contains nothing but text; `undefined` if it has no text, or more than one. */
  static of(frame: Buffer): FrameTemplate | undefined {
    const bytes = frame.toString('latin1');
    for (const { 0: field, 1: key = '', index } of bytes.matchAll(VARYING)) {
      const from = index + field.length;
      const end = endOfText(bytes, from);
      if (end <= from) continue;
      const [head, tail] = [bytes.slice(0, from), bytes.slice(end)];
      const chunk = chunkWithGap(head + ANY_TEXT + tail, key);
      if (chunk !== undefined) return new FrameTemplate(head, tail, chunk);
    }
    return undefined;
  }

  /** Returns what these frames are if each is the template with another text. It is valid until the next call. */
  match(frames: Buffer): PlainFrames | undefined {
    const { length } = frames;
    if (length > LONGEST) return undefined;
    const bytes = frames.toString('latin1');
    let at = this.#head.length;
    if (bytes.slice(0, at) !== this.#head) return undefined;
    const plain = this.#plain;
    plain.begin(bytes);
    for (;;) {
      const end = endOfText(bytes, at);
      if (end === -1) return undefined;
      plain.add(at, end);
      if (end + this.#tail.length === length) return bytes.slice(end) === this.#tail ? plain : undefined;
      at = end + this.#between.length;
      if (bytes.slice(end, at) !== this.#between) return undefined;
    }
  }
}

/** Returns the chunk in a frame if it has one choice, whose delta has `ANY_TEXT` in `key` and no other text. */
const chunkWithGap = (frame: string, key: string): Chunk | undefined => {
  const [event, ...more] = readEvents(Buffer.from(frame, 'latin1'));
  if (event?.value === undefined || more.length > 0) return undefined;
  const { value, content } = event;
  const [choice, ...others] = choicesOf(value);
  if (choice === undefined || others.length > 0 || !isFields(choice.delta)) return undefined;
  if (choice.delta[key] !== ANY_TEXT || content.text !== (key === 'content' ? ANY_TEXT : '')) return undefined;
  const { error, finished, calls, other, usage } = content;
  if ((error ?? usage) !== undefined || finished.length > 0 || calls || other) return undefined;
  return { value, choice, delta: choice.delta, key };
};
