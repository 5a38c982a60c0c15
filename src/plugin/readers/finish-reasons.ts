/** What a finish reason means. */
export type EndKind =
  /** The answer is over. */
  | 'stop'
  /** The answer is over, and it is one even without text. */
  | 'answer'
  /** The provider gave up in the middle of the answer. */
  | 'broken'
  /** The choice goes on. */
  | 'open'
  /** A word that is not in the table: the choice is over only if `[DONE]` follows. */
  | 'unknown';

/** Why an answer is over, apart from its own end. */
export type EndCause =
  /** The bound on tokens is reached. */
  | 'length'
  /** The context window is full. */
  | 'context'
  | 'filter'
  | 'calls';

interface EndRule {
  readonly kind: Exclude<EndKind, 'unknown'>;
  readonly cause?: EndCause;
  /** In lower case. */
  readonly reasons: readonly string[];
  readonly why: string;
}

const ENDS: readonly EndRule[] = [
  {
    kind: 'stop',
    reasons: ['stop', 'stop_sequence', 'stop_token', 'stop_words', 'eos', 'eos_token', 'end_turn', 'end_of_turn'],
    why: 'OpenAI, Anthropic, TGI, Together, watsonx: the model ended its answer or met a stop word',
  },
  {
    kind: 'stop',
    reasons: ['complete', 'completed', 'done', 'end', 'finish', 'finished', 'normal', 'success', 'word', 'pause_turn'],
    why: 'Cohere, llama.cpp, Anthropic and small servers: other words for the same',
  },
  {
    kind: 'answer',
    cause: 'length',
    reasons: ['length', 'max_tokens', 'max_length', 'max_output_tokens', 'token_limit', 'limit'],
    why: 'OpenAI, Anthropic, Gemini, watsonx: the bound on tokens is reached',
  },
  {
    kind: 'answer',
    cause: 'context',
    reasons: ['model_context_window_exceeded', 'context_length', 'context_length_exceeded', 'model_length'],
    why: 'z.ai, Anthropic, Mistral: the context window is full',
  },
  {
    kind: 'answer',
    cause: 'calls',
    reasons: ['tool_calls', 'tool_call', 'tool_use', 'function_call', 'function_calls'],
    why: 'OpenAI, Cohere, Anthropic: the model calls a tool',
  },
  {
    kind: 'answer',
    cause: 'filter',
    reasons: ['content_filter', 'content_filtered', 'safety', 'sensitive', 'refusal', 'recitation', 'blocklist'],
    why: 'OpenAI, Gemini, z.ai, Anthropic: a filter ended the answer',
  },
  {
    kind: 'answer',
    cause: 'filter',
    reasons: ['prohibited_content', 'spii', 'image_safety', 'language', 'guardrail_intervened', 'error_toxic'],
    why: 'Gemini, Bedrock, Cohere: a filter ended the answer',
  },
  {
    kind: 'broken',
    reasons: ['error', 'errored', 'failed', 'failure', 'exception', 'internal_error', 'server_error', 'error_limit'],
    why: 'OpenRouter, Mistral, Cohere: an error without details',
  },
  {
    kind: 'broken',
    reasons: ['timeout', 'timed_out', 'time_limit', 'network_error', 'connection_error', 'interrupted', 'incomplete'],
    why: 'Cohere, watsonx, z.ai: the provider lost the model',
  },
  {
    kind: 'broken',
    reasons: ['abort', 'aborted', 'cancel', 'canceled', 'cancelled', 'user_cancel', 'preempted', 'shutdown'],
    why: 'vLLM, SGLang, watsonx, Cohere: the provider ended the request; the caller did not',
  },
  {
    kind: 'broken',
    reasons: ['insufficient_system_resource', 'overloaded', 'malformed_function_call', 'unexpected_tool_call'],
    why: 'DeepSeek: no capacity in the middle of the answer; Gemini: an unusable tool call',
  },
  {
    kind: 'open',
    reasons: ['', 'null', 'none', 'not_finished', 'in_progress', 'finish_reason_unspecified'],
    why: 'DashScope, watsonx, Gemini: words for an answer that goes on',
  },
];

const RULES: ReadonlyMap<string, EndRule> = new Map(
  ENDS.flatMap((rule) => rule.reasons.map((reason) => [reason, rule] as const)),
);

const ruleOf = (reason: string): EndRule | undefined =>
  RULES.get(reason) ?? RULES.get(reason.trim().toLowerCase().replace(/[\s-]/g, '_'));

/** Returns what a `finish_reason` means, in any case and with `-` or space for `_`. Anything but text means `open`. */
export const endKindOf = (reason: unknown): EndKind =>
  typeof reason === 'string' ? (ruleOf(reason)?.kind ?? 'unknown') : 'open';

/** Returns why an answer with this `finish_reason` is over; `undefined` if it ended by itself. */
export const endCauseOf = (reason: unknown): EndCause | undefined =>
  typeof reason === 'string' ? ruleOf(reason)?.cause : undefined;
