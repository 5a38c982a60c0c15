import { expect } from 'chai';
import { nativeResponses } from '../../../src/protocols/responses/native-answers.js';

type Fields = Record<string, unknown>;

const read = (...events: Fields[]): unknown[] => {
  const one = nativeResponses.stream();
  return events.map((data) => one({ event: String(data.type), data }));
};

const delta = (fields: Fields): Fields => ({ choices: [{ index: 0, delta: fields, finish_reason: null }] });

const end = (reason: string): Fields[] => [{ index: 0, delta: {}, finish_reason: reason }];

const USAGE = {
  input_tokens: 111,
  input_tokens_details: { cached_tokens: 30 },
  output_tokens: 9,
  output_tokens_details: { reasoning_tokens: 4 },
  total_tokens: 120,
};

const CHAT_USAGE = {
  prompt_tokens: 111,
  prompt_tokens_details: { cached_tokens: 30 },
  completion_tokens: 9,
  completion_tokens_details: { reasoning_tokens: 4 },
  total_tokens: 120,
};

/** One event, and the chunk that it stands for. */
const EVENTS: readonly (readonly [event: Fields, chunk: unknown])[] = [
  [{ type: 'response.created', response: { status: 'in_progress', error: null } }, undefined],
  [{ type: 'response.queued' }, undefined],
  [{ type: 'response.output_item.added', output_index: 0, item: { type: 'reasoning' } }, undefined],
  [{ type: 'response.output_item.added', output_index: 0, item: { type: 'message' } }, undefined],
  [{ type: 'response.output_text.delta', output_index: 0, delta: 'Hi' }, delta({ content: 'Hi' })],
  [{ type: 'response.refusal.delta', output_index: 0, delta: 'No' }, delta({ refusal: 'No' })],
  [{ type: 'response.reasoning_summary_text.delta', delta: 'Hm' }, delta({ reasoning: 'Hm' })],
  [{ type: 'response.reasoning_text.delta', delta: 'Hm' }, delta({ reasoning: 'Hm' })],
  [{ type: 'response.output_text.annotation.added', annotation: {} }, undefined],
  [
    { type: 'response.output_item.added', output_index: 0, item: { type: 'web_search_call', id: 'ws_1' } },
    delta({ content: [{ type: 'web_search_call' }] }),
  ],
  [
    {
      type: 'response.output_item.done',
      output_index: 0,
      item: { type: 'message', content: [{ type: 'output_text', text: 'All' }] },
    },
    delta({ content: 'All' }),
  ],
  [
    { type: 'response.completed', response: { model: 'm', status: 'completed', usage: USAGE } },
    { model: 'm', choices: end('stop'), usage: CHAT_USAGE },
  ],
  [
    {
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
    },
    { choices: end('length') },
  ],
  [
    {
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
    },
    { choices: end('content_filter') },
  ],
  [
    {
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Slow' } },
    },
    { error: { code: 'rate_limit_exceeded', message: 'Slow' } },
  ],
  [
    { type: 'response.cancelled', response: { status: 'cancelled', error: null } },
    { error: { message: 'the response ended as "cancelled"' } },
  ],
  [{ type: 'response.something.new', delta: 'x' }, undefined],
];

describe('An event of a provider that speaks Responses', () => {
  for (const [event, chunk] of EVENTS) {
    it(`is read: ${JSON.stringify(event).slice(0, 90)}`, () => {
      expect(read(event)).to.deep.equal([chunk]);
    });
  }

  it('adds to the call of its own output item', () => {
    const call = (place: number, id: string): Fields => ({
      type: 'response.output_item.added',
      output_index: place,
      item: { type: 'function_call', id: `fc_${id}`, call_id: id, name: 'f', arguments: '' },
    });
    const args = (place: number, text: string): Fields => ({
      type: 'response.function_call_arguments.delta',
      output_index: place,
      delta: text,
    });
    const started = (index: number, id: string): Fields =>
      delta({ tool_calls: [{ index, id, type: 'function', function: { name: 'f', arguments: '' } }] });
    const added = (index: number, text: string): Fields =>
      delta({ tool_calls: [{ index, function: { arguments: text } }] });
    const done = {
      type: 'response.output_item.done',
      output_index: 2,
      item: { type: 'function_call', arguments: '{}' },
    };
    const over = { type: 'response.completed', response: { status: 'completed' } };
    expect(read(call(2, 'a'), call(4, 'b'), args(4, '{"x":'), args(2, '{}'), args(4, '1}'), done, over)).to.deep.equal([
      started(0, 'a'),
      started(1, 'b'),
      added(1, '{"x":'),
      added(0, '{}'),
      added(1, '1}'),
      undefined,
      { choices: end('tool_calls') },
    ]);
  });

  it('has the arguments of a call that comes whole', () => {
    const item = { type: 'custom_tool_call', call_id: 'c', name: 'patch', input: 'raw' };
    const [, whole] = read(
      { type: 'response.output_item.added', output_index: 0, item: { ...item, input: '' } },
      { type: 'response.output_item.done', output_index: 0, item },
    );
    expect(whole).to.deep.equal(
      delta({ tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'patch', arguments: 'raw' } }] }),
    );
  });
});

describe('A whole answer of a provider that speaks Responses', () => {
  it('is read as a chat completion', () => {
    const output = [
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Hm. ' }],
        content: [{ type: 'reasoning_text', text: 'So.' }],
      },
      {
        type: 'message',
        content: [
          { type: 'output_text', text: 'Hi ' },
          { type: 'refusal', refusal: 'No' },
        ],
      },
      { type: 'message', content: [{ type: 'output_text', text: 'you' }] },
      { type: 'function_call', id: 'fc_1', call_id: 'c', name: 'f', arguments: '{}' },
      { type: 'local_shell_call', call_id: 'd', action: { command: ['ls'] } },
    ];
    expect(
      nativeResponses.answer({ model: 'm', status: 'completed', error: null, output, usage: USAGE }),
    ).to.deep.equal({
      model: 'm',
      choices: [
        {
          index: 0,
          message: {
            content: 'Hi you',
            refusal: 'No',
            reasoning: 'Hm. So.',
            tool_calls: [
              { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } },
              { id: 'd', type: 'function', function: { name: 'local_shell_call', arguments: '{"command":["ls"]}' } },
            ],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: CHAT_USAGE,
    });
  });

  it('has content if the provider made a picture and no text', () => {
    const { choices } = nativeResponses.answer({
      status: 'completed',
      output: [{ type: 'image_generation_call', result: 'x' }],
    });
    expect(choices).to.deep.equal([
      { index: 0, message: { content: [{ type: 'image_generation_call' }] }, finish_reason: 'stop' },
    ]);
  });

  it('is an error if it failed', () => {
    const error = { code: 'server_error', message: 'broken' };
    expect(nativeResponses.answer({ status: 'failed', error, output: [] })).to.deep.equal({ error });
  });

  it('is read whatever its form is', () => {
    for (const answer of [null, 'text', 5, [], {}, { output: 5 }, { output: [null, { content: 'x' }], usage: 'x' }]) {
      expect(nativeResponses.answer(answer)).to.have.property('choices');
    }
  });
});
