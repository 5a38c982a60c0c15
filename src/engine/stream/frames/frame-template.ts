import { type Fields, isFields } from '../../../plugin/fields.js';
import { choicesOf } from './content.js';
import { readEvents } from './events.js';

/** Fields of a delta whose text is different in each chunk. */
const VARYING = /"(content|reasoning_content|reasoning)": ?"/g;
/** Stands for any text while a template is checked. */
const ANY_TEXT = '429chain: any text';

/** Frames that are longer are read instead. */
const LONGEST = 64 * 1024;

/** Frames that contain nothing but text. */
export interface PlainFrames {
  readonly kind: 'text';
  readonly template: FrameTemplate;
  /** The text of each frame as it stands in the JSON: escaped, one character for each byte. */
  readonly pieces: readonly string[];
}

/**
 * A frame of a stream with a gap for its text. Most frames of a stream differ from each other in nothing else, so that comparing
 * them with the template shows what they contain, without parsing them.
 */
export class FrameTemplate {
  /** The text belongs to the answer. Otherwise it is reasoning. */
  readonly isAnswer: boolean;
  /** Everything before the text and behind it, one character for each byte. */
  readonly #head: string;
  readonly #tail: string;
  /** What is between the texts of two frames. */
  readonly #between: string;
  readonly #chunk: Chunk;

  private constructor(head: string, tail: string, chunk: Chunk) {
    this.#head = head;
    this.#tail = tail;
    this.#between = tail + head;
    this.#chunk = chunk;
    this.isAnswer = chunk.key === 'content';
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

  /** Returns the texts of these frames if each frame is the template with another text. */
  match(frames: Buffer): PlainFrames | undefined {
    const { length } = frames;
    if (length > LONGEST) return undefined;
    const bytes = frames.toString('latin1');
    let at = this.#head.length;
    if (bytes.slice(0, at) !== this.#head) return undefined;
    const pieces: string[] = [];
    for (;;) {
      const end = endOfText(bytes, at);
      if (end === -1) return undefined;
      pieces.push(bytes.slice(at, end));
      if (end + this.#tail.length === length) {
        return bytes.slice(end) === this.#tail ? { kind: 'text', template: this, pieces } : undefined;
      }
      at = end + this.#between.length;
      if (bytes.slice(end, at) !== this.#between) return undefined;
    }
  }

  /** Returns the chunk of a frame with this text, as a parser would. */
  chunkWith(piece: string): Fields {
    const { value, choice, delta, key } = this.#chunk;
    return { ...value, choices: [{ ...choice, delta: { ...delta, [key]: textOf(piece) } }] };
  }
}

/** A chunk, and the field of its delta that has the text. */
interface Chunk {
  readonly value: Fields;
  readonly choice: Fields;
  readonly delta: Fields;
  readonly key: string;
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

const [QUOTE, BACKSLASH, SPACE] = [0x22, 0x5c, 0x20];
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** Returns where a JSON string ends that begins at `from`; -1 if it is not valid or has no end. */
const endOfText = (bytes: string, from: number): number => {
  for (let at = from; at < bytes.length; at++) {
    const code = bytes.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code < SPACE) return -1;
    if (code !== BACKSLASH) continue;
    ESCAPE.lastIndex = at;
    if (!ESCAPE.test(bytes)) return -1;
    at = ESCAPE.lastIndex - 1;
  }
  return -1;
};

const ESCAPED = /[\\\x80-\xff]/;

/** Returns the text that a piece stands for, or several pieces that were joined. */
export const textOf = (piece: string): string =>
  ESCAPED.test(piece) ? (JSON.parse(`"${Buffer.from(piece, 'latin1').toString('utf8')}"`) as string) : piece;
