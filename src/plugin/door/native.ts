import type { Fields } from '../fields.js';
import type { StreamEvent } from './translate.js';

/**
 * How 429chain reads the answers of a provider that speaks the same protocol as the caller. The caller gets the provider's
 * bytes as they are; what is read here only tells 429chain what they contain: content, tool calls, usage, errors, the end.
 */
export interface NativeAnswers {
  /** The path below the provider's base URL, such as `/responses`. */
  readonly path: string;
  /** The caller's headers that go to the provider too, in lower case, such as `anthropic-version`. */
  readonly headers?: readonly string[];
  /** The types of the events that end a stream, such as `response.completed`. */
  readonly lastEvents: readonly string[];
  /** Returns an answer that is not streamed as a `chat.completion`, or an error as an object with the key `error`. */
  answer(answer: unknown): Fields;
  /**
   * Called once for each stream. Returns a function that reads one event: as a `chat.completion.chunk`, as an object with the
   * key `error` if it says that the answer failed, or `undefined` if it adds nothing to the answer.
   */
  stream(): (event: StreamEvent) => Fields | undefined;
}
