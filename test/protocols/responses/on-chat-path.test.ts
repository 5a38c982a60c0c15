import { expect } from 'chai';
import fc from 'fast-check';
import { ChainError } from '../../../src/plugin/door/errors.js';
import { isResponsesRequest, readOnChatPath } from '../../../src/protocols/responses/request.js';

const IMAGE = 'data:image/png;base64,AAAA';
const PARAMETERS = { type: 'object', properties: { path: { type: 'string' } } };
const CALL = { type: 'function_call', call_id: 'c1', name: 'read', arguments: '{"path":"a"}' };
const CHAT_CALL = { id: 'c1', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } };
const TOOL = { type: 'function', name: 'read' };
const CHAT_TOOL = { type: 'function', function: { name: 'read', parameters: { type: 'object', properties: {} } } };
const user = (content: unknown) => ({ role: 'user', content });

const MESSAGES: readonly (readonly [what: string, body: object, messages: readonly object[]])[] = [
  ['a text', { input: 'Hello' }, [user('Hello')]],
  [
    'instructions',
    { instructions: 'Be brief.', input: 'Hello' },
    [{ role: 'system', content: 'Be brief.' }, user('Hello')],
  ],
  ['empty instructions', { instructions: '', input: 'Hello' }, [user('Hello')]],
  ['no instructions', { instructions: null, input: [user('Hello')] }, [user('Hello')]],
  [
    'a role that few providers know',
    { input: [{ type: 'message', role: 'developer', content: 'x' }] },
    [{ role: 'system', content: 'x' }],
  ],
  ['one part', { input: [user([{ type: 'input_text', text: 'a' }])] }, [user('a')]],
  ['no part', { input: [user([])] }, [user('')]],
  [
    'several parts',
    {
      input: [
        user([
          { type: 'input_text', text: 'a' },
          { type: 'text', text: 'b' },
        ]),
      ],
    },
    [
      user([
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ]),
    ],
  ],
  [
    'pictures',
    {
      input: [
        user([
          { type: 'input_text', text: 'a' },
          { type: 'input_image', image_url: IMAGE, detail: 'low' },
        ]),
      ],
    },
    [
      user([
        { type: 'text', text: 'a' },
        { type: 'image_url', image_url: { url: IMAGE, detail: 'low' } },
      ]),
    ],
  ],
  [
    'a picture in the form of chat completions',
    { input: [user([{ type: 'image_url', image_url: { url: IMAGE } }])] },
    [user([{ type: 'image_url', image_url: { url: IMAGE } }])],
  ],
  [
    'a file',
    { input: [user([{ type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA' }])] },
    [user([{ type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA' } }])],
  ],
  [
    'an answer with its refusal',
    { input: [{ role: 'assistant', id: 'm1', status: 'completed', content: [{ type: 'refusal', refusal: 'No.' }] }] },
    [{ role: 'assistant', content: 'No.' }],
  ],
  [
    'a tool call and its result',
    { input: [user('go'), CALL, { type: 'function_call_output', call_id: 'c1', output: 'done' }] },
    [
      user('go'),
      { role: 'assistant', content: null, tool_calls: [CHAT_CALL] },
      { role: 'tool', tool_call_id: 'c1', content: 'done' },
    ],
  ],
  [
    'parallel tool calls with text and reasoning',
    {
      input: [
        { type: 'reasoning', id: 'r1', summary: [], encrypted_content: 'xyz' },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.', annotations: [] }] },
        CALL,
        { ...CALL, call_id: 'c2' },
        { type: 'function_call_output', call_id: 'c1', output: [{ type: 'input_text', text: 'one' }] },
        { type: 'function_call_output', call_id: 'c2', output: '' },
        { ...CALL, call_id: 'c3' },
      ],
    },
    [
      { role: 'assistant', content: 'I look.', tool_calls: [CHAT_CALL, { ...CHAT_CALL, id: 'c2' }] },
      { role: 'tool', tool_call_id: 'c1', content: 'one' },
      { role: 'tool', tool_call_id: 'c2', content: '' },
      { role: 'assistant', content: null, tool_calls: [{ ...CHAT_CALL, id: 'c3' }] },
    ],
  ],
  [
    'text behind a tool call',
    {
      input: [CALL, { role: 'assistant', content: 'so' }, { type: 'function_call_output', call_id: 'c1', output: 'x' }],
    },
    [
      { role: 'assistant', content: 'so', tool_calls: [CHAT_CALL] },
      { role: 'tool', tool_call_id: 'c1', content: 'x' },
    ],
  ],
  [
    'two answers in a row',
    {
      input: [
        { role: 'assistant', content: 'a' },
        { role: 'assistant', content: 'b' },
      ],
    },
    [
      { role: 'assistant', content: 'a' },
      { role: 'assistant', content: 'b' },
    ],
  ],
  [
    'a custom tool call',
    {
      input: [
        { type: 'custom_tool_call', call_id: 'c1', name: 'patch', input: '*** Begin' },
        { type: 'custom_tool_call_output', call_id: 'c1', output: 'ok' },
      ],
    },
    [
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'custom', custom: { name: 'patch', input: '*** Begin' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'ok' },
    ],
  ],
];

const FIELDS: readonly (readonly [what: string, body: object, chat: object])[] = [
  [
    'fields of both',
    { model: 'x', stream: true, temperature: 0, top_p: 1, user: 'u', x_vendor: [1] },
    { model: 'x', stream: true, temperature: 0, top_p: 1, user: 'u', x_vendor: [1] },
  ],
  ['the bound', { max_output_tokens: 100 }, { max_tokens: 100 }],
  ['a bound of chat completions', { max_tokens: 5 }, { max_tokens: 5 }],
  ['the effort', { reasoning: { effort: 'high', summary: 'auto' } }, { reasoning_effort: 'high' }],
  ['no effort', { reasoning: { effort: null } }, {}],
  [
    'a flat tool',
    {
      tools: [{ type: 'function', name: 'read', description: 'd', parameters: PARAMETERS, strict: null }],
      parallel_tool_calls: true,
    },
    {
      tools: [{ type: 'function', function: { name: 'read', description: 'd', parameters: PARAMETERS } }],
    },
  ],
  [
    'a nested tool',
    { tools: [{ type: 'function', function: { name: 'read' } }], parallel_tool_calls: false },
    { tools: [CHAT_TOOL], parallel_tool_calls: false },
  ],
  [
    'a custom tool',
    { tools: [{ type: 'custom', name: 'p', format: { type: 'text' } }] },
    { tools: [{ type: 'custom', custom: { name: 'p', format: { type: 'text' } } }] },
  ],
  ['no tools', { tools: [], tool_choice: 'auto', parallel_tool_calls: true }, {}],
  ['a choice by word', { tools: [TOOL], tool_choice: 'required' }, { tools: [CHAT_TOOL], tool_choice: 'required' }],
  ['a tool that the model can do without', { tools: [{ type: 'web_search' }, TOOL] }, { tools: [CHAT_TOOL] }],
  [
    'a choice by name',
    { tools: [TOOL], tool_choice: { type: 'function', name: 'read' } },
    { tools: [CHAT_TOOL], tool_choice: { type: 'function', function: { name: 'read' } } },
  ],
  [
    'a choice of several',
    {
      tools: [{ type: 'function', name: 'write' }, TOOL],
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'read' }] },
    },
    { tools: [CHAT_TOOL], tool_choice: 'auto' },
  ],
  ['plain text', { text: { format: { type: 'text' }, verbosity: 'low' } }, { verbosity: 'low' }],
  ['JSON', { text: { format: { type: 'json_object' } } }, { response_format: { type: 'json_object' } }],
  [
    'a schema',
    { text: { format: { type: 'json_schema', name: 'n', schema: PARAMETERS, strict: true } } },
    { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: PARAMETERS, strict: true } } },
  ],
  ['probabilities', { top_logprobs: 2 }, { logprobs: true, top_logprobs: 2 }],
  [
    'usage in streams',
    { stream_options: { include_usage: true, include_obfuscation: false } },
    { stream_options: { include_usage: true } },
  ],
  [
    'what changes nothing',
    {
      include: ['reasoning.encrypted_content'],
      truncation: 'auto',
      previous_response_id: null,
      background: false,
      store: false,
    },
    { store: false },
  ],
];

const REFUSED: readonly (readonly [body: object, param: string, code?: string])[] = [
  [{ input: [] }, 'input'],
  [{ input: 5 }, 'input'],
  [{ input: ['x'] }, 'input[0]'],
  [{ input: [{ type: 'item_reference', id: 'm1' }] }, 'input[0]'],
  [{ input: [user('a'), { type: 'unheard_of_call', id: 'w' }] }, 'input[1].type'],
  [{ input: [{ role: 'robot', content: 'x' }] }, 'input[0].role'],
  [{ input: [{ role: 'user' }] }, 'input[0].content'],
  [{ input: [user([{ type: 'input_video' }])] }, 'input[0].content[0].type'],
  [{ input: [user([{ type: 'toString' }])] }, 'input[0].content[0].type'],
  [{ input: [user([{ type: 'input_text' }])] }, 'input[0].content[0].text'],
  [{ input: [user([{ type: 'input_image', file_id: 'f' }])] }, 'input[0].content[0].file_id'],
  [{ input: [user([{ type: 'input_file', file_url: 'https://x' }])] }, 'input[0].content[0].file_url'],
  [{ input: [{ type: 'function_call', call_id: 'c', name: 'n', arguments: {} }] }, 'input[0].arguments'],
  [{ input: [{ type: 'function_call', name: 'n', arguments: '' }] }, 'input[0].call_id'],
  [{ input: [{ type: 'function_call_output', call_id: 'c', output: 3 }] }, 'input[0].output'],
  [{ instructions: ['a'] }, 'instructions'],
  [{ tools: {} }, 'tools'],
  [{ tools: [{ type: 'function', name: 'a' }, { type: 'file_search' }] }, 'tools[1].type', 'unsupported_tool'],
  [{ tools: [{ type: 'function' }] }, 'tools[0].name'],
  [{ tool_choice: { type: 'file_search' } }, 'tool_choice', 'unsupported_tool'],
  [{ reasoning: 'high' }, 'reasoning'],
  [{ text: { format: { type: 'grammar' } } }, 'text.format.type'],
  [{ previous_response_id: 'resp_1' }, 'previous_response_id', 'previous_response_not_found'],
  [{ conversation: { id: 'c' } }, 'conversation'],
  [{ prompt: { id: 'p' } }, 'prompt'],
  [{ background: true }, 'background'],
];

const errorOf = (body: object): unknown => {
  try {
    return readOnChatPath({ input: 'x', ...body });
  } catch (error) {
    return error;
  }
};

describe('A request in the form of the Responses API at the path of chat completions', () => {
  it('is recognised by its input, unless it has messages', () => {
    expect(isResponsesRequest({ input: 'x' })).to.equal(true);
    expect(isResponsesRequest({ input: 'x', messages: null })).to.equal(true);
    expect(isResponsesRequest({ input: 'x', messages: [] })).to.equal(false);
    expect(isResponsesRequest({ messages: [] })).to.equal(false);
    expect(isResponsesRequest({})).to.equal(false);
  });

  for (const [what, body, messages] of MESSAGES) {
    it(`becomes chat messages: ${what}`, () => {
      expect(readOnChatPath(body as Record<string, unknown>)).to.deep.equal({ messages });
    });
  }

  for (const [what, body, chat] of FIELDS) {
    it(`becomes fields of a chat completion: ${what}`, () => {
      expect(readOnChatPath({ input: 'x', ...body })).to.deep.equal({ messages: [user('x')], ...chat });
    });
  }

  for (const [body, param, code = 'invalid_request'] of REFUSED) {
    it(`is refused with the name of the field: ${param}`, () => {
      const error = errorOf(body);
      expect(error).to.be.instanceOf(ChainError);
      expect((error as ChainError).toJSON().error).to.include({ code, param });
      expect((error as ChainError).message).to.contain(`"${param}"`);
    });
  }

  it('is translated or refused, and never changed, whatever it contains', () => {
    fc.assert(
      fc.property(
        fc.object({ key: fc.constantFrom('input', 'type', 'role', 'content', 'tools', 'text', 'output') }),
        (body) => {
          const before = JSON.stringify(body);
          const result = errorOf(body);
          if (result instanceof Error && !(result instanceof ChainError)) throw result;
          expect(JSON.stringify(body)).to.equal(before);
        },
      ),
      { numRuns: 300 },
    );
  });
});
