import { expect } from 'chai';
import { nativeMessages } from '../../../src/protocols/messages/native-answers.js';

type Fields = Record<string, unknown>;

const read = (...events: Fields[]): unknown[] => {
  const one = nativeMessages.stream();
  return events.map((data) => one({ event: String(data.type), data }));
};

const delta = (fields: Fields): Fields => ({ choices: [{ index: 0, delta: fields, finish_reason: null }] });

const begun = (block: Fields, index = 0): Fields => ({ type: 'content_block_start', index, content_block: block });

const added = (fields: Fields, index = 0): Fields => ({ type: 'content_block_delta', index, delta: fields });

/** One event, and the chunk that it stands for. */
const EVENTS: readonly (readonly [event: Fields, chunk: unknown])[] = [
  [{ type: 'message_start', message: { model: 'm', usage: { input_tokens: 5 } } }, undefined],
  [{ type: 'ping' }, undefined],
  [begun({ type: 'text', text: '' }), undefined],
  [begun({ type: 'text', text: 'Hi' }), delta({ content: 'Hi' })],
  [begun({ type: 'thinking', thinking: '', signature: '' }), undefined],
  [begun({ type: 'redacted_thinking', data: 'x' }), undefined],
  [begun({ type: 'server_tool_use', id: 's', name: 'web_search' }), delta({ content: [{ type: 'server_tool_use' }] })],
  [added({ type: 'text_delta', text: 'Hi' }), delta({ content: 'Hi' })],
  [added({ type: 'thinking_delta', thinking: 'Hm' }), delta({ reasoning: 'Hm' })],
  [added({ type: 'signature_delta', signature: 'EqQB' }), undefined],
  [added({ type: 'citations_delta', citation: {} }), undefined],
  [added({ type: 'input_json_delta', partial_json: '{"query"' }), undefined],
  [{ type: 'content_block_stop', index: 0 }, undefined],
  [
    { type: 'message_delta', delta: { stop_reason: null } },
    { choices: [{ index: 0, delta: {}, finish_reason: null }] },
  ],
  [{ type: 'message_stop' }, undefined],
  [{ type: 'something_new', delta: { text: 'x' } }, undefined],
];

/** A stop reason, and what chat completions call it. */
const REASONS: readonly (readonly [reason: string, finish: string])[] = [
  ['end_turn', 'stop'],
  ['pause_turn', 'stop'],
  ['tool_use', 'tool_calls'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['refusal', 'content_filter'],
  ['a_new_reason', 'a_new_reason'],
];

describe('An event of a provider that speaks Messages', () => {
  for (const [event, chunk] of EVENTS) {
    it(`is read: ${JSON.stringify(event).slice(0, 90)}`, () => {
      expect(read(event)).to.deep.equal([chunk]);
    });
  }

  for (const [stop_reason, finish_reason] of REASONS) {
    it(`ends the answer with ${finish_reason} for ${stop_reason}`, () => {
      expect(read({ type: 'message_delta', delta: { stop_reason } })).to.deep.equal([
        { choices: [{ index: 0, delta: {}, finish_reason }] },
      ]);
    });
  }

  it('names the stop sequence that ended the answer', () => {
    const [chunk] = read({ type: 'message_delta', delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' } });
    expect(chunk).to.deep.equal({ choices: [{ index: 0, delta: {}, finish_reason: 'stop', stop_reason: 'END' }] });
  });

  it('has totals in its usage, which replace the first numbers', () => {
    const [, chunk] = read(
      {
        type: 'message_start',
        message: {
          usage: { input_tokens: 81, cache_read_input_tokens: 30, cache_creation_input_tokens: 9, output_tokens: 1 },
        },
      },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 25, input_tokens: null } },
    );
    expect(chunk).to.deep.include({
      usage: {
        prompt_tokens: 120,
        completion_tokens: 25,
        total_tokens: 145,
        prompt_tokens_details: { cached_tokens: 30 },
      },
    });
  });

  it('adds to the call of its own block', () => {
    const call = { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} };
    expect(
      read(
        begun({ type: 'text', text: '' }),
        begun(call, 1),
        added({ type: 'input_json_delta', partial_json: '{"a":1}' }, 1),
        begun({ ...call, id: 'toolu_2', input: { b: 2 } }, 2),
      ).slice(1),
    ).to.deep.equal([
      delta({ tool_calls: [{ index: 0, id: 'toolu_1', type: 'function', function: { name: 'f', arguments: '' } }] }),
      delta({ tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] }),
      delta({
        tool_calls: [{ index: 1, id: 'toolu_2', type: 'function', function: { name: 'f', arguments: '{"b":2}' } }],
      }),
    ]);
  });
});

describe('A whole answer of a provider that speaks Messages', () => {
  it('is read as a chat completion', () => {
    const content = [
      { type: 'thinking', thinking: 'Hm.', signature: 'EqQB' },
      { type: 'text', text: 'Hi ' },
      { type: 'text', text: 'you' },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
    ];
    const usage = { input_tokens: 5, output_tokens: 3 };
    expect(nativeMessages.answer({ model: 'm', content, stop_reason: 'tool_use', usage })).to.deep.equal({
      model: 'm',
      choices: [
        {
          index: 0,
          message: {
            content: 'Hi you',
            reasoning: 'Hm.',
            tool_calls: [{ id: 'toolu_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: {
        prompt_tokens: 5,
        completion_tokens: 3,
        total_tokens: 8,
        prompt_tokens_details: { cached_tokens: 0 },
      },
    });
  });

  it('is read whatever its form is', () => {
    for (const answer of [null, 'text', 5, [], {}, { content: 5 }, { content: [null, { text: 'x' }], usage: 'x' }]) {
      expect(nativeMessages.answer(answer)).to.have.property('choices');
    }
  });
});
