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
    it: 'ignores what is deep inside a message, missing or out of range',
    status: 422,
    body: {
      detail: [
        forbidden('messages', 1, 'assistant', 'tool_calls', 0, 'function', 'index'),
        { type: 'missing', loc: ['body', 'top_p'], msg: 'Field required' },
        { type: 'less_than_equal', loc: ['body', 'temperature'], msg: 'Input should be less than or equal to 1.5' },
      ],
    },
    repairs: [],
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
          forbidden('tools', 0, 'function', 'strict'),
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
    repairs: [{ drop: 'store' }, { drop: 'messages[].name' }],
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
    it: 'ignores a param that is only invalid',
    body: said('Invalid value for temperature', { param: 'temperature', code: 'invalid_value' }),
    repairs: [],
  },
  { it: 'ignores a refusal that names no field', body: said('I do not like it'), repairs: [] },
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
      expect(verdict?.scope, 'nothing rests').to.equal(undefined);
      expect(verdict?.repairs ?? []).to.deep.equal(repairs);
    });
  }
});
