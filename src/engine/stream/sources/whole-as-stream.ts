import { type Fields, isFields } from '../../../plugin/fields.js';
import { endKindOf } from '../../../plugin/readers/finish-reasons.js';
import { choicesOf, messageOf } from '../frames/content.js';
import { DONE_FRAME, frameOf } from '../frames/sse.js';
import type { BodySink, Source } from '../source.js';
import { BodyReader, LONGEST_ANSWER, type ReadOptions, readWhole } from './read-answer.js';
import { WrappedSource } from './wrapped-source.js';

/** A whole answer in place of the stream that was asked for, as the stream that it should have been. */
export class WholeAsStream extends WrappedSource {
  readonly #options: ReadOptions;

  constructor(source: Source, options: ReadOptions) {
    super(source);
    this.#options = options;
  }

  consume(sink: BodySink): void {
    const whole = (raw: Buffer): void => {
      let frames: Buffer;
      try {
        frames = framesOf(readWhole(raw, this.#options).value);
      } catch (cause) {
        sink.error(cause as Error);
        return;
      }
      sink.data(frames);
      sink.end();
    };
    const listener = { whole, broke: (cause: Error) => sink.error(cause) };
    this.source.consume(new BodyReader(this.source, LONGEST_ANSWER, listener));
  }
}

/** Returns a whole answer as the frames of a stream: for each choice its content and its end, then the usage. */
const framesOf = (answer: Fields): Buffer => {
  const { choices: _, usage, ...rest } = answer;
  const chunk = (choices: readonly Fields[], more: object = {}): string =>
    frameOf({ ...rest, object: 'chat.completion.chunk', choices, ...more });
  const frames = choicesOf(answer).flatMap((choice, position) => {
    const { message: _message, delta: _delta, text, finish_reason: reason, index = position, ...about } = choice;
    const whole = { ...(typeof text === 'string' ? { content: text } : {}), ...messageOf(choice) };
    return [
      chunk([{ ...about, index, delta: deltaOf(whole), finish_reason: null }]),
      chunk([{ index, delta: {}, finish_reason: endOf(reason, whole) }]),
    ];
  });
  if (isFields(usage)) frames.push(chunk([], { usage }));
  return Buffer.from(frames.join('') + DONE_FRAME.toString());
};

const deltaOf = ({ tool_calls: calls, ...message }: Fields): Fields => ({
  ...message,
  role: 'assistant',
  ...(Array.isArray(calls)
    ? { tool_calls: calls.map((call, index) => (isFields(call) ? { ...call, index } : call)) }
    : {}),
});

/** A whole answer has ended, also where its provider does not say how. */
const endOf = (reason: unknown, { tool_calls: calls }: Fields): unknown => {
  if (endKindOf(reason) !== 'open') return reason;
  return Array.isArray(calls) && calls.length > 0 ? 'tool_calls' : 'stop';
};
