import type { MediaKind, Repair } from '429chain/plugin';
import { expect } from 'chai';
import { builtIns } from '../../plugins/index.js';
import { failureOf, hostOf, type SimulatedHost } from './simulated-host.js';

const NINE: Repair = { conversation: { toolCallIds: { pattern: /^[a-zA-Z0-9]{9}$/, length: 9 } } };
const SIGNED: Repair = {
  conversation: {
    callFields: {
      fields: ['extra_content'],
      placeholder: { extra_content: { google: { thought_signature: 'skip_thought_signature_validator' } } },
    },
  },
};
const REASONING: Repair = { conversation: { reasoning: { fields: ['reasoning_content'], placeholder: ' ' } } };
const FIRST: Repair = { conversation: { system: 'first' } };
const IN_USER: Repair = { conversation: { system: 'user' } };
const JOINED: Repair = { conversation: { joinNeighbours: true } };
const PLAIN: Repair = { conversation: { plainSchemas: true } };
const SYSTEM: Repair = { replace: 'messages[].role', from: 'developer', to: 'system' };
const PARAMETERS = 'tools[].function.parameters.**';

const ROWS: readonly (readonly [message: string, repairs: readonly Repair[], status?: number])[] = [
  ['Tool call id was call_abc but must be a-z, A-Z, 0-9, with a length of 9.', [NINE]],
  ['Tool call IDs should be alphanumeric strings with length 9!', [NINE]],
  ['Invalid tool_call_id: call_1, must match ^[a-zA-Z0-9]{9}$', [NINE]],
  ['Function call is missing a thought_signature in functionCall parts. This is required for tools to work.', [SIGNED]],
  ['The `reasoning_content` in the thinking mode must be passed back to the API.', [REASONING]],
  ['thinking is enabled but reasoning_content is missing in assistant tool call message at index 2', [REASONING]],
  ['System message must be at the beginning.', [FIRST]],
  ["Unexpected role 'system' after role 'tool'", [FIRST]],
  ['invalid params, invalid message role: system (2013)', [FIRST]],
  ['System role not supported', [IN_USER]],
  ['Developer instruction is not enabled for models/gemma-3-27b-it', [IN_USER]],
  ['Conversation roles must alternate user/assistant/user/assistant/...', [FIRST, JOINED]],
  [
    'After the optional system message, conversation roles must alternate user and assistant roles except for tool calls and results.',
    [FIRST, JOINED],
  ],
  ["Unexpected role 'user' after role 'user'", [JOINED]],
  ["Unexpected role 'user' after role 'tool'", [{ conversation: { answerAfterTools: true } }]],
  [
    'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
    [{ conversation: { lastAssistant: { prefix: true } } }],
  ],
  ["Input tag 'developer' found using 'role' does not match any of the expected tags: 'user', 'system'", [SYSTEM]],
  ['unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`', [SYSTEM]],
  [
    'Invalid JSON payload received. Unknown name "$schema" at \'tools[0].function_declarations[0].parameters\': Cannot find field.',
    [{ drop: `${PARAMETERS}.$schema` }],
  ],
  [
    'Unknown name "additionalProperties" at \'tools[0].function_declarations[0].parameters\': Cannot find field.',
    [{ drop: `${PARAMETERS}.additionalProperties` }],
  ],
  [
    'Unknown name "exclusiveMinimum" at \'tools[0].function_declarations[0].parameters.properties[1].value\': Cannot find field.',
    [{ drop: `${PARAMETERS}.exclusiveMinimum` }],
  ],
  [
    'Unknown name "const" at \'tools[0].function_declarations[0].parameters.properties[1].value\': Cannot find field.',
    [PLAIN],
  ],
  [
    'Unknown name "$ref" at \'tools[0].function_declarations[0].parameters.properties[0].value\': Cannot find field.',
    [PLAIN],
  ],
  [
    'Unknown name "oneOf" at \'tools[0].function_declarations[0].parameters.properties[0].value\': Cannot find field.',
    [PLAIN],
  ],
  [
    'Invalid JSON payload received. Unknown name "type" at \'tools[0].function_declarations[0].parameters.properties[0].value\': Proto field is not repeating, cannot start list.',
    [PLAIN],
  ],
  [
    '* GenerateContentRequest.tools[0].function_declarations[0].parameters.properties: should be non-empty for OBJECT type',
    [PLAIN],
  ],
  ['Recursive schemas are not supported', [PLAIN]],
  [
    "Tools with mixed values for 'strict' are not allowed. Please set all tools to 'strict: true' or 'strict: false'",
    [{ drop: 'tools[].function.strict' }],
  ],
  [
    "Invalid schema for function 'f': In context=(), 'additionalProperties' is required to be supplied and to be false.",
    [{ replace: 'tools[].function.strict', from: true, to: false }],
  ],
  ["Failed to pull the image: Unexpected role 'assistant' after role 'tool'", []],
  ['The system cannot read this at the beginning of the text', []],
  ['The temperature must be at least 0', []],
];

const LACKS: readonly (readonly [status: number, message: string, lacks: readonly MediaKind[]])[] = [
  [400, 'this model does not support image input (ref: b8bd630e)', ['images']],
  [404, 'No endpoints found that support image input', ['images']],
  [400, 'Invalid content type. image_url is only supported by certain models.', ['images']],
  [400, 'facebook/opt-125m is not a multimodal model None', ['images']],
  [400, 'At most 0 image(s) may be provided in one prompt.', ['images']],
  [500, 'Failed to parse messages: Unsupported content part type: "image_url"; messages = []', ['images']],
  [500, 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj', ['images']],
  [422, 'messages[1]: unknown variant `image_url`, expected `text` at line 1 column 120', ['images']],
  [400, 'Image input is not enabled for this model', ['images']],
  [400, 'messages[0].content must be a string', ['images', 'files', 'audio']],
  [400, "messages.content.type 参数非法，取值范围 ['text']", ['images', 'files', 'audio']],
  [400, 'This model does not support file inputs', ['files']],
  [400, "Unsupported content part type: 'file'", ['files']],
  [400, 'PDF documents are not supported by this model', ['files']],
  [400, 'This model does not support audio input', ['audio']],
  [400, 'Invalid image_url: could not download the image', []],
  [400, 'The image is too large: 30 MB', []],
  [400, 'Failed to load image or audio file', []],
  [400, 'This model does not support tools', []],
  [429, 'Too many images. The free tier does not support image input', []],
];

describe('a conversation that is refused', () => {
  let host: SimulatedHost;

  before(async () => {
    host = await hostOf(builtIns);
  });

  for (const [message, repairs] of ROWS) {
    it(`is repaired after "${message.slice(0, 100)}"`, () => {
      for (const status of [400, 422]) {
        const verdict = host.verdict('openai-compatible', failureOf(status, { error: { message } }));
        expect(verdict?.class).to.equal('bad_request');
        expect(verdict?.repairs ?? []).to.deep.equal(repairs);
      }
    });
  }

  it('is repaired where a template fails with the status of a broken server', () => {
    const verdict = host.verdict('openai-compatible', failureOf(500, { error: { message: ROWS[6]?.[0] } }));
    expect(verdict).to.deep.include({ class: 'bad_request', repairs: [FIRST] });
    expect(verdict?.scope).to.equal(undefined);
  });

  for (const [status, message, lacks] of LACKS) {
    it(`says ${lacks.length === 0 ? 'nothing' : `that the target takes no ${lacks.join(', ')}`}: ${status} "${message}"`, () => {
      const verdict = host.verdict('openai-compatible', failureOf(status, { error: { message } }));
      expect(verdict?.lacks ?? []).to.deep.equal(lacks);
      if (lacks.length > 0) expect(verdict?.class).to.equal('bad_request');
    });
  }
});
