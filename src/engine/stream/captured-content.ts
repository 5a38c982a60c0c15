import type { RequestContent } from '../../contract/requests.js';
import { parseBody } from '../parse-body.js';
import { AnswerText } from './answer-text.js';
import type { Sink } from './relay.js';
import { eventsIn, frameOf } from './sse.js';

/** Characters of a prompt and of an answer. */
const LONGEST = 256 * 1024;
const CUT = '… (cut)';
/** Bytes of a stream that are held as they are until they are read in bulk. */
const COMPACTED = 64 * 1024;

/** What was asked and answered, for plugins that want to see it. Read where somebody asks, or to make room. */
export class CapturedContent {
  readonly #body: Readonly<Record<string, unknown>>;
  #whole: Buffer | undefined;
  readonly #words = new AnswerText();
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  constructor(body: Readonly<Record<string, unknown>>) {
    this.#body = body;
  }

  /** An answer that is not streamed, or a refusal that is handed on. */
  answered(body: Buffer): void {
    this.#whole = body;
  }

  /** The same sink; what goes there is kept. */
  watch(sink: Sink): Sink {
    return {
      write: (chunk) => {
        this.#add(chunk);
        return sink.write(chunk);
      },
      onDrain: (listener) => sink.onDrain(listener),
    };
  }

  read(): RequestContent {
    // A string longer than all that is kept need not be written out to its end.
    const request = JSON.stringify(this.#body, (_, value) => (typeof value === 'string' ? cut(value) : value));
    const answer = this.#answer();
    return { request: cut(request), ...(answer !== '' && { answer: cut(answer) }) };
  }

  #answer(): string {
    if (this.#whole === undefined) {
      this.#readFrames();
      return this.#words.text;
    }
    const text = this.#whole.toString('utf8');
    const words = new AnswerText();
    words.take(parseBody(text));
    return words.text || text;
  }

  #add(frames: Buffer): void {
    if (this.#words.length > LONGEST) return;
    this.#pending.push(frames);
    this.#pendingBytes += frames.length;
    if (this.#pendingBytes >= COMPACTED) this.#readFrames();
  }

  #readFrames(): void {
    const frames = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    for (const block of eventsIn(frames)) {
      const { data } = frameOf(block);
      if (data !== undefined) this.#words.take(parseBody(data));
    }
  }
}

const cut = (text: string): string => (text.length > LONGEST ? text.slice(0, LONGEST) + CUT : text);
