import { expect } from 'chai';
import { ChainError } from '../../../src/plugin/door/errors.js';
import { readRequest } from '../../../src/protocols/messages/read-request.js';

type Fields = Record<string, unknown>;

const HELLO = [{ role: 'user', content: 'Hello' }];
const PNG = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
const IMAGE = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
const READ = { name: 'read', input_schema: { type: 'object', properties: { path: { type: 'string' } } } };
const SENT_READ = { type: 'function', function: { name: 'read', parameters: READ.input_schema } };

const user = (...content: object[]): object => ({ role: 'user', content });
const assistant = (...content: object[]): object => ({ role: 'assistant', content });
const text = (value: string): object => ({ type: 'text', text: value });
const use = (id: string, input: unknown = {}): object => ({ type: 'tool_use', id, name: 'read', input });
const result = (id: string, content?: unknown, more: object = {}): object => ({
  type: 'tool_result',
  tool_use_id: id,
  ...(content === undefined ? {} : { content }),
  ...more,
});
const called = (...ids: string[]): object[] =>
  ids.map((id) => ({ id, type: 'function', function: { name: 'read', arguments: '{}' } }));
const tool = (id: string, content: string): object => ({ role: 'tool', tool_call_id: id, content });

const MESSAGES: readonly [what: string, given: object, messages: readonly object[]][] = [
  ['a system prompt', { system: 'Be kind.', messages: HELLO }, [{ role: 'system', content: 'Be kind.' }, ...HELLO]],
  [
    'a system prompt in blocks, with cache marks',
    { system: [{ ...text('One.'), cache_control: { type: 'ephemeral' } }, text(''), text('Two.')], messages: HELLO },
    [{ role: 'system', content: 'One.\n\nTwo.' }, ...HELLO],
  ],
  [
    'a system message in the middle, with keys that chat completions do not have',
    {
      system: 'One.',
      messages: [
        ...HELLO,
        { role: 'system', content: [text('Two.')], output_config: { effort: 'low' } },
        assistant(text('Hi')),
      ],
    },
    [
      { role: 'system', content: 'One.' },
      ...HELLO,
      { role: 'system', content: 'Two.' },
      { role: 'assistant', content: 'Hi' },
    ],
  ],
  ['an empty system prompt', { system: [], messages: HELLO }, HELLO],
  [
    'a prefill',
    { messages: [...HELLO, { role: 'assistant', content: 'I' }] },
    [...HELLO, { role: 'assistant', content: 'I' }],
  ],
  [
    'neighbours of one role',
    { messages: [...HELLO, user(text('there'))] },
    [{ role: 'user', content: 'Hello\n\nthere' }],
  ],
  [
    'pictures inline and by URL',
    {
      messages: [
        user(
          text('Look'),
          { type: 'image', source: PNG },
          { type: 'image', source: { type: 'url', url: 'https://a/b.png' } },
        ),
      ],
    },
    [{ role: 'user', content: [text('Look'), IMAGE, { type: 'image_url', image_url: { url: 'https://a/b.png' } }] }],
  ],
  [
    'documents of text, of blocks, and as base64',
    {
      messages: [
        user(
          {
            type: 'document',
            title: 'T',
            context: 'C',
            source: { type: 'text', media_type: 'text/plain', data: 'one' },
          },
          { type: 'document', source: { type: 'content', content: 'two' } },
          { type: 'document', source: { type: 'content', content: [text('three')] } },
          {
            type: 'document',
            source: { type: 'base64', media_type: 'text/plain', data: Buffer.from('four').toString('base64') },
          },
        ),
      ],
    },
    [{ role: 'user', content: 'T\n\nC\n\none\n\ntwo\n\nthree\n\nfour' }],
  ],
  [
    'a PDF',
    { messages: [user({ type: 'document', title: 'plan', source: { ...PNG, media_type: 'application/pdf' } })] },
    [
      {
        role: 'user',
        content: [{ type: 'file', file: { filename: 'plan.pdf', file_data: 'data:application/pdf;base64,AAAA' } }],
      },
    ],
  ],
  [
    'a search result',
    { messages: [user({ type: 'search_result', title: 'T', source: 'https://a', content: [text('found')] })] },
    [{ role: 'user', content: 'T\n\nhttps://a\n\nfound' }],
  ],
  [
    'text and a call, and its result',
    { messages: [...HELLO, assistant(text('I look.'), use('a', { path: 'b' })), user(result('a', 'yes'))] },
    [
      ...HELLO,
      {
        role: 'assistant',
        content: 'I look.',
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'read', arguments: '{"path":"b"}' } }],
      },
      tool('a', 'yes'),
    ],
  ],
  [
    'results in another order, after text',
    {
      messages: [
        ...HELLO,
        assistant(use('a'), use('b', null)),
        user(text('and'), result('b', [text('2'), text('3')]), result('a', '1')),
      ],
    },
    [
      ...HELLO,
      { role: 'assistant', content: null, tool_calls: called('a', 'b') },
      tool('a', '1'),
      tool('b', '2\n\n3'),
      { role: 'user', content: 'and' },
    ],
  ],
  [
    'results without content',
    {
      messages: [
        ...HELLO,
        assistant(use('a'), use('b'), use('c')),
        user(result('a'), result('b', []), result('c', '')),
      ],
    },
    [
      ...HELLO,
      { role: 'assistant', content: null, tool_calls: called('a', 'b', 'c') },
      tool('a', '(no output)'),
      tool('b', '(no output)'),
      tool('c', '(no output)'),
    ],
  ],
  [
    'results that are errors',
    {
      messages: [
        ...HELLO,
        assistant(use('a'), use('b'), use('c')),
        user(
          result('a', 'no such file', { is_error: true }),
          result('b', '<tool_use_error>Error: no</tool_use_error>', { is_error: true }),
          result('c', undefined, { is_error: true }),
        ),
      ],
    },
    [
      ...HELLO,
      { role: 'assistant', content: null, tool_calls: called('a', 'b', 'c') },
      tool('a', 'Error: no such file'),
      tool('b', '<tool_use_error>Error: no</tool_use_error>'),
      tool('c', 'Error: (no output)'),
    ],
  ],
  [
    'a picture in a result, before the text of the turn',
    {
      messages: [
        ...HELLO,
        assistant(use('a'), use('b')),
        user(result('a', [text('seen'), { type: 'image', source: PNG }]), result('b', '2'), text('What is it?')),
      ],
    },
    [
      ...HELLO,
      { role: 'assistant', content: null, tool_calls: called('a', 'b') },
      tool('a', 'seen\n\n(image follows)'),
      tool('b', '2'),
      { role: 'user', content: [IMAGE, text('What is it?')] },
    ],
  ],
  [
    'a call that was interrupted, and a result without its call',
    { messages: [...HELLO, assistant(use('a')), user(text('stop'), result('x', 'lost'))] },
    [
      ...HELLO,
      { role: 'assistant', content: null, tool_calls: called('a') },
      tool('a', '(no result: interrupted)'),
      { role: 'user', content: 'lost\n\nstop' },
    ],
  ],
  [
    'thinking and blocks of tools that ran at Anthropic',
    {
      messages: [
        ...HELLO,
        assistant(
          { type: 'thinking', thinking: 'secret', signature: 'abc' },
          { type: 'redacted_thinking', data: 'abc' },
          { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
          { type: 'web_search_tool_result', tool_use_id: 's', content: [] },
          text('Hi'),
          text(' there'),
        ),
        user(text('go on')),
      ],
    },
    [...HELLO, { role: 'assistant', content: 'Hi there' }, { role: 'user', content: 'go on' }],
  ],
  [
    'our thinking before a call, for models that want it back',
    {
      messages: [
        ...HELLO,
        assistant({ type: 'thinking', thinking: 'I look.', signature: '429chain' }, use('a')),
        user(result('a', '1')),
        assistant({ type: 'thinking', thinking: 'Now I know.', signature: '429chain' }, text('One.')),
      ],
    },
    [
      ...HELLO,
      { role: 'assistant', content: null, reasoning_content: 'I look.', tool_calls: called('a') },
      tool('a', '1'),
      { role: 'assistant', content: 'One.' },
    ],
  ],
  [
    'empty blocks and messages with nothing in them',
    {
      messages: [
        user(text(''), text('Hello')),
        assistant({ type: 'thinking', thinking: 'a', signature: 'b' }),
        assistant(text('')),
        user(text('?')),
      ],
    },
    [{ role: 'user', content: 'Hello\n\n?' }],
  ],
  [
    'a summary of what came before',
    { messages: [assistant({ type: 'compaction', content: 'It began.' }), ...HELLO] },
    [{ role: 'assistant', content: 'It began.' }, ...HELLO],
  ],
];

const FIELDS: readonly [what: string, given: object, fields: object, omitted?: readonly RegExp[]][] = [
  ['no bound', {}, {}],
  [
    'a bound, temperature and top_p',
    { max_tokens: 9, temperature: 0.5, top_p: 0.9 },
    { max_tokens: 9, temperature: 0.5, top_p: 0.9 },
  ],
  ['stop sequences', { stop_sequences: ['a', '', 'b'] }, { stop: ['a', 'b'] }],
  [
    'too many stop sequences',
    { stop_sequences: ['a', 'b', 'c', 'd', 'e'] },
    { stop: ['a', 'b', 'c', 'd'] },
    [/stop_sequences/],
  ],
  ['a stream', { stream: true }, { stream: true }],
  ['stream: false', { stream: false }, {}],
  ['tools', { tools: [READ] }, { tools: [SENT_READ] }],
  ['no tools', { tools: [], tool_choice: { type: 'auto', disable_parallel_tool_use: true } }, {}],
  [
    'a tool with everything',
    {
      tools: [
        {
          ...READ,
          type: 'custom',
          description: 'Reads',
          strict: true,
          cache_control: {},
          defer_loading: true,
          input_examples: [{}],
        },
      ],
    },
    { tools: [{ type: 'function', function: { ...SENT_READ.function, description: 'Reads', strict: true } }] },
  ],
  [
    'a tool without properties',
    {
      tools: [
        { name: 'now', input_schema: { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' } },
      ],
    },
    { tools: [{ type: 'function', function: { name: 'now', parameters: { type: 'object', properties: {} } } }] },
  ],
  ['tool_choice auto', { tools: [READ], tool_choice: { type: 'auto' } }, { tools: [SENT_READ], tool_choice: 'auto' }],
  ['tool_choice any', { tools: [READ], tool_choice: { type: 'any' } }, { tools: [SENT_READ], tool_choice: 'required' }],
  ['tool_choice none', { tools: [READ], tool_choice: { type: 'none' } }, { tools: [SENT_READ], tool_choice: 'none' }],
  [
    'tool_choice of one tool, one call at a time',
    { tools: [READ], tool_choice: { type: 'tool', name: 'read', disable_parallel_tool_use: true } },
    { tools: [SENT_READ], tool_choice: { type: 'function', function: { name: 'read' } }, parallel_tool_calls: false },
  ],
  [
    'tools of Anthropic beside others',
    {
      tools: [
        { type: 'web_search_20250305', name: 'web_search', max_uses: 5 },
        READ,
        { type: 'web_fetch_20250910', name: 'web_fetch' },
        { type: 'code_execution_20250825', name: 'code_execution' },
        { type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' },
      ],
    },
    { tools: [SENT_READ] },
    [/web_search/, /web_fetch/, /code_execution/, /tool_search/],
  ],
  ['effort', { output_config: { effort: 'low' } }, { reasoning_effort: 'low' }],
  ['the highest effort', { output_config: { effort: 'max' } }, { reasoning_effort: 'xhigh' }],
  ['an effort that does not exist', { output_config: { effort: 'immense' } }, {}],
  ['a small thinking budget', { thinking: { type: 'enabled', budget_tokens: 1_024 } }, { reasoning_effort: 'low' }],
  ['a thinking budget', { thinking: { type: 'enabled', budget_tokens: 10_000 } }, { reasoning_effort: 'medium' }],
  ['a large thinking budget', { thinking: { type: 'enabled', budget_tokens: 32_000 } }, { reasoning_effort: 'high' }],
  ['adaptive thinking', { thinking: { type: 'adaptive', display: 'omitted' } }, {}],
  [
    'adaptive thinking with an effort',
    { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    { reasoning_effort: 'high' },
  ],
  ['disabled thinking', { thinking: { type: 'disabled' } }, {}, [/thinking disabled/]],
  [
    'a format',
    { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', strict: true, schema: { type: 'object' } },
      },
    },
  ],
  [
    'a format of older clients',
    { output_format: { type: 'json_schema', schema: { type: 'object' } } },
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', strict: true, schema: { type: 'object' } },
      },
    },
  ],
  [
    'fields that tune an answer',
    {
      top_k: 5,
      metadata: { user_id: 'u' },
      service_tier: 'auto',
      context_management: { edits: [] },
      cache_control: { type: 'ephemeral' },
      inference_geo: 'eu',
    },
    {},
    [/top_k/, /metadata/, /service_tier/, /cache_control/, /context_management/, /inference_geo/],
  ],
  [
    'unknown fields and empty ones',
    {
      from_next_year: { a: 1 },
      container: null,
      mcp_servers: [],
      tools: null,
      system: null,
      thinking: null,
      stop_sequences: null,
    },
    {},
  ],
];

const REFUSED: readonly [given: object, at: string, says?: RegExp][] = [
  [{ messages: undefined }, 'messages', /required/],
  [{ messages: 'Hello' }, 'messages', /list/],
  [{ messages: [] }, 'messages', /at least one/],
  [{ messages: [user(text(''))] }, 'messages', /at least one/],
  [{ messages: ['Hello'] }, 'messages.0', /object/],
  [{ messages: [{ role: 'tool', content: '' }] }, 'messages.0.role', /user, assistant or system/],
  [{ messages: [...HELLO, { role: 'user' }] }, 'messages.1.content', /required/],
  [{ messages: [user({ type: 'video' })] }, 'messages.0.content.0.type', /"video"/],
  [{ messages: [user({ text: 'a' })] }, 'messages.0.content.0.type', /required/],
  [
    { messages: [user(text('a'), { type: 'image', source: { type: 'file', file_id: 'f' } })] },
    'messages.0.content.1.source',
    /base64/,
  ],
  [{ messages: [user({ type: 'image' })] }, 'messages.0.content.0.source', /required/],
  [
    { messages: [user({ type: 'image', source: { type: 'base64', data: 'A' } })] },
    'messages.0.content.0.source.media_type',
  ],
  [{ messages: [user({ type: 'document', source: { type: 'file', file_id: 'f' } })] }, 'messages.0.content.0.source'],
  [
    { messages: [user({ type: 'document', source: { type: 'url', url: 'https://a' } })] },
    'messages.0.content.0.source',
    /URL/,
  ],
  [{ messages: [user({ type: 'container_upload', file_id: 'f' })] }, 'messages.0.content.0.type', /container_upload/],
  [
    { messages: [user(result('a', [{ type: 'image', source: { type: 'file' } }]))] },
    'messages.0.content.0.content.0.source',
  ],
  [{ messages: [user({ type: 'tool_result' })] }, 'messages.0.content.0.tool_use_id', /required/],
  [{ messages: [user(use('a'))] }, 'messages.0.content.0.type', /tool_use/],
  [{ messages: [...HELLO, assistant(result('a'))] }, 'messages.1.content.0.type', /tool_result/],
  [{ messages: [...HELLO, assistant({ type: 'image', source: PNG })] }, 'messages.1.content.0.type', /image/],
  [
    { messages: [...HELLO, assistant({ type: 'tool_use', id: 'a', name: 'b', input: '{}' })] },
    'messages.1.content.0.input',
    /object/,
  ],
  [{ system: 5 }, 'system', /string or a list/],
  [{ messages: [{ role: 'user', content: {} }] }, 'messages.0.content', /string or a list/],
  [{ messages: [...HELLO, user(result('a', 5))] }, 'messages.1.content.0.content', /string or a list/],
  [{ messages: [user({ type: 'image', source: { ...PNG, data: '' } })] }, 'messages.0.content.0.source.data', /empty/],
  [
    { messages: [user({ type: 'image', source: { ...PNG, data: 'data:image/png;base64,AAAA' } })] },
    'messages.0.content.0.source.data',
    /without "data:/,
  ],
  [
    { messages: [user({ type: 'image', source: { ...PNG, media_type: '' } })] },
    'messages.0.content.0.source.media_type',
    /empty/,
  ],
  [
    { messages: [user({ type: 'image', source: { type: 'url', url: '' } })] },
    'messages.0.content.0.source.url',
    /empty/,
  ],
  [
    { messages: [user({ type: 'document', source: { type: 'base64', data: '' } })] },
    'messages.0.content.0.source.data',
    /empty/,
  ],
  [{ system: [{ type: 'image', source: PNG }] }, 'system.0.type', /image/],
  [{ max_tokens: '9' }, 'max_tokens', /number/],
  [{ max_tokens: 0 }, 'max_tokens', /at least 1/],
  [{ max_tokens: 1.5 }, 'max_tokens', /whole number/],
  // What JSON.parse makes of 1e999.
  [{ max_tokens: Number.POSITIVE_INFINITY }, 'max_tokens', /number/],
  [{ temperature: Number.POSITIVE_INFINITY }, 'temperature', /number/],
  [{ temperature: 'hot' }, 'temperature', /number/],
  [{ stop_sequences: 'END' }, 'stop_sequences', /list/],
  [{ stop_sequences: ['a', 5] }, 'stop_sequences.1', /string/],
  [{ tools: [READ, { input_schema: {} }] }, 'tools.1.name', /required/],
  [{ tools: [{ name: '', input_schema: {} }] }, 'tools.0.name', /empty/],
  [{ tools: [{ name: 'a', input_schema: 'x' }] }, 'tools.0.input_schema', /object/],
  [{ tools: [{ name: 'a', input_schema: { type: 'array' } }] }, 'tools.0.input_schema.type', /object/],
  // A tool in the form of chat completions.
  [{ tools: [{ type: 'function', function: { name: 'a' } }] }, 'tools.0.type', /"input_schema"/],
  [{ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools.0.type', /web_search_20250305/],
  [
    {
      tools: [READ, { type: 'web_search_20250305', name: 'web_search' }],
      tool_choice: { type: 'tool', name: 'web_search' },
    },
    'tools.1.type',
    /web_search_20250305/,
  ],
  [{ tools: [READ, { type: 'bash_20250124', name: 'bash' }] }, 'tools.1.type', /bash_20250124/],
  [{ tools: [READ, { type: 'computer_20250124', name: 'computer' }] }, 'tools.1.type'],
  [{ tools: [READ, { type: 'text_editor_20250728', name: 'edit' }] }, 'tools.1.type'],
  [{ tools: [READ, { type: 'memory_20250818', name: 'memory' }] }, 'tools.1.type'],
  [{ tools: [READ], tool_choice: { type: 'tool', name: 'write' } }, 'tool_choice.name', /"write"/],
  [{ tools: [READ], tool_choice: { type: 'some' } }, 'tool_choice.type'],
  [{ tools: [READ], tool_choice: 'auto' }, 'tool_choice', /object/],
  [{ output_config: { format: { type: 'xml' } } }, 'output_config.format.type', /json_schema/],
  [{ output_format: { type: 'json_schema' } }, 'output_format.schema', /required/],
  [{ container: { skills: [] } }, 'container'],
  [{ mcp_servers: [{ type: 'url', url: 'https://a', name: 'a' }] }, 'mcp_servers', /MCP/],
];

const bodyOf = (given: object): Fields => readRequest({ model: 'm', messages: HELLO, ...given }).body;

describe('A request in the form of Messages', () => {
  for (const [what, given, messages] of MESSAGES) {
    it(`may have ${what}`, () => {
      expect(bodyOf(given).messages).to.deep.equal(messages);
    });
  }

  for (const [what, given, fields, omitted = []] of FIELDS) {
    it(`may have ${what}`, () => {
      const read = readRequest({ model: 'm', messages: HELLO, ...given });
      expect(read.body).to.deep.equal({ model: 'm', messages: HELLO, ...fields });
      const said = [...read.omitted];
      expect(said, said.join('\n')).to.have.length(omitted.length);
      for (const words of omitted)
        expect(
          said.some((each) => words.test(each)),
          String(words),
        ).to.equal(true);
    });
  }

  for (const [given, at, says = /./] of REFUSED) {
    it(`is refused at ${at}: ${JSON.stringify(given).slice(0, 80)}`, () => {
      try {
        readRequest({ model: 'm', messages: HELLO, ...given });
      } catch (error) {
        expect(error).to.be.instanceOf(ChainError);
        const { message, status } = error as ChainError;
        expect(status).to.equal(400);
        expect(message.slice(0, at.length + 2)).to.equal(`${at}: `);
        expect(message).to.match(says);
        expect((error as ChainError).toJSON().error.param).to.equal(at);
        return;
      }
      expect.fail('It was read.');
    });
  }

  it('is refused if the input of a call is nested too deeply', () => {
    let input: object = {};
    for (let depth = 0; depth < 50_000; depth++) input = { a: input };
    expect(() => bodyOf({ messages: [...HELLO, assistant(use('a', input))] })).to.throw(
      ChainError,
      'messages.1.content.0.input',
    );
  });

  it('gives a call back what its provider put on it', () => {
    const extra = { extra_content: { google: { thought_signature: 'abc' } } };
    const given = {
      model: 'm',
      messages: [...HELLO, assistant(use('a'), use('b')), user(result('a', '1'), result('b', '2'))],
    };
    const { body } = readRequest(given, (id) => (id === 'a' ? extra : undefined));
    const [, message] = body.messages as readonly { tool_calls?: readonly object[] }[];
    const [a, b] = called('a', 'b');
    expect(message?.tool_calls).to.deep.equal([{ ...extra, ...a }, b]);
  });
});
