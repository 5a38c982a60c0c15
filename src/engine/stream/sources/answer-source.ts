import type { NativeAnswers } from '../../../plugin/door/native.js';
import { type Fields, isFields } from '../../../plugin/fields.js';
import type { Source } from '../source.js';
import type { PeekedBody } from './peeked-body.js';
import type { ReadOptions } from './read-answer.js';
import { TextStream } from './text-stream.js';
import { TranslatedStream, type TranslationContext, translated } from './translated-stream.js';
import { WholeAsStream } from './whole-as-stream.js';

/** How a body is read that is an answer. */
export interface AnswerOptions {
  /** Absent for a provider that speaks OpenAI's protocol. */
  readonly translation: TranslationContext | undefined;
  /** Set for an answer in the caller's own protocol. `translation` then says what it contains. */
  readonly native?: NativeAnswers | undefined;
  /** How many choices the answer has. */
  readonly choices: number;
  /** An answer without content counts if it ended by itself. */
  readonly mayBeEmpty: boolean;
  /** Set where the caller gets text in the choices in place of messages. */
  readonly text?: TextAnswers | undefined;
  /** The arguments of tool calls must be objects. */
  readonly wholeCalls: boolean;
}

/** An endpoint whose answers are like those of chat, with text in their choices. */
export interface TextAnswers {
  /** Translates a whole answer of chat, or one chunk. */
  readonly of: (chat: Fields) => Fields;
  /** The target was asked at its chat endpoint. */
  readonly overChat: boolean;
}

/** Returns whether a body is a stream, whatever was asked for. */
export const isStream = ({ form }: PeekedBody, { translation }: AnswerOptions): boolean =>
  form === 'events' && translation?.translation.framing !== 'lines';

/** Returns whether a body passes as it is to a caller that asked for a stream. */
export const passesAsStream = ({ form }: PeekedBody, { native }: AnswerOptions): boolean =>
  native !== undefined && form === 'events';

/** Returns any answer as a stream in OpenAI's shape. */
export const asStream = (body: PeekedBody, options: AnswerOptions): Source => {
  const stream = asChatStream(body, options);
  const { text } = options;
  return text === undefined || (stream === body && !text.overChat) ? stream : new TextStream(stream, text.of);
};

const asChatStream = (body: PeekedBody, options: AnswerOptions): Source => {
  const { translation } = options;
  // A stream of lines starts like a whole answer.
  const isLines = translation?.translation.framing === 'lines' && body.form !== 'other';
  if (!isLines && body.form !== 'events') return new WholeAsStream(body, readOptions(options));
  return translation === undefined ? body : new TranslatedStream(body, translation);
};

export const readOptions = ({ translation, native, mayBeEmpty, wholeCalls, text }: AnswerOptions): ReadOptions => {
  const translate = translation && ((answer: unknown): unknown => translated(translation, answer));
  const plain = { mayBeEmpty, wholeCalls, translate };
  if (text?.overChat !== true) return native === undefined ? plain : { ...plain, passes: true };
  return {
    ...plain,
    translate: (answer) => {
      const chat = translate?.(answer) ?? answer;
      return isFields(chat) ? text.of(chat) : chat;
    },
  };
};
