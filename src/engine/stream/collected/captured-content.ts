import type { RequestContent } from '../../../contract/requests.js';
import { parseBody } from '../../parse-body.js';
import { dataOf, framesIn } from '../frames/sse.js';
import type { FrameContent, Sink } from '../sink.js';
import { AnswerText } from './answer-text.js';

/** Characters of a request and of an answer that are kept. */
const LONGEST = 256 * 1024;
const CUT = '… (cut)';
/** Bytes of a stream that are kept unread before they are read all at once. */
const MOST_UNREAD = 64 * 1024;

/** The text of a request and its answer, for plugins that ask for it. */
export class CapturedContent {
  readonly #request: Readonly<Record<string, unknown>>;
  #whole: { readonly body: Buffer; readonly value?: unknown } | undefined;
  readonly #streamed = new AnswerText();
  #unread: Buffer[] = [];
  #unreadBytes = 0;

  constructor(request: Readonly<Record<string, unknown>>) {
    this.#request = request;
  }

  /** Keeps an answer that is not streamed, or a provider's refusal. `value`: the chat completion that it stands for. */
  answered(body: Buffer, value?: unknown): void {
    this.#whole = { body, value };
  }

  /** Returns a sink that passes everything on to `sink` and keeps it. */
  watch(sink: Sink): Sink {
    return {
      write: (frames, content) => {
        this.#add(frames, content);
        return sink.write(frames, content);
      },
      onDrain: (listener) => sink.onDrain(listener),
    };
  }

  read(): RequestContent {
    // Cuts strings first, so that a very long one is not serialised to its end.
    const request = JSON.stringify(this.#request, (_, value) => (typeof value === 'string' ? cut(value) : value));
    const answer = this.#answer();
    return { request: cut(request), ...(answer !== '' && { answer: cut(answer) }) };
  }

  #answer(): string {
    if (this.#whole === undefined) {
      this.#readFrames();
      return this.#streamed.text;
    }
    const body = this.#whole.body.toString('utf8');
    const answer = new AnswerText();
    answer.add(this.#whole.value ?? parseBody(body));
    return answer.text || body;
  }

  #add(frames: Buffer, content?: FrameContent): void {
    if (this.#streamed.length > LONGEST) return;
    if (content !== undefined && content.kind !== 'text') {
      this.#readFrames();
      for (const { value } of content.events) this.#streamed.add(value);
      return;
    }
    this.#unread.push(frames);
    this.#unreadBytes += frames.length;
    if (this.#unreadBytes >= MOST_UNREAD) this.#readFrames();
  }

  #readFrames(): void {
    const frames = Buffer.concat(this.#unread);
    this.#unread = [];
    this.#unreadBytes = 0;
    for (const frame of framesIn(frames)) this.#streamed.add(dataOf(frame));
  }
}

const cut = (text: string): string => (text.length > LONGEST ? text.slice(0, LONGEST) + CUT : text);
