import type { Repair } from '429chain/plugin';
import { expect } from 'chai';
import { builtIns } from '../../plugins/index.js';
import { failureOf, hostOf, type SimulatedHost } from './simulated-host.js';

interface Row {
  readonly it: string;
  readonly type?: string;
  readonly status?: number;
  readonly body: unknown;
  readonly repairs: readonly Repair[];
}

const forbidden = (...loc: (string | number)[]) => ({
  type: 'extra_forbidden',
  loc: ['body', ...loc],
  msg: 'Extra inputs are not permitted',
});
const said = (message: string, more: object = {}) => ({ error: { message, ...more } });

const ROWS: readonly Row[] = [
  {
    it: 'renames a field as OpenAI asks',
    body: said(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      { param: 'max_tokens', code: 'unsupported_parameter' },
    ),
    repairs: [{ rename: 'max_tokens', to: 'max_completion_tokens' }],
  },
  {
    it: 'drops a field whose value OpenAI refuses',
    body: said(
      "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
      { param: 'temperature', code: 'unsupported_value' },
    ),
    repairs: [{ drop: 'temperature' }],
  },
  {
    it: 'drops several arguments that OpenAI does not know',
    body: said('Unrecognized request arguments supplied: top_k, min_p', { param: null }),
    repairs: [{ drop: 'top_k' }, { drop: 'min_p' }],
  },
  {
    it: 'keeps the token limit under its other name (Mistral), and drops the rest',
    status: 422,
    body: { detail: [forbidden('store'), forbidden('max_completion_tokens')] },
    repairs: [{ drop: 'store' }, { rename: 'max_completion_tokens', to: 'max_tokens' }],
  },
  {
    it: 'reads the detail inside a message that is an object',
    status: 422,
    body: { object: 'error', message: { detail: [forbidden('user')] } },
    repairs: [{ drop: 'user' }],
  },
  {
    it: 'reads the detail inside a message that is JSON in a string',
    status: 422,
    body: { object: 'error', message: JSON.stringify({ detail: [forbidden('metadata')] }) },
    repairs: [{ drop: 'metadata' }],
  },
  {
    it: 'finds fields of messages, each once, through the role that FastAPI tried',
    status: 422,
    body: {
      detail: [
        forbidden('messages', 1, 'assistant', 'reasoning_content'),
        forbidden('messages', 3, 'assistant', 'reasoning_content'),
        forbidden('messages', 0, 'name'),
      ],
    },
    repairs: [{ drop: 'messages[].reasoning_content' }, { drop: 'messages[].name' }],
  },
  {
    it: 'drops a whole field if a part of it is refused',
    status: 422,
    body: { detail: [forbidden('stream_options', 'include_usage')] },
    repairs: [{ drop: 'stream_options' }],
  },
  {
    it: 'drops a field deep inside a message, and ignores what is missing or out of range',
    status: 422,
    body: {
      detail: [
        forbidden('messages', 1, 'assistant', 'tool_calls', 0, 'function', 'index'),
        { type: 'missing', loc: ['body', 'top_p'], msg: 'Field required' },
        { type: 'less_than_equal', loc: ['body', 'temperature'], msg: 'Input should be less than or equal to 1.5' },
      ],
    },
    repairs: [{ drop: 'messages[].tool_calls[].function.index' }],
  },
  {
    it: 'never drops an essential field',
    status: 422,
    body: {
      detail: ['model', 'messages', 'stream', 'tools', 'tool_choice', 'response_format', 'prompt', 'input']
        .map((field) => forbidden(field))
        .concat(
          forbidden('messages', 0, 'user', 'content'),
          forbidden('messages', 1, 'tool_calls'),
          forbidden('tools', 0, 'function', 'parameters'),
        ),
    },
    repairs: [],
  },
  {
    it: 'drops names that Gemini does not know, at the top and in messages',
    body: [
      said(
        'Invalid JSON payload received. Unknown name "store": Cannot find field.\nInvalid JSON payload received. Unknown name "name" at \'messages[0]\': Cannot find field.\nUnknown name "x" at \'tools[0].function\': Cannot find field.',
      ),
    ],
    repairs: [{ drop: 'store' }, { drop: 'messages[].name' }, { drop: 'tools[].function.x' }],
  },
  {
    it: 'drops the reasoning of other providers that Groq refuses in a message',
    type: 'groq',
    body: said(
      "'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning_content' is unsupported)]",
    ),
    repairs: [{ drop: 'messages[].reasoning_content' }],
  },
  {
    it: 'drops the reasoning of other providers that Cerebras refuses in a path',
    type: 'cerebras',
    body: {
      message:
        "body.messages.1.assistant.reasoning_content: property 'messages.1.assistant.reasoning_content' is unsupported",
      param: 'validation_error',
      code: 'wrong_api_format',
    },
    repairs: [{ drop: 'messages[].reasoning_content' }],
  },
  {
    it: 'drops response_format if Cerebras refuses it beside tools',
    type: 'cerebras',
    body: { message: '"tools" is incompatible with "response_format"', code: 'wrong_api_format' },
    repairs: [{ drop: 'response_format' }],
  },
  {
    it: 'drops a field that a plain sentence calls unsupported',
    body: said('`logprobs` is not supported with this model'),
    repairs: [{ drop: 'logprobs' }],
  },
  {
    it: "does not read the model's own mistakes with tools as a field of the request",
    type: 'groq',
    body: said("Tool call validation failed: missing properties: 'name', additionalProperties 'foo' not allowed", {
      code: 'tool_use_failed',
    }),
    repairs: [],
  },
  {
    it: 'drops a parameter whose value is invalid there',
    body: said('Invalid value for temperature', { param: 'temperature', code: 'invalid_value' }),
    repairs: [{ drop: 'temperature' }],
  },
  {
    it: 'keeps an invalid bound, since an answer without one has any length',
    body: said('Invalid value for max_tokens', { param: 'max_tokens', code: 'invalid_value' }),
    repairs: [],
  },
  { it: 'ignores a refusal that names no field', body: said('I do not like it'), repairs: [] },
];

/** Messages of refusals, and the repairs that follow from them. */
const SENTENCES: readonly (readonly [message: string, repairs: readonly Repair[]])[] = [
  ...[
    'messages.1.content.0.cache_control: Extra inputs are not permitted',
    "property 'messages.1.content.0.cache_control' is unsupported",
    "Unknown parameter: 'messages[1].content[0].cache_control'.",
    "body.messages.1.content.0.cache_control: property 'messages.1.content.0.cache_control' is unsupported",
    "Invalid 'request': messages[1].content[0].cache_control is not supported",
    '"messages[1].content[0].cache_control" is not allowed',
    'Invalid JSON payload received. Unknown name "cache_control" at \'messages[1].content[0]\': Cannot find field.',
  ].map((message) => [message, [{ drop: 'messages[].content[].cache_control' }]] as const),
  ...[
    'body.tools.0.function.strict: Extra inputs are not permitted',
    "Unsupported parameter: 'tools[0].function.strict'",
    'Invalid JSON payload received. Unknown name "strict" at \'tools[0].function\': Cannot find field.',
    '`tools[0].function.strict` is not supported by this model',
  ].map((message) => [message, [{ drop: 'tools[].function.strict' }]] as const),
  ...[
    'tools.0.function.parameters.additionalProperties: extra fields not permitted',
    'Unknown name "additionalProperties" at \'tools[0].function_declarations[0].parameters.properties[1].value\': Cannot find field.',
    "'tools[0].function.parameters.properties.city.additionalProperties' is not supported",
  ].map((message) => [message, [{ drop: 'tools[].function.parameters.**.additionalProperties' }]] as const),
  ['messages.2.tool_calls.0.extra: Extra inputs are not permitted', [{ drop: 'messages[].tool_calls[].extra' }]],
  ["'response_format.json_schema.strict' is not supported", [{ drop: 'response_format.json_schema.strict' }]],
  ['cache_control is not allowed', [{ drop: 'cache_control' }]],
  ["Unrecognized key(s) in object: 'x', 'top_k'", [{ drop: 'x' }, { drop: 'top_k' }]],
  ['Unrecognized key: "top_k"', [{ drop: 'top_k' }]],
  ["Additional properties are not allowed ('x' was unexpected)", [{ drop: 'x' }]],
  ["Additional properties are not allowed ('store', 'user' were unexpected)", [{ drop: 'store' }, { drop: 'user' }]],
  ['top_k: extra fields not permitted', [{ drop: 'top_k' }]],
  ['seed: Extra inputs are not permitted', [{ drop: 'seed' }]],
  ['Unknown parameter: `store`', [{ drop: 'store' }]],
  ['Unknown parameter: store', [{ drop: 'store' }]],
  ['Unsupported parameter(s): `top_k`', [{ drop: 'top_k' }]],
  ['json: unknown field "min_p"', [{ drop: 'min_p' }]],
  ['unknown field `min_p`, expected one of `model`, `messages`', [{ drop: 'min_p' }]],
  ["'logit_bias' is not supported", [{ drop: 'logit_bias' }]],
  ['The parameter logit_bias is not supported by this model.', [{ drop: 'logit_bias' }]],
  ['presence_penalty is not supported', [{ drop: 'presence_penalty' }]],
  ['This model does not support the `reasoning_effort` parameter', [{ drop: 'reasoning_effort' }]],
  ['Model x does not support parameter frequency_penalty', [{ drop: 'frequency_penalty' }]],
  [
    'Value error, current model does not support parameter `enable_thinking`. Please check it carefully.',
    [{ drop: 'enable_thinking' }],
  ],
  ["Invalid value for 'service_tier'", [{ drop: 'service_tier' }]],
  ["create() got an unexpected keyword argument 'store'", [{ drop: 'store' }]],
  ['stream_options.include_usage is not supported', [{ drop: 'stream_options' }]],
  ...[
    "Unsupported value: 'messages[0].role' does not support 'developer' with this model.",
    "messages.0.role: Input should be 'system', 'user', 'assistant' or 'tool', got 'developer'",
    "Invalid value: 'developer'. Supported values are: 'system', 'assistant', and 'user'.",
    'unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`',
    'The role developer is not supported',
  ].map((message) => [message, [{ replace: 'messages[].role', from: 'developer', to: 'system' }]] as const),
  ...[
    "AiError: Bad input: Error: oneOf at '/' not met, 0 matches: required properties at '/' are 'prompt', Type mismatch of '/messages/1/content', 'array' not in 'string'",
    'messages[0].content must be a string',
    'messages.0.content: Input should be a valid string',
    'messages[0].content: invalid type: sequence, expected a string',
    'Expected string, received array at messages[0].content',
  ].map(
    (message) =>
      [message, [{ flatten: 'messages[].content' }, { replace: 'messages[].content', from: null, to: '' }]] as const,
  ),
  ['messages[2].content must not be null', [{ replace: 'messages[].content', from: null, to: '' }]],
  ...[
    'max_tokens must be less than or equal to 8192',
    '`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model',
    'max_tokens should be <= 8192',
    'max_tokens is too large: 32000. The maximum value is 8192.',
    'max_completion_tokens is too large: 32000. This model supports at most 8192 completion tokens, whereas you provided 32000.',
    'Invalid max_tokens value, the valid range of max_tokens is [1, 8192]',
    '<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 8192]',
    'max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens for x',
    "Invalid 'max_tokens': integer above maximum value. Expected a value <= 8192, but got 32000 instead.",
    'max_tokens must be between 1 and 8192',
    'max_tokens (32000) exceeds the maximum of 8192',
    'max_output_tokens cannot exceed 8,192',
    'Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 8193 (exclusive).',
  ].map((message) => [message, [{ cap: 'max_tokens', to: 8_192 }]] as const),
];

/** Refusals of the room that a request asks for its answer, and the bound that fits. */
const BOUNDS: readonly (readonly [type: string, status: number, message: string, repairs: readonly Repair[]])[] = [
  [
    'openai-compatible',
    400,
    "'max_tokens' is too large: 32000. This model's maximum context length is 32768 tokens and your request has 5000 input tokens (32000 > 32768 - 5000).",
    [{ cap: 'max_tokens', to: 27_768, once: true }],
  ],
  [
    'openai-compatible',
    400,
    "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens (90000 in the messages, 50000 in the completion).",
    [{ cap: 'max_tokens', to: 41_072, once: true }],
  ],
  [
    'openai-compatible',
    400,
    "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens (132000 in the messages, 8000 in the completion).",
    [],
  ],
  [
    'openai-compatible',
    422,
    'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 7000 `inputs` tokens and 2000 `max_new_tokens`',
    [{ cap: 'max_tokens', to: 1_193, once: true }],
  ],
  [
    'groq',
    413,
    'Request too large for model `x` in organization `org_x` service tier `on_demand` on output tokens per minute (OTPM): Limit 1000, Requested 1434, please reduce max_tokens and try again.',
    [{ cap: 'max_tokens', to: 1_000 }],
  ],
  [
    'groq',
    429,
    'Rate limit reached for model `x` on output tokens per minute (OTPM): Limit 1000, Used 400, Requested 1000. Please try again in 24s.',
    [{ cap: 'max_tokens', to: 600, once: true }],
  ],
  [
    'openrouter',
    402,
    'This request requires more credits, or fewer max_tokens. You requested up to 8192 tokens, but can only afford 1848.',
    [{ cap: 'max_tokens', to: 1_848, once: true }],
  ],
  [
    'openai-compatible',
    402,
    'This request requires more credits, or fewer max_tokens. You requested up to 8192 tokens, but can only afford 3.',
    [],
  ],
];

describe('a request that is refused because of a field', () => {
  let host: SimulatedHost;

  before(async () => {
    host = await hostOf(builtIns);
  });

  for (const { it: name, type = 'openai-compatible', status = 400, body, repairs } of ROWS) {
    it(name, () => {
      const verdict = host.verdict(type, failureOf(status, body));
      expect(verdict?.class).to.equal('bad_request');
      expect(verdict?.scope, 'nothing cools down').to.equal(undefined);
      expect(verdict?.repairs ?? []).to.deep.equal(repairs);
    });
  }

  for (const [type, status, message, repairs] of BOUNDS) {
    it(`gets a bound that fits ${type} after ${status} "${message.slice(0, 120)}"`, () => {
      const error = { message, type: 'tokens', code: 'rate_limit_exceeded' };
      const body = type === 'groq' ? { error } : said(message);
      expect(host.verdict(type, failureOf(status, body))?.repairs ?? []).to.deep.equal(repairs);
    });
  }

  for (const [message, repairs] of SENTENCES) {
    it(`is repaired after "${message.slice(0, 120)}"`, () => {
      for (const body of [said(message), { message }, { detail: message }, message]) {
        expect(host.verdict('openai-compatible', failureOf(400, body))?.repairs ?? []).to.deep.equal(repairs);
      }
    });
  }
});
