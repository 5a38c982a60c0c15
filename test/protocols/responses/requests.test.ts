import { expect } from 'chai';
import { answering, ask, lastSent, post, Stage } from './stage.js';

type Json = Record<string, unknown>;

const IMAGE = 'data:image/png;base64,iVBORw0KGgo=';
const EMPTY = { type: 'object', properties: {} };
const tool = (name: string, more: object = {}) => ({ type: 'function', name, parameters: EMPTY, ...more });
const chatTool = (name: string, more: object = {}) => ({
  type: 'function',
  function: { name, parameters: EMPTY, ...more },
});
const user = (content: unknown) => ({ role: 'user', content });
const system = (content: string) => ({ role: 'system', content });
const call = (id: string, name = 'read', args = '{}') => ({
  type: 'function_call',
  call_id: id,
  name,
  arguments: args,
});
const output = (id: string, text: unknown) => ({ type: 'function_call_output', call_id: id, output: text });
const calls = (...ids: string[]) => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'read', arguments: '{}' } })),
});
const result = (id: string, content: string) => ({ role: 'tool', tool_call_id: id, content });
const FREE_TEXT = {
  type: 'object',
  properties: { input: { type: 'string' } },
  required: ['input'],
  additionalProperties: false,
};
const SCHEMA = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };

/** The number of a case, what is asked, and what the provider gets beside the model. */
type Row = readonly [number: number, what: string, asked: Json, sent: Json, omitted?: RegExp];

const ROWS: readonly Row[] = [
  [33, 'instructions', { instructions: 'Be brief.' }, { messages: [system('Be brief.'), user('Hello')] }],
  [
    33,
    'system messages anywhere',
    {
      instructions: 'A',
      input: [
        { role: 'user', content: 'Hi' },
        { role: 'system', content: 'B' },
        { role: 'user', content: 'Go' },
      ],
    },
    { messages: [system('A'), user('Hi'), system('B'), user('Go')] },
  ],
  [
    34,
    'a developer',
    {
      input: [
        { role: 'developer', content: 'A' },
        { role: 'user', content: 'Hi' },
      ],
    },
    { messages: [system('A'), user('Hi')] },
  ],
  ...(['auto', 'required', 'none'] as const).map(
    (choice): Row => [
      35,
      `the choice ${choice}`,
      { tools: [tool('read')], tool_choice: choice },
      { messages: [user('Hello')], tools: [chatTool('read')], tool_choice: choice },
    ],
  ),
  [
    35,
    'a tool by name',
    { tools: [tool('read')], tool_choice: { type: 'function', name: 'read' } },
    {
      messages: [user('Hello')],
      tools: [chatTool('read')],
      tool_choice: { type: 'function', function: { name: 'read' } },
    },
  ],
  [
    35,
    'a custom tool by name',
    { tools: [{ type: 'custom', name: 'patch' }], tool_choice: { type: 'custom', name: 'patch' } },
    {
      messages: [user('Hello')],
      tools: [chatTool('patch', { parameters: FREE_TEXT })],
      tool_choice: { type: 'function', function: { name: 'patch' } },
    },
  ],
  [
    35,
    'allowed tools',
    {
      tools: [tool('read'), tool('write'), tool('list')],
      tool_choice: {
        type: 'allowed_tools',
        mode: 'required',
        tools: [
          { type: 'function', name: 'list' },
          { type: 'function', name: 'read' },
        ],
      },
    },
    { messages: [user('Hello')], tools: [chatTool('read'), chatTool('list')], tool_choice: 'required' },
  ],
  [35, 'no tools left', { tools: [], tool_choice: 'auto', parallel_tool_calls: false }, { messages: [user('Hello')] }],
  [
    36,
    'parallel calls forbidden',
    { tools: [tool('read')], parallel_tool_calls: false },
    { messages: [user('Hello')], tools: [chatTool('read')], parallel_tool_calls: false },
  ],
  [
    37,
    'strict or not',
    { tools: [tool('a', { strict: true }), tool('b', { strict: false }), tool('c', { strict: null })] },
    {
      messages: [user('Hello')],
      tools: [chatTool('a', { strict: true }), chatTool('b', { strict: false }), chatTool('c')],
    },
  ],
  [
    38,
    'a schema of the answer',
    { text: { format: { type: 'json_schema', name: 'x', schema: SCHEMA, strict: true, description: null } } },
    {
      messages: [user('Hello')],
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: SCHEMA, strict: true } },
    },
  ],
  [
    38,
    'an answer in JSON',
    { text: { format: { type: 'json_object' } } },
    { messages: [user('Hello')], response_format: { type: 'json_object' } },
  ],
  [
    38,
    'an answer in text',
    { text: { format: { type: 'text' }, verbosity: 'low' } },
    { messages: [user('Hello')] },
    /text\.verbosity/,
  ],
  [38, 'an empty text', { text: {} }, { messages: [user('Hello')] }],
  [
    39,
    'an effort',
    { reasoning: { effort: 'high', summary: 'auto' } },
    { messages: [user('Hello')], reasoning_effort: 'high' },
  ],
  [39, 'a summary only', { reasoning: { summary: 'auto' } }, { messages: [user('Hello')] }],
  [40, 'a bound', { max_output_tokens: 50 }, { messages: [user('Hello')], max_tokens: 50 }],
  [
    41,
    'what only tunes',
    {
      metadata: { a: '1' },
      service_tier: 'flex',
      prompt_cache_key: 'k',
      prompt_cache_retention: '24h',
      safety_identifier: 's',
      user: 'u',
      truncation: 'auto',
      include: ['reasoning.encrypted_content'],
      max_tool_calls: 3,
      context_management: [{ type: 'compaction' }],
      stream_options: { include_obfuscation: false },
      store: true,
      background: false,
      client_metadata: { a: 1 },
      a_field_of_next_month: { deep: true },
      seed: 7,
    },
    { messages: [user('Hello')] },
    /^dropped service_tier, prompt_cache_key, .*client_metadata, a_field_of_next_month, seed: /,
  ],
  [41, 'fields of both', { temperature: 0, top_p: 0.5 }, { messages: [user('Hello')], temperature: 0, top_p: 0.5 }],
  [
    42,
    'a schema with keys that mean nothing',
    { tools: [tool('read', { parameters: { $schema: 'http://json-schema.org/draft-07/schema#', ...SCHEMA } })] },
    { messages: [user('Hello')], tools: [chatTool('read', { parameters: SCHEMA })] },
  ],
  [
    42,
    'no schema',
    { tools: [{ type: 'function', name: 'now', parameters: null }] },
    { messages: [user('Hello')], tools: [chatTool('now')] },
  ],
  [
    44,
    'a custom tool, a namespace and a web search',
    {
      tools: [
        {
          type: 'custom',
          name: 'patch',
          description: 'Patches.',
          format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
        },
        { type: 'namespace', name: 'mcp', description: 'd', tools: [tool('list'), { type: 'custom', name: 'say' }] },
        { type: 'web_search', external_web_access: true },
      ],
    },
    {
      messages: [user('Hello')],
      tools: [
        chatTool('patch', {
          description: 'Patches.\n\nThe input must match this lark grammar:\nstart: "x"',
          parameters: FREE_TEXT,
        }),
        chatTool('mcp__list'),
        chatTool('mcp__say', { parameters: FREE_TEXT }),
      ],
    },
    /dropped tools\[2\] \(web_search\): /,
  ],
  [
    44,
    'history of what was done elsewhere',
    {
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'web_search_call', id: 'ws_1', status: 'completed' },
        { type: 'mcp_list_tools', id: 'mcpl_1', tools: [] },
        { type: 'compaction', id: 'cmp_1', encrypted_content: 'x' },
        {
          type: 'message',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Found.' }],
          phase: 'final_answer',
        },
        { role: 'user', content: 'More' },
      ],
    },
    { messages: [user('Hi'), { role: 'assistant', content: 'Found.' }, user('More')] },
    /dropped input\[3\] \(compaction\): /,
  ],
  [
    44,
    'history of calls in all forms',
    {
      tools: [
        { type: 'custom', name: 'patch' },
        { type: 'namespace', name: 'mcp', tools: [tool('list')] },
      ],
      input: [
        { role: 'user', content: 'Hi' },
        { type: 'custom_tool_call', id: 'ctc_1', call_id: 'a', name: 'patch', input: '*** "x"' },
        { type: 'custom_tool_call_output', id: 'ctco_1', call_id: 'a', output: 'ok' },
        { type: 'function_call', id: 'fc_1', call_id: 'b', name: 'list', namespace: 'mcp', arguments: '' },
        { type: 'function_call_output', id: 'fco_1', call_id: 'b', output: [{ type: 'input_text', text: 'done' }] },
      ],
    },
    {
      messages: [
        user('Hi'),
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'a', type: 'function', function: { name: 'patch', arguments: '{"input":"*** \\"x\\""}' } },
          ],
        },
        result('a', 'ok'),
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'b', type: 'function', function: { name: 'mcp__list', arguments: '{}' } }],
        },
        result('b', 'done'),
      ],
      tools: [chatTool('patch', { parameters: FREE_TEXT }), chatTool('mcp__list')],
    },
  ],
  [
    44,
    'history of tools that are no functions',
    {
      input: [
        { role: 'user', content: 'Hi' },
        {
          type: 'local_shell_call',
          id: 'lsh_1',
          call_id: 'a',
          status: 'completed',
          action: { type: 'exec', command: ['ls'] },
        },
        { type: 'local_shell_call_output', call_id: 'a', output: 'x.ts' },
        { type: 'apply_patch_call', call_id: 'b', operation: { type: 'delete_file', path: 'x' } },
      ],
    },
    {
      messages: [
        user('Hi'),
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'a',
              type: 'function',
              function: { name: 'local_shell', arguments: '{"type":"exec","command":["ls"]}' },
            },
          ],
        },
        result('a', 'x.ts'),
      ],
    },
    /dropped input\[3\] \(apply_patch_call\): it has no result/,
  ],
  [
    45,
    'reasoning in history',
    {
      input: [
        { role: 'user', content: 'Hi' },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'secret' }],
          encrypted_content: 'gAAA',
        },
        { role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }] },
        { role: 'user', content: 'More' },
      ],
    },
    { messages: [user('Hi'), { role: 'assistant', content: 'Yes.' }, user('More')] },
  ],
  [
    48,
    'an image in the result of a tool',
    {
      input: [
        { role: 'user', content: 'Look' },
        call('a'),
        call('b'),
        output('a', [
          { type: 'input_text', text: 'here' },
          { type: 'input_image', image_url: IMAGE },
        ]),
        output('b', 'ok'),
      ],
    },
    {
      messages: [
        user('Look'),
        calls('a', 'b'),
        result('a', 'here\n\n(image follows)'),
        result('b', 'ok'),
        user([{ type: 'image_url', image_url: { url: IMAGE } }]),
      ],
    },
  ],
  [
    49,
    'images and a document',
    {
      input: [
        user([
          { type: 'input_text', text: 'Look' },
          { type: 'input_image', image_url: IMAGE, detail: 'high' },
          { type: 'input_image', image_url: 'https://a.example/b.png', detail: 'original' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA' },
        ]),
      ],
    },
    {
      messages: [
        user([
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: IMAGE, detail: 'high' } },
          { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA' } },
        ]),
      ],
    },
  ],
  [
    51,
    'results in any order, text between them, and orphans',
    {
      input: [
        { role: 'user', content: 'Go' },
        { type: 'message', role: 'assistant', content: 'I look.' },
        call('a'),
        call('b'),
        call('c'),
        output('b', 'two'),
        { role: 'user', content: 'and?' },
        output('a', 'one'),
        output('x', 'lost'),
      ],
    },
    {
      messages: [
        user('Go'),
        { ...calls('a', 'b', 'c'), content: 'I look.' },
        result('a', 'one'),
        result('b', 'two'),
        result('c', '(no result: interrupted)'),
        user('and?\n\nlost'),
      ],
    },
  ],
  [
    52,
    'several texts, and no arguments at all',
    {
      input: [
        user([
          { type: 'input_text', text: 'One' },
          { type: 'input_text', text: 'Two' },
        ]),
        { type: 'function_call', call_id: 'a', name: 'read', arguments: null },
        { type: 'function_call_output', call_id: 'a', output: null },
      ],
    },
    { messages: [user('One\n\nTwo'), calls('a'), result('a', '(no output)')] },
  ],
  [
    52,
    'a message whose content is null',
    { input: [user('Hi'), { role: 'assistant', content: null }, call('a'), output('a', 'x')] },
    { messages: [user('Hi'), calls('a'), result('a', 'x')] },
  ],
  [
    52,
    'empty parts and empty arguments',
    {
      input: [
        user([
          { type: 'input_text', text: '' },
          { type: 'input_text', text: 'Hi' },
        ]),
        { role: 'assistant', content: [{ type: 'output_text', text: '' }] },
        call('a', 'read', ''),
        output('a', ''),
      ],
    },
    { messages: [user('Hi'), calls('a'), result('a', '(no output)')] },
  ],
];

/** The number of a case, what is asked, and the field and the code of the refusal. */
const REFUSED: readonly (readonly [number: number, asked: Json, param: string, code?: string])[] = [
  [58, { previous_response_id: 'resp_1' }, 'previous_response_id', 'previous_response_not_found'],
  [58, { conversation: 'conv_1' }, 'conversation'],
  [58, { prompt: { id: 'pmpt_1' } }, 'prompt'],
  [58, { background: true }, 'background'],
  [58, { input: [user('Hi'), { type: 'item_reference', id: 'msg_1' }] }, 'input[1]'],
  [58, { input: [user('Hi'), { id: 'fc_1' }] }, 'input[1]'],
  [35, { tools: [{ type: 'web_search' }] }, 'tools[0].type', 'unsupported_tool'],
  [35, { tools: [{ type: 'web_search_preview_2025_03_11' }] }, 'tools[0].type', 'unsupported_tool'],
  [
    35,
    { tools: [tool('a'), { type: 'web_search' }], tool_choice: { type: 'web_search' } },
    'tool_choice',
    'unsupported_tool',
  ],
  ...['file_search', 'code_interpreter', 'computer_use_preview', 'mcp', 'shell', 'apply_patch', 'time_travel'].map(
    (type) => [44, { tools: [tool('a'), { type }] }, 'tools[1].type', 'unsupported_tool'] as const,
  ),
  [
    44,
    { tools: [{ type: 'namespace', name: 'n', tools: [tool('a'), { type: 'mcp' }] }] },
    'tools[0].tools[1].type',
    'unsupported_tool',
  ],
  [
    35,
    {
      tools: [tool('a'), { type: 'image_generation' }],
      tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'image_generation' }] },
    },
    'tool_choice',
    'unsupported_tool',
  ],
  [35, { tools: [tool('a')], tool_choice: { type: 'function', name: 'b' } }, 'tool_choice'],
  [35, { tools: [tool('a')], tool_choice: 'sometimes' }, 'tool_choice'],
  [44, { input: [user('Hi'), { type: 'time_travel_call' }] }, 'input[1].type'],
  [49, { input: [user([{ type: 'input_image', file_id: 'file_1' }])] }, 'input[0].content[0].file_id'],
  [49, { input: [user([{ type: 'input_file', file_id: 'file_1' }])] }, 'input[0].content[0].file_id'],
  [49, { input: [user([{ type: 'input_file', file_url: 'https://a.example' }])] }, 'input[0].content[0].file_url'],
  [49, { input: [user([{ type: 'input_audio', input_audio: {} }])] }, 'input[0].content[0].type'],
  [48, { input: [call('a'), output('a', [{ type: 'input_image', file_id: 'f' }])] }, 'input[1].output[0].file_id'],
  [52, { input: [] }, 'input'],
  [52, { input: null }, 'input'],
  [52, { input: '' }, 'input'],
  [52, { input: [{ type: 'reasoning', id: 'rs_1', summary: [] }] }, 'input'],
  [38, { text: { format: { type: 'grammar' } } }, 'text.format.type'],
  [38, { text: { format: {} } }, 'text.format.type'],
  [38, { text: { format: { type: 'json_schema', name: 'n' } } }, 'text.format.schema'],
  [38, { text: { format: { type: 'json_schema', name: 1, schema: SCHEMA } } }, 'text.format.name'],
  [35, { tools: [tool('a')], tool_choice: {} }, 'tool_choice.type'],
  [39, { reasoning: { effort: 1 } }, 'reasoning.effort'],
  [52, { input: { role: 'user' } }, 'input'],
  [52, { input: [{ role: 'user' }] }, 'input[0].content'],
  [52, { input: [{ type: { toString: null } }] }, 'input[0].type'],
  [44, { input: [{ type: 'x'.repeat(1_000) }] }, 'input[0].type'],
  [49, { input: [user([{ type: 'input_image', image_url: {} }])] }, 'input[0].content[0].image_url.url'],
  ...['temperature', 'top_p', 'max_output_tokens', 'top_logprobs', 'parallel_tool_calls'].map(
    (name) => [40, { [name]: 'much' }, name] as const,
  ),
];

describe('Requests of the Responses API', () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.set([answering({ content: 'Hello' })]);
  });

  after(() => stage.close());

  for (const [number, what, asked, sent, omitted] of ROWS) {
    it(`${number}: ${what}`, async () => {
      stage.outcomes.length = 0;
      const { status, body } = await ask(stage, asked);
      expect(status, JSON.stringify(body)).to.equal(200);
      expect(lastSent(stage)).to.deep.equal({ model: 'a-model', ...sent });
      const changes = (await stage.outcome()).attempts.flatMap(({ adapted }) => adapted);
      if (omitted === undefined) expect(changes).to.deep.equal([]);
      else expect(changes.join('\n')).to.match(omitted);
    });
  }

  for (const [number, asked, param, code = 'invalid_request'] of REFUSED) {
    it(`${number}: ${JSON.stringify(asked).slice(0, 90)} is refused at ${param}`, async () => {
      const before = stage.requestCounts;
      for (const stream of [false, true]) {
        const response = await post(stage, { ...asked, stream });
        expect(response.status).to.equal(400);
        const { error } = (await response.json()) as { error: { message: string } };
        expect(error).to.include({ type: 'invalid_request_error', code, param });
        expect(error.message).to.contain(`"${param}"`);
        expect(error.message).to.have.length.below(300);
      }
      expect(stage.requestCounts).to.deep.equal(before);
    });
  }

  it('40: a stream that is neither true nor false is refused', async () => {
    const response = await post(stage, { stream: 'yes' });
    expect(response.status).to.equal(400);
    expect(((await response.json()) as Json).error).to.include({ param: 'stream' });
  });

  const MANY = 10_000;
  const indexes = Array.from({ length: MANY }, (_, index) => index);
  const seen = user([
    { type: 'input_text', text: 'a' },
    { type: 'input_image', image_url: 'https://a.example' },
  ]);
  const LONG: readonly (readonly [what: string, input: readonly Json[], messages: number])[] = [
    ['messages with pictures', indexes.map(() => seen), 1],
    [
      'calls of one turn',
      [...indexes.map((at) => call(`c${at}`)), ...indexes.map((at) => output(`c${at}`, 'ok'))],
      MANY + 1,
    ],
  ];
  for (const [what, input, messages] of LONG) {
    it(`51: ${MANY} ${what}`, async () => {
      expect((await ask(stage, { input })).status).to.equal(200);
      expect(lastSent(stage).messages).to.have.length(messages);
    });
  }

  it('names a few of the many things that were left out', async () => {
    stage.outcomes.length = 0;
    const searches = indexes.slice(0, 50).map(() => ({ type: 'web_search_call', id: 'ws_1' }));
    const unknown = Object.fromEntries(indexes.slice(0, 50).map((at) => [`field${at}${'x'.repeat(100)}`, 1]));
    await ask(stage, { input: [user('Hi'), ...searches], ...unknown });
    const changes = (await stage.outcome()).attempts.flatMap(({ adapted }) => adapted);
    expect(changes).to.have.length(21);
    expect(changes.at(-1)).to.equal('dropped 31 more');
    expect(changes.join('')).to.have.length.below(3_000);
  });

  it('writes what was left out into the debug log, and warns of what the model misses', async () => {
    const { lines } = stage.proxy.log;
    lines.length = 0;
    stage.outcomes.length = 0;
    await ask(stage, {
      service_tier: 'flex',
      input: [user('Hi'), { type: 'compaction', id: 'cmp_1', encrypted_content: 'x' }],
    });
    await stage.outcome();
    expect(lines.join('\n'))
      .to.match(/changed for one\/a-model: dropped input\[1\] \(compaction\): .*; dropped service_tier: /)
      .and.match(/input\[1\] \(compaction\) does not reach the model: only OpenAI can read a compacted conversation/);
  });
});
