import { type Fields, isAbsent, objectAt, present, refuseField } from '../fields.js';
import { readInput } from './read-input.js';
import { readToolChoice, readTools } from './read-tools.js';

/** Whether a request body has the form of the Responses API: `input` in place of `messages`. */
export const isResponsesRequest = ({ messages, input }: Fields): boolean => isAbsent(messages) && !isAbsent(input);

/** Fields that need an answer which OpenAI keeps, or that only the Responses API can carry out. */
const REFUSED: Readonly<Record<string, string>> = {
  previous_response_id: 'refers to an earlier answer, which 429chain does not keep. Send the whole conversation',
  conversation: 'refers to a conversation, which 429chain does not keep. Send the whole conversation',
  prompt: 'refers to a stored prompt, which 429chain does not have',
  background: 'is not possible for chat completions',
};

/** Fields without a counterpart, which change nothing about an ordinary answer. */
const DROPPED: readonly string[] = ['include', 'truncation', 'max_tool_calls', ...Object.keys(REFUSED)];

/**
 * Translates a request body in the form of the Responses API to that of a chat completion. Cursor sends such bodies to
 * `/chat/completions`, and expects chat completions in return. Unknown fields stay as they are.
 * @throws ChainError `invalid_request` that names a field without a counterpart
 */
export const readRequest = (body: Fields): Fields => {
  for (const [name, why] of Object.entries(REFUSED)) {
    const value = body[name];
    if (!isAbsent(value) && value !== false && value !== '') refuseField(name, why);
  }
  const { input, instructions, tools, tool_choice, max_output_tokens, reasoning, text, top_logprobs, stream_options } =
    body;
  const rest = Object.fromEntries(Object.entries(body).filter(([name]) => !TRANSLATED.has(name)));
  return {
    ...rest,
    messages: readInput(instructions, input),
    ...present({
      tools: isAbsent(tools) ? undefined : readTools(tools),
      tool_choice: isAbsent(tool_choice) ? undefined : readToolChoice(tool_choice),
      // Sent as `max_tokens`, which more providers accept than `max_completion_tokens`.
      max_tokens: max_output_tokens ?? body.max_tokens,
      ...(isAbsent(reasoning) ? {} : { reasoning_effort: objectAt(reasoning, 'reasoning').effort }),
      ...(isAbsent(text) ? {} : readTextFormat(objectAt(text, 'text'))),
      ...(isAbsent(top_logprobs) || top_logprobs === 0 ? {} : { logprobs: true, top_logprobs }),
      ...(isAbsent(stream_options)
        ? {}
        : { stream_options: readStreamOptions(objectAt(stream_options, 'stream_options')) }),
    }),
  };
};

const TRANSLATED: ReadonlySet<string> = new Set([
  ...DROPPED,
  'messages',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'max_output_tokens',
  'max_tokens',
  'reasoning',
  'text',
  'top_logprobs',
  'stream_options',
]);

/** What `text` says about the form and the length of the answer. */
const readTextFormat = ({ format, verbosity }: Fields): Fields => {
  if (isAbsent(format)) return { verbosity };
  const { type, ...schema } = objectAt(format, 'text.format');
  switch (type) {
    case 'text':
      return { verbosity };
    case 'json_object':
      return { response_format: { type }, verbosity };
    case 'json_schema':
      return { response_format: { type, json_schema: schema.json_schema ?? present(schema) }, verbosity };
    default:
      return refuseField('text.format.type', `is ${JSON.stringify(type)}, which chat completions do not have`);
  }
};

/** Only what chat completions know: `include_obfuscation` is left out. */
const readStreamOptions = ({ include_usage }: Fields): Fields | undefined =>
  isAbsent(include_usage) ? undefined : { include_usage };
