import type { NamedRefusal, NamedStanding } from './allowance.js';

/** A response that is not a completion. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** A request that a limit refuses. */
export interface RefusedRequest {
  readonly model: string;
  /** The refusal of the limit. */
  readonly refusal: NamedRefusal;
  /** The state of all limits of the scope. */
  readonly standings: readonly NamedStanding[];
  /** Epoch ms. */
  readonly now: number;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** How a provider's chat completions differ from OpenAI's. */
export interface CompletionStyle {
  readonly idPrefix: string;
  /** An SSE comment at the start of each stream. */
  readonly comment?: string;
  /** Fields on every answer and every chunk. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Whether choices have a `native_finish_reason` too. */
  readonly nativeFinish?: true;
  /** Fields on whole answers and on the first chunk of a stream. */
  firstFields?(id: string): object;
  /** `unasked`: always, with the finish_reason · `choice` and `no choices`: on request, in a chunk after it. */
  readonly streamUsage: 'unasked' | 'choice' | 'no choices';
  /** Fields beside `usage` in the last chunk of a stream. */
  usageFields?(id: string, usage: Usage): object;
  /** Fields inside `usage`. */
  readonly usageExtras?: Readonly<Record<string, unknown>>;
}

/** An answered request. */
export interface Served {
  readonly stream: boolean;
  /** The tokens that it takes from the limits. */
  readonly tokens: number;
}

/** How a provider reports its limits and failures. The reports match the state of its limiters. */
export interface Dialect {
  /** Whether each model has its own limits, or the whole account shares them. */
  readonly covers: 'model' | 'account';
  readonly completions: CompletionStyle;
  /** The headers of an answer, with the state of the limits after it. `now`: epoch ms. */
  answerHeaders(standings: readonly NamedStanding[], now: number, served: Served): Readonly<Record<string, string>>;
  refuse(refused: RefusedRequest): Reply;
  /** The refusal of a body with fields that this provider does not know. Default: it ignores them. */
  refuseFields?(body: Readonly<Record<string, unknown>>): Reply | undefined;
  wrongKey(): Reply;
  unknownModel(model: string): Reply;
  badRequest(message: string): Reply;
  listModels(ids: readonly string[]): object;
}

/** Ms as the value of Retry-After: seconds, rounded up. */
export const wholeSeconds = (ms: number): string => String(Math.ceil(ms / 1000));

/** A list of models in OpenAI's format. */
export const modelList = (ids: readonly string[], owner: string, fields: object = {}): object => ({
  object: 'list',
  data: ids.map((id) => ({ id, object: 'model', created: 1_760_000_000, owned_by: owner, ...fields })),
});
