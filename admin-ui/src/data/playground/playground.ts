import type { RequestRecord } from '../../../../src/contract/requests.js';
import { ApiError } from '../server/client.js';
import type { Answer } from './chat.js';

/** What a request is made of beside its prompt. Numbers are as they were typed; an empty one is not sent. */
export interface PlaygroundSettings {
  readonly model: string;
  readonly system: string;
  readonly temperature: string;
  readonly maxTokens: string;
  readonly topP: string;
  readonly stream: boolean;
  /** Further fields of the request; they take the place of those above. */
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

/** One prompt and what came of it. */
export interface Turn {
  /** Of the request, in the log too. */
  readonly id: string;
  readonly prompt: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly answer?: Answer;
  readonly problem?: Error;
  /** Once it is over; `missing` where the log has no word of it. */
  readonly record?: RequestRecord | 'missing';
}

/** The request that asks `prompt` after `turns`. Those that got no answer are not said again. */
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

/** A target that did not serve a request, as the server's refusal lists it. */
export interface Passed {
  readonly target: string;
  readonly reason: string;
  readonly status?: number;
  readonly message?: string;
  readonly retry_at?: string;
}

export const passedIn = (problem: unknown): readonly Passed[] =>
  problem instanceof ApiError ? ((problem.details.targets ?? []) as readonly Passed[]) : [];

/** What went wrong, without what is listed below it anyway. */
export const problemWords = (problem: Error): string =>
  passedIn(problem).length > 0 && problem instanceof ApiError
    ? `No target of “${String(problem.details.chain)}” can answer now.`
    : problem.message;
