import { expect } from 'chai';
import { AnswerBuilder, NO_ANSWER, type ToolCall } from '../../../admin-ui/src/data/playground/answer.js';
import { type Message, messagesOf, type Run, type Turn } from '../../../admin-ui/src/data/playground/conversation.js';
import { type Draft, EMPTY_DRAFT } from '../../../admin-ui/src/data/playground/draft.js';
import type { Fields } from '../../../admin-ui/src/data/playground/fields.js';
import type { ProtocolId } from '../../../admin-ui/src/data/playground/protocol-id.js';
import { askedBy, PROTOCOLS, protocolOf, requestOf } from '../../../admin-ui/src/data/playground/protocols.js';
import { rawAnswer, rawRequest } from '../../../admin-ui/src/data/playground/raw.js';

const PNG = { name: 'a.png', type: 'image/png', size: 3, url: 'data:image/png;base64,QUJD' };
const CALL: ToolCall = {
  id: 'c1',
  name: 'weather',
  arguments: '{"city":"Berlin"}',
  extra: { extra_content: { signed: 'x' } },
};
const TOOLS = [{ name: 'weather', description: 'd', parameters: { type: 'object' } }];

const run = (more: Partial<Run> = {}, answer: Partial<Run['answer']> = {}): Run => ({
  id: 'r',
  side: 0,
  model: '',
  body: {},
  state: 'done',
  answer: { ...NO_ANSWER, ...answer },
  ...more,
});
const said = (text: string): Turn['asked'] => ({ role: 'user', text, attachments: [] });
const turn = (asked: Turn['asked'], ...runs: Run[]): Turn => ({ id: 't', protocol: 'chat', asked, runs });
const bodyOf = (protocol: ProtocolId, draft: Partial<Draft>, turns: readonly Turn[] = []): Fields => {
  const whole = { ...EMPTY_DRAFT, protocol, models: ['m'], ...draft };
  return requestOf(whole, askedBy(whole), turns, 0).body;
};
const read = (protocol: ProtocolId, events: readonly Fields[]) => {
  const into = new AnswerBuilder('one/a', 0, () => 5);
  into.startStream();
  const ends = events.map((event) => protocolOf(protocol).event?.(event, into));
  return { answer: into.answer, isWhole: ends.at(-1) };
};
const whole = (protocol: ProtocolId, value: unknown) => {
  const into = new AnswerBuilder('one/a', 0, () => 5);
  protocolOf(protocol).whole(value, into);
  return into.answer;
};

const CONVERSATION: readonly Turn[] = [
  turn(said('One'), run({}, { text: '', calls: [CALL] })),
  turn({ role: 'results', results: [{ call: CALL, text: 'blue' }] }, run({}, { text: 'It is blue.' })),
];

describe('The requests of the playground', () => {
  for (const { protocol, draft, turns, body } of [
    {
      protocol: 'chat',
      draft: { prompt: 'Hi', values: { stream: 'false', system: 'Be brief.', temperature: '0', maxTokens: '9' } },
      body: {
        model: 'm',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' },
        ],
        temperature: 0,
        max_tokens: 9,
      },
    },
    {
      protocol: 'chat',
      draft: { prompt: 'Two', tools: TOOLS, attachments: [PNG] },
      turns: CONVERSATION,
      body: {
        model: 'm',
        messages: [
          { role: 'user', content: 'One' },
          {
            role: 'assistant',
            content: '',
            tool_calls: [
              {
                id: 'c1',
                type: 'function',
                function: { name: 'weather', arguments: CALL.arguments },
                extra_content: { signed: 'x' },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'blue' },
          { role: 'assistant', content: 'It is blue.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Two' },
              { type: 'image_url', image_url: { url: PNG.url } },
            ],
          },
        ],
        tools: [{ type: 'function', function: TOOLS[0] }],
        stream: true,
        stream_options: { include_usage: true },
      },
    },
    {
      protocol: 'responses',
      draft: {
        prompt: 'Two',
        tools: [{ type: 'function', function: TOOLS[0] }],
        attachments: [PNG],
        values: { system: 's' },
      },
      turns: CONVERSATION,
      body: {
        model: 'm',
        instructions: 's',
        input: [
          { role: 'user', content: 'One' },
          { type: 'function_call', call_id: 'c1', name: 'weather', arguments: CALL.arguments },
          { type: 'function_call_output', call_id: 'c1', output: 'blue' },
          { role: 'assistant', content: 'It is blue.' },
          {
            role: 'user',
            content: [
              { type: 'input_text', text: 'Two' },
              { type: 'input_image', image_url: PNG.url },
            ],
          },
        ],
        tools: [{ type: 'function', ...TOOLS[0] }],
        store: false,
        stream: true,
      },
    },
    {
      protocol: 'messages',
      draft: { prompt: 'Two', tools: TOOLS, attachments: [PNG], values: { stream: 'false' } },
      turns: CONVERSATION,
      body: {
        model: 'm',
        max_tokens: 4096,
        messages: [
          { role: 'user', content: 'One' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'weather', input: { city: 'Berlin' } }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'blue' }] },
          { role: 'assistant', content: 'It is blue.' },
          {
            role: 'user',
            content: [
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } },
              { type: 'text', text: 'Two' },
            ],
          },
        ],
        tools: [{ name: 'weather', description: 'd', input_schema: { type: 'object' } }],
      },
    },
    {
      protocol: 'completions',
      draft: { prompt: 'Once', values: { stream: 'false', suffix: 'end' } },
      turns: CONVERSATION,
      body: { model: 'm', prompt: 'Once', suffix: 'end' },
    },
    {
      protocol: 'embeddings',
      draft: { prompt: 'one\n\n two \n', values: { dimensions: '8', encoding: 'base64' } },
      body: { model: 'm', input: ['one', ' two '], dimensions: 8, encoding_format: 'base64' },
    },
    {
      protocol: 'rerank',
      draft: { prompt: 'Why?', values: { documents: 'a\nb', top: '1' } },
      body: { model: 'm', query: 'Why?', documents: ['a', 'b'], top_n: 1 },
    },
    { protocol: 'moderations', draft: { prompt: 'x' }, body: { model: 'm', input: 'x' } },
    {
      protocol: 'images',
      draft: { prompt: 'x', values: { count: '2', size: '' } },
      body: { model: 'm', prompt: 'x', n: 2 },
    },
    {
      protocol: 'speech',
      draft: { prompt: 'x', values: { voice: 'v', speed: '1.5' } },
      body: { model: 'm', input: 'x', voice: 'v', speed: 1.5 },
    },
    {
      protocol: 'transcriptions',
      draft: { attachments: [PNG], values: { language: 'de' } },
      body: { model: 'm', language: 'de' },
    },
    { protocol: 'translations', draft: { attachments: [PNG], models: [''] }, body: {} },
    {
      protocol: 'chat',
      draft: { prompt: 'Hi', values: { stream: 'false' }, more: { seed: 7, model: 'other' } },
      body: { model: 'other', messages: [{ role: 'user', content: 'Hi' }], seed: 7 },
    },
  ] as { protocol: ProtocolId; draft: Partial<Draft>; turns?: Turn[]; body: Fields }[]) {
    it(`have the form of ${protocol}: ${Object.keys(body).join(', ')}`, () => {
      expect(bodyOf(protocol, draft, turns)).to.deep.equal(body);
    });
  }

  it('go to an endpoint of their own', () => {
    const paths = PROTOCOLS.map(({ path }) => path);
    expect(new Set(paths).size).to.equal(paths.length);
  });

  it('pass tools of other kinds on as they are', () => {
    const tools = [{ type: 'web_search' }, 'odd'];
    for (const protocol of ['chat', 'responses', 'messages'] as const)
      expect(bodyOf(protocol, { prompt: 'x', tools }).tools).to.deep.equal(tools);
  });
});

describe('A conversation of the playground', () => {
  const roles = (messages: readonly Message[]): string[] => messages.map(({ role }) => role);

  it('omits prompts without an answer, and tool calls without results', () => {
    const turns = [
      turn(said('failed'), run({ state: 'failed' })),
      turn(said('called'), run({}, { calls: [CALL] })),
      turn(said('both'), run({}, { text: 'yes', calls: [CALL] })),
    ];
    expect(messagesOf(turns, 0)).to.deep.equal([said('both'), { role: 'assistant', text: 'yes', calls: [] }]);
  });

  it('keeps the results of tools though their answer failed, since the calls before need them', () => {
    const turns = [
      ...CONVERSATION.slice(0, 1),
      turn({ role: 'results', results: [] }, run({ state: 'failed' })),
      turn(said('x'), run({}, { text: 'y' })),
    ];
    expect(roles(messagesOf(turns, 0))).to.deep.equal(['user', 'assistant', 'results', 'user', 'assistant']);
  });

  it('has each side of a comparison continue its own answers', () => {
    const turns: Turn[] = [
      turn(said('before'), run({}, { text: 'shared' })),
      turn(said('both'), run({}, { text: 'left' }), run({ side: 1 }, { text: 'right', calls: [CALL] })),
      { ...turn({ role: 'results', results: [] }, run({ side: 1 }, { text: 'after' })), only: 1 },
    ];
    const texts = (side: 0 | 1) =>
      messagesOf(turns, side).flatMap((each) => ('text' in each ? [each.text] : ['results']));
    expect(texts(0)).to.deep.equal(['before', 'shared', 'both', 'left']);
    expect(texts(1)).to.deep.equal(['before', 'shared', 'both', 'right', 'results', 'after']);
  });
});

describe('The answers of the playground', () => {
  for (const { protocol, events, answer, isWhole } of [
    {
      protocol: 'chat',
      events: [
        { choices: [{ delta: { reasoning_content: 'hm' } }] },
        { choices: [{ delta: { content: 'a' } }] },
        { choices: [{ delta: { tool_calls: [{ index: 1, id: 'c', function: { name: 'f', arguments: '{"a"' } }] } }] },
        {
          choices: [{ delta: { tool_calls: [{ index: 1, function: { arguments: ':1}' } }] }, finish_reason: 'length' }],
        },
        { choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } },
      ],
      answer: {
        reasoning: 'hm',
        text: 'a',
        calls: [{ id: 'c', name: 'f', arguments: '{"a":1}', extra: {} }],
        cut: 'length',
        usage: { prompt: 3, completion: 4 },
        firstTokenMs: 5,
      },
      isWhole: false,
    },
    {
      protocol: 'responses',
      events: [
        { type: 'response.reasoning_summary_text.delta', delta: 'hm' },
        { type: 'response.output_text.delta', delta: 'a' },
        {
          type: 'response.output_item.added',
          output_index: 2,
          item: { type: 'function_call', call_id: 'c', name: 'f', arguments: '' },
        },
        { type: 'response.function_call_arguments.delta', output_index: 2, delta: '{}' },
        {
          type: 'response.incomplete',
          response: {
            incomplete_details: { reason: 'max_output_tokens' },
            usage: { input_tokens: 3, output_tokens: 4 },
          },
        },
      ],
      answer: {
        reasoning: 'hm',
        text: 'a',
        calls: [{ id: 'c', name: 'f', arguments: '{}', extra: {} }],
        cut: 'max output tokens',
        usage: { prompt: 3, completion: 4 },
      },
      isWhole: true,
    },
    {
      protocol: 'messages',
      events: [
        { type: 'message_start', message: { usage: { input_tokens: 3, output_tokens: 0 } } },
        { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
        { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'a' } },
        { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 'c', name: 'f', input: {} } },
        { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{}' } },
        { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 4 } },
        { type: 'message_stop' },
      ],
      answer: {
        reasoning: 'hm',
        text: 'a',
        calls: [{ id: 'c', name: 'f', arguments: '{}', extra: {} }],
        usage: { prompt: 3, completion: 4 },
      },
      isWhole: true,
    },
    {
      protocol: 'completions',
      events: [{ choices: [{ text: 'a' }] }, { choices: [{ text: 'b' }] }],
      answer: { text: 'ab' },
    },
  ] as { protocol: ProtocolId; events: Fields[]; answer: object; isWhole?: boolean }[]) {
    it(`are read from the events of ${protocol}`, () => {
      const found = read(protocol, events);
      expect(found.answer).to.deep.include(answer);
      expect(found.isWhole ?? false).to.equal(isWhole ?? false);
    });
  }

  for (const { protocol, value, answer } of [
    {
      protocol: 'chat',
      value: { choices: [{ message: { content: 'a' }, finish_reason: 'stop' }] },
      answer: { text: 'a' },
    },
    {
      protocol: 'responses',
      value: {
        output: [
          { type: 'reasoning', summary: [{ text: 'hm' }] },
          { type: 'message', content: [{ text: 'a' }] },
        ],
      },
      answer: { text: 'a', reasoning: 'hm' },
    },
    {
      protocol: 'messages',
      value: {
        content: [
          { type: 'text', text: 'a' },
          { type: 'tool_use', id: 'c', name: 'f', input: { x: 1 } },
        ],
      },
      answer: { text: 'a', calls: [{ id: 'c', name: 'f', arguments: '{"x":1}', extra: {} }] },
    },
    {
      protocol: 'embeddings',
      value: {
        data: [{ embedding: [1, 0] }, { embedding: Buffer.from(new Float32Array([0.5, 2]).buffer).toString('base64') }],
        usage: { prompt_tokens: 2 },
      },
      answer: {
        results: [
          {
            kind: 'vectors',
            vectors: [
              [1, 0],
              [0.5, 2],
            ],
          },
        ],
        usage: { prompt: 2, completion: 0 },
      },
    },
    {
      protocol: 'rerank',
      value: {
        results: [
          { index: 1, relevance_score: 0.2 },
          { index: 0, relevance_score: 0.9 },
        ],
      },
      answer: {
        results: [
          {
            kind: 'ranking',
            ranks: [
              { index: 0, score: 0.9 },
              { index: 1, score: 0.2 },
            ],
          },
        ],
      },
    },
    {
      protocol: 'moderations',
      value: { results: [{ flagged: true, categories: { b: true, a: false }, category_scores: { a: 0.7, b: 0.5 } }] },
      answer: {
        results: [
          {
            kind: 'verdicts',
            verdicts: [
              {
                flagged: true,
                categories: [
                  { name: 'b', flagged: true, score: 0.5 },
                  { name: 'a', flagged: false, score: 0.7 },
                ],
              },
            ],
          },
        ],
      },
    },
    {
      protocol: 'images',
      value: { data: [{ b64_json: '/9j/AA' }, { url: 'https://a.example/x.png' }] },
      answer: {
        results: [
          { kind: 'image', url: 'data:image/jpeg;base64,/9j/AA' },
          { kind: 'image', url: 'https://a.example/x.png' },
        ],
      },
    },
    { protocol: 'transcriptions', value: '1\n00:00 --> 00:01\nHello', answer: { text: '1\n00:00 --> 00:01\nHello' } },
    { protocol: 'transcriptions', value: { text: 'Hello' }, answer: { text: 'Hello' } },
  ] as { protocol: ProtocolId; value: unknown; answer: object }[]) {
    it(`are read from a whole answer of ${protocol}: ${JSON.stringify(answer).slice(0, 60)}`, () => {
      expect(whole(protocol, value)).to.deep.include(answer);
    });
  }

  it('survive JSON of any shape', () => {
    for (const { id, event } of PROTOCOLS) {
      for (const odd of [null, 7, 'x', [], {}, { choices: 'x', content: 3, output: [null], data: [{}], results: {} }]) {
        expect(() => whole(id, odd)).not.to.throw();
        if (event !== undefined) expect(() => read(id, [{ odd }, { type: 7, choices: [null] }])).not.to.throw();
      }
    }
  });

  for (const [protocol, event] of [
    ['chat', { error: { message: 'gone' } }],
    ['completions', { error: { message: 'gone' } }],
    ['responses', { type: 'response.failed', response: { error: { message: 'gone' } } }],
    ['responses', { type: 'error', message: 'gone' }],
    ['messages', { type: 'error', error: { message: 'gone' } }],
  ] as const) {
    it(`end with the message of an error in the stream: ${protocol} ${JSON.stringify(event)}`, () => {
      expect(() => read(protocol, [event])).to.throw('gone');
    });
  }

  it('are kept as they came, and shown legibly', () => {
    const shown = { ...NO_ANSWER, raw: '{"a":1}' };
    expect(rawAnswer({ answer: shown })).to.equal('{\n  "a": 1\n}');
    expect(rawAnswer({ answer: NO_ANSWER })).to.equal('(nothing)');
    const image = `data:image/png;base64,${'A'.repeat(3000)}`;
    expect(rawRequest({ body: { image } })).to.match(
      /^\{\n {2}"image": "data:image.{40,60}… \(3022 characters\)"\n\}$/,
    );
  });
});
