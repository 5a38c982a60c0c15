import { expect } from 'chai';
import { ChainError } from '../../../src/plugin/door/errors.js';
import type { Refusal } from '../../../src/plugin/door/protocol.js';
import { type AnswerOptions, MessageWriter } from '../../../src/protocols/messages/message-writer.js';
import { readMessage } from './event-grammar.js';

const OPTIONS: AnswerOptions = {
  requestId: 'r',
  model: 'asked-model',
  showsThinking: true,
  stops: [],
  inputTokens: () => 100,
  outputTokens: () => 10,
  toolName: (name) => name,
  remember: () => {},
};

const chunk = (delta: object, reason: string | null = null): Record<string, unknown> => ({
  choices: [{ index: 0, delta, finish_reason: reason }],
});

const call = (args: string): object => ({
  tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'read', arguments: args } }],
});

const REFUSAL: Refusal = {
  status: 429,
  headers: { 'retry-after': '5' },
  error: { message: 'No units left.', type: 'chain_exhausted', code: 'chain_exhausted', param: null, targets: [] },
};

describe('The writer of messages', () => {
  it('writes an error alone where nothing came before', () => {
    const { error, events } = readMessage(new MessageWriter(OPTIONS).fail(REFUSAL), false);
    expect(events).to.have.length(1);
    expect(error).to.deep.equal({
      type: 'rate_limit_error',
      message: 'No units left.',
      code: 'chain_exhausted',
      targets: [],
    });
  });

  it('names the model of the request where the provider names none', () => {
    const writer = new MessageWriter(OPTIONS);
    const { message } = readMessage(
      writer.take(chunk({ content: 'a' })) + writer.take(chunk({}, 'stop')) + writer.end(),
    );
    expect(message.model).to.equal('asked-model');
    expect(writer.whole()).to.deep.equal(message);
  });

  const BROKEN = ['{"a"', '["a"]', 'path', '5', 'true', '{"a":1} and more'];
  for (const args of BROKEN) {
    it(`ends with an error at arguments that are no object: ${args}`, () => {
      const writer = new MessageWriter(OPTIONS);
      const text =
        writer.take(chunk({ content: 'Look.' })) + writer.take(chunk(call(args), 'tool_calls')) + writer.end();
      const { error, message } = readMessage(text, false);
      expect(error).to.include({ type: 'overloaded_error', code: 'upstream_failed' });
      expect(message.content).to.deep.equal([{ type: 'text', text: 'Look.' }]);
      expect(() => writer.whole()).to.throw(ChainError, '"read"');
    });
  }

  const CUT: readonly [args: string, input: object][] = [
    ['{"a": "b', { a: 'b' }],
    ['{"a": {"b": [1, 2', { a: { b: [1, 2] } }],
    ['{"a": 1, "b', { a: 1 }],
    ['{"a": 1, "b":', { a: 1 }],
    ['{"a": "\\u00e', { a: '' }],
    ['{', {}],
    ['', {}],
  ];
  for (const [args, input] of CUT) {
    it(`closes arguments that the bound cut off: ${args}`, () => {
      const writer = new MessageWriter(OPTIONS);
      const { message } = readMessage(writer.take(chunk(call(args), 'length')) + writer.end());
      expect(message.content.map((block) => block.input)).to.deep.equal([input]);
      expect(message.stop_reason).to.equal(args === '' ? 'tool_use' : 'max_tokens');
    });
  }

  const USAGES: readonly [what: string, usage: object | undefined, input: number, output: number][] = [
    ['none', undefined, 100, 10],
    ['zeros', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, 100, 10],
    ['nothing but the answer', { completion_tokens: 7 }, 100, 7],
    [
      'reasoning beside the answer',
      { prompt_tokens: 9, completion_tokens: 3, total_tokens: 16, completion_tokens_details: { reasoning_tokens: 4 } },
      9,
      7,
    ],
    [
      'more from a cache than there is',
      { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12, prompt_tokens_details: { cached_tokens: 20 } },
      0,
      3,
    ],
  ];
  for (const [what, usage, input_tokens, output_tokens] of USAGES) {
    it(`has usage where the provider reports ${what}`, () => {
      const writer = new MessageWriter(OPTIONS);
      const { message } = readMessage(writer.take({ ...chunk({ content: 'a' }, 'stop'), usage }) + writer.end());
      expect(message.usage).to.include({ input_tokens, output_tokens });
    });
  }
});
