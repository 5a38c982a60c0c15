import type { PeekedBody } from './peeked-body.js';
import type { ReadOptions } from './read-answer.js';
import type { Source } from './source.js';
import { TranslatedStream, type TranslationContext, translated } from './translated-stream.js';
import { WholeAsStream } from './whole-as-stream.js';

/** How a body is read that is an answer. */
export interface AnswerOptions {
  /** Absent for a provider that speaks OpenAI's protocol. */
  readonly translation: TranslationContext | undefined;
  /** How many choices the answer has. */
  readonly choices: number;
  /** An answer without content counts if it ended by itself. */
  readonly mayBeEmpty: boolean;
  /** The arguments of tool calls must be objects. */
  readonly wholeCalls: boolean;
}

/** Returns whether a body is a stream, whatever was asked for. */
export const isStream = ({ form }: PeekedBody, { translation }: AnswerOptions): boolean =>
  form === 'events' && translation?.translation.framing !== 'lines';

/** Returns any answer as a stream in OpenAI's shape. */
export const asStream = (body: PeekedBody, options: AnswerOptions): Source => {
  const { translation } = options;
  // A stream of lines starts like a whole answer.
  const isLines = translation?.translation.framing === 'lines' && body.form !== 'other';
  if (!isLines && body.form !== 'events') return new WholeAsStream(body, readOptions(options));
  return translation === undefined ? body : new TranslatedStream(body, translation);
};

export const readOptions = ({ translation, mayBeEmpty, wholeCalls }: AnswerOptions): ReadOptions => ({
  mayBeEmpty,
  wholeCalls,
  translate: translation && ((answer) => translated(translation, answer)),
});
