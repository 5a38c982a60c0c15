import type { AnswerUsage } from '../../plugin/readers/chat-answer.js';
import type { Fields } from '../fields.js';

/** Returns the usage of a message. Anthropic counts tokens from a cache beside the others. */
export const usageOf = ({ input, output, cached, reasoning }: AnswerUsage): Fields => ({
  input_tokens: Math.max(0, input - cached),
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: Math.min(cached, input),
  output_tokens: output,
  ...(reasoning > 0 ? { output_tokens_details: { thinking_tokens: reasoning } } : {}),
});
