import type { NamedRefusal, NamedStanding } from './allowance.js';

/** A whole answer that is no completion. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** A request that limits keep out. */
export interface Refused {
  readonly model: string;
  /** The limit that it does not fit. */
  readonly refusal: NamedRefusal;
  /** All limits of the scope, as they stand. */
  readonly standings: readonly NamedStanding[];
  /** Epoch ms. */
  readonly now: number;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** What a provider does with the chat completion of OpenAI that OpenAI does not. */
export interface CompletionStyle {
  readonly idPrefix: string;
  /** An SSE comment at the head of each stream. */
  readonly comment?: string;
  /** On every answer and every chunk. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** A choice that ends says so in `native_finish_reason` too. */
  readonly nativeFinish?: true;
  /** On whole answers and on the first chunk of a stream. */
  firstFields?(id: string): object;
  /** `unasked`: with the finish_reason · `choice` and `no choices`: in a chunk after it, only if asked for. */
  readonly streamUsage: 'unasked' | 'choice' | 'no choices';
  /** What stands beside `usage` in the last chunk of a stream. */
  usageFields?(id: string, usage: Usage): object;
  /** Inside `usage`. */
  readonly usageExtras?: Readonly<Record<string, unknown>>;
}

/** How a kind of provider speaks of its limits and failures. What it says is what its limiters hold. */
export interface Dialect {
  /** What one set of limits covers: each model by itself, or the account with all its models. */
  readonly covers: 'model' | 'account';
  readonly completions: CompletionStyle;
  /** Headers of an answer, with the limits as they stand after it. `now`: epoch ms. */
  answerHeaders(standings: readonly NamedStanding[], now: number): Readonly<Record<string, string>>;
  refuse(refused: Refused): Reply;
  wrongKey(): Reply;
  unknownModel(model: string): Reply;
  badRequest(message: string): Reply;
  listModels(ids: readonly string[]): object;
}

/** Ms as Retry-After says them: whole seconds, never too few. */
export const wholeSeconds = (ms: number): string => String(Math.ceil(ms / 1000));

/** The plain list of OpenAI. */
export const modelList = (ids: readonly string[], owner: string, fields: object = {}): object => ({
  object: 'list',
  data: ids.map((id) => ({ id, object: 'model', created: 1_760_000_000, owned_by: owner, ...fields })),
});
