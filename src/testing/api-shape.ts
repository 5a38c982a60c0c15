import type { Dimension, Duration } from '../contract/quota.js';
import { chunk, completion, DONE } from './scripted-upstream.js';

/** What the simulated provider is to say, in no API's words. */
export interface Said {
  /** Joined they are the text; empty where there is only a tool call. */
  readonly pieces: readonly string[];
  readonly call?: { readonly id: string; readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
  /** Tokens. */
  readonly usage: { readonly input: number; readonly output: number };
}

/** Headers in which a provider tells what is left of one quota. */
export interface ToldLimit {
  readonly dimension: Dimension;
  readonly window?: Duration;
  /** They say that `remaining` of 100 is left, and when there is more. */
  headers(remaining: number): Readonly<Record<string, string>>;
}

/** How an API writes what it says. What is left out is as OpenAI has it. */
export interface ApiShape {
  /** The body of an answer that is not streamed. */
  answer(said: Said): unknown;
  /** The same as a stream: what is sent, one string after another. Each of `said.pieces` is in another one. */
  stream(said: Said): readonly string[];
  /** The body of a refusal. */
  error(status: number, message: string): unknown;
  /** An error in the midst of a stream. */
  streamError(message: string): string;
  /** The list of models that have these ids. */
  models(ids: readonly string[]): unknown;
  readonly limits: readonly ToldLimit[];
}

const callsOf = ({ call }: Said): object =>
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

const usageOf = ({ usage: { input, output } }: Said) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});

const finishOf = ({ call }: Said): string => (call === undefined ? 'stop' : 'tool_calls');

/** OpenAI's own. */
export const OPENAI_SHAPE: ApiShape = {
  answer: (said) => {
    const text = said.pieces.join('');
    const whole = completion(text, usageOf(said));
    const message = { role: 'assistant', content: text === '' ? null : text, ...callsOf(said) };
    return { ...whole, choices: [{ index: 0, message, finish_reason: finishOf(said) }] };
  },
  stream: (said) => [
    chunk({ role: 'assistant', content: '' }),
    ...said.pieces.map((content) => chunk({ content })),
    ...(said.call === undefined ? [] : [chunk(callsOf(said))]),
    chunk({}, finishOf(said)),
    chunk({}, null, { choices: [], usage: usageOf(said) }),
    DONE,
  ],
  error: (status, message) => ({ error: { message, type: 'error', code: String(status) } }),
  streamError: (message) => `data: ${JSON.stringify({ error: { message } })}\n\n`,
  models: (ids) => ({ object: 'list', data: ids.map((id) => ({ id, object: 'model' })) }),
  limits: [],
};
