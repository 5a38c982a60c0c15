import type { RequestRecord } from '../../../../src/contract/requests.js';
import { ApiError } from '../server/client.js';
import type { Answer } from './chat.js';

/** The settings of a request. Numbers are texts as typed; empty ones are not sent. */
export interface PlaygroundSettings {
  readonly model: string;
  readonly system: string;
  readonly temperature: string;
  readonly maxTokens: string;
  readonly topP: string;
  readonly stream: boolean;
  /** Further fields of the request; they override those above. */
  readonly more: Readonly<Record<string, unknown>>;
}

export const DEFAULT_SETTINGS: PlaygroundSettings = {
  model: '',
  system: '',
  temperature: '',
  maxTokens: '',
  topP: '',
  stream: true,
  more: {},
};

/** One prompt with its answer. */
export interface Turn {
  /** The id of the request. */
  readonly id: string;
  readonly prompt: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly answer?: Answer;
  readonly problem?: Error;
  /** The log record of the finished request; `missing` if the log has none. */
  readonly record?: RequestRecord | 'missing';
}

/** The request body for `prompt` after `turns`. It omits turns without an answer. */
export const bodyOf = (
  settings: PlaygroundSettings,
  turns: readonly Turn[],
  prompt: string,
): Readonly<Record<string, unknown>> => {
  const { model, system, temperature, maxTokens, topP, stream, more } = settings;
  const said = turns.filter(({ answer }) => answer !== undefined && answer.text !== '');
  return {
    model,
    messages: [
      ...(system.trim() === '' ? [] : [{ role: 'system', content: system }]),
      ...said.flatMap((turn) => [
        { role: 'user', content: turn.prompt },
        { role: 'assistant', content: turn.answer?.text },
      ]),
      { role: 'user', content: prompt },
    ],
    ...(temperature === '' ? {} : { temperature: Number(temperature) }),
    ...(maxTokens === '' ? {} : { max_tokens: Number(maxTokens) }),
    ...(topP === '' ? {} : { top_p: Number(topP) }),
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    ...more,
  };
};

/** A target that did not serve a request, as listed in the server's error. */
export interface FailedTarget {
  readonly target: string;
  readonly reason: string;
  readonly status?: number;
  readonly message?: string;
  readonly retry_at?: string;
}

export const failedTargetsIn = (problem: unknown): readonly FailedTarget[] =>
  problem instanceof ApiError && problem.code === 'chain_exhausted'
    ? ((problem.details.targets ?? []) as readonly FailedTarget[])
    : [];

/** The message of an error, without the targets that are listed below it. */
export const problemWords = (problem: Error): string =>
  failedTargetsIn(problem).length > 0 && problem instanceof ApiError
    ? `No target of “${String(problem.details.chain)}” can answer now.`
    : problem.message;
