import { isFields } from '../../plugin/fields.js';
import type { AnswerUsage } from '../../plugin/readers/chat-answer.js';
import { type Fields, isAbsent, present } from '../fields.js';

/** What is known of a response besides what was asked. */
export interface ResponseState {
  readonly id: string;
  /** Epoch seconds. */
  readonly createdAt: number;
  readonly completedAt: number | null;
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  readonly model: unknown;
  readonly output: readonly Fields[];
  readonly usage: Fields | null;
  readonly error?: Fields;
  /** Why the answer is incomplete. */
  readonly reason?: 'max_output_tokens' | 'content_filter' | undefined;
}

/**
 * Returns a response with all of its 31 fields: clients require each of them. Fields of the request are repeated, with
 * their defaults.
 * @param asked the body of the request
 */
export const responseObject = (
  asked: Fields,
  { id, createdAt, completedAt, status, model, output, usage, error, reason }: ResponseState,
): Fields => ({
  id,
  object: 'response',
  created_at: createdAt,
  completed_at: completedAt,
  status,
  incomplete_details: reason === undefined ? null : { reason },
  model: model ?? '',
  previous_response_id: null,
  instructions: asked.instructions ?? null,
  output,
  error: error ?? null,
  tools: Array.isArray(asked.tools) ? asked.tools.map(echoedTool) : [],
  tool_choice: asked.tool_choice ?? 'auto',
  truncation: asked.truncation ?? 'disabled',
  parallel_tool_calls: asked.parallel_tool_calls ?? true,
  text: { format: { type: 'text' }, ...presentIn(asked.text) },
  top_p: asked.top_p ?? 1,
  presence_penalty: asked.presence_penalty ?? 0,
  frequency_penalty: asked.frequency_penalty ?? 0,
  top_logprobs: asked.top_logprobs ?? 0,
  temperature: asked.temperature ?? 1,
  reasoning: { effort: null, summary: null, ...presentIn(asked.reasoning) },
  usage,
  max_output_tokens: asked.max_output_tokens ?? null,
  max_tool_calls: asked.max_tool_calls ?? null,
  // The truth: nothing is kept that could be fetched later.
  store: false,
  background: false,
  service_tier: 'default',
  metadata: asked.metadata ?? {},
  safety_identifier: asked.safety_identifier ?? null,
  prompt_cache_key: asked.prompt_cache_key ?? null,
});

const presentIn = (value: unknown): Fields => (isFields(value) ? present(value) : {});

/** Clients require every field of a function. */
const echoedTool = (tool: unknown): unknown => {
  if (!isFields(tool)) return tool;
  if (tool.type === 'namespace' && Array.isArray(tool.tools)) return { ...tool, tools: tool.tools.map(echoedTool) };
  if (tool.type !== 'function') return tool;
  const { function: nested, ...rest } = tool;
  return {
    description: null,
    parameters: null,
    strict: null,
    ...rest,
    ...(isAbsent(nested) ? {} : (nested as Fields)),
  };
};

/** The usage of a response. Its total is the sum, whatever the provider counts. */
export const usageOf = ({ input, output, cached, reasoning }: AnswerUsage): Fields => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: cached },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + output,
});
