import type { Dimension, Duration } from '../contract/quota.js';
import { chunk, completion, DONE } from './scripted-upstream.js';

/** The content of an answer of the simulated provider, independent of its API. */
export interface AnswerContent {
  /** The parts of the text; empty if there is only a tool call. */
  readonly pieces: readonly string[];
  readonly call?: { readonly id: string; readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
  /** In tokens. */
  readonly usage: { readonly input: number; readonly output: number };
}

/** The headers with which a provider reports a quota. */
export interface LimitHeaders {
  readonly dimension: Dimension;
  readonly window?: Duration;
  /** The headers for `remaining` of 100 units, and the reset time. */
  headers(remaining: number): Readonly<Record<string, string>>;
}

/** The formats of an API. Defaults to those of OpenAI. */
export interface ApiShape {
  /** The body of an answer that is not streamed. */
  answer(content: AnswerContent): unknown;
  /** The parts of a streamed answer, in order. Each of `content.pieces` is in a separate part. */
  stream(content: AnswerContent): readonly string[];
  /** The body of an error response. */
  error(status: number, message: string): unknown;
  /** An error within a stream. */
  streamError(message: string): string;
  /** The list of the models with these ids. */
  models(ids: readonly string[]): unknown;
  readonly limits: readonly LimitHeaders[];
}

const callsOf = ({ call }: AnswerContent): object =>
  call === undefined
    ? {}
    : {
        tool_calls: [
          {
            index: 0,
            id: call.id,
            type: 'function',
            function: { name: call.name, arguments: JSON.stringify(call.arguments) },
          },
        ],
      };

const usageOf = ({ usage: { input, output } }: AnswerContent) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});

const finishOf = ({ call }: AnswerContent): string => (call === undefined ? 'stop' : 'tool_calls');

/** The formats of OpenAI. */
export const OPENAI_SHAPE: ApiShape = {
  answer: (content) => {
    const text = content.pieces.join('');
    const whole = completion(text, usageOf(content));
    const message = { role: 'assistant', content: text === '' ? null : text, ...callsOf(content) };
    return { ...whole, choices: [{ index: 0, message, finish_reason: finishOf(content) }] };
  },
  stream: (content) => [
    chunk({ role: 'assistant', content: '' }),
    ...content.pieces.map((text) => chunk({ content: text })),
    ...(content.call === undefined ? [] : [chunk(callsOf(content))]),
    chunk({}, finishOf(content)),
    chunk({}, null, { choices: [], usage: usageOf(content) }),
    DONE,
  ],
  error: (status, message) => ({ error: { message, type: 'error', code: String(status) } }),
  streamError: (message) => `data: ${JSON.stringify({ error: { message } })}\n\n`,
  models: (ids) => ({ object: 'list', data: ids.map((id) => ({ id, object: 'model' })) }),
  limits: [],
};
