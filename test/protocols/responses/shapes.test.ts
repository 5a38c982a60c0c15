import { expect } from 'chai';
import fc from 'fast-check';
import { ChainError } from '../../../src/plugin/door/errors.js';
import type { ProtocolCall, Refusal } from '../../../src/plugin/door/protocol.js';
import { AnswerMemory } from '../../../src/protocols/memory.js';
import { responses } from '../../../src/protocols/responses/index.js';
import { checkResponse, checkStream } from './event-grammar.js';

type Json = Record<string, unknown>;

const call = { keyLabel: 'a', at: 1_000_000, requestId: 'r', countTokens: () => 1 } as unknown as ProtocolCall;
const protocol = responses(new AnswerMemory());
const TOOLS = [
  { type: 'function', name: 'read' },
  { type: 'custom', name: 'patch' },
];

const READ = { name: 'read', arguments: '{}' };

const REFUSALS: readonly Refusal[] = [
  {
    status: 502,
    headers: {},
    error: { message: 'broke off', type: 'server_error', code: 'upstream_failed', param: null },
  },
  {
    status: 429,
    headers: { 'retry-after': '7' },
    error: { message: 'spent', type: 'chain_exhausted', code: 'chain_exhausted' },
  },
  {
    status: 400,
    headers: {},
    error: { message: 'bad', type: 'invalid_request_error', code: 'context_length_exceeded' },
  },
];

const piece = fc.oneof(fc.constantFrom('', ' ', '\n\n', 'data: x\n\n', '[DONE]'), fc.string({ maxLength: 8 }));
const delta = fc.oneof(
  fc.record({ content: piece }),
  fc.record({ reasoning: piece }),
  fc.record({ reasoning_content: piece, content: piece }),
  fc.record({ refusal: piece }),
  fc.record({
    content: fc.array(fc.record({ type: fc.constantFrom('text', 'thinking'), text: piece }), { maxLength: 2 }),
  }),
  fc.record({
    tool_calls: fc.array(
      fc.record(
        {
          index: fc.nat(3),
          id: fc.oneof(fc.string({ maxLength: 50 }), fc.constantFrom('call_1', '')),
          function: fc.record({ name: fc.constantFrom('read', 'patch'), arguments: piece }),
        },
        { requiredKeys: ['function'] },
      ),
      { maxLength: 3 },
    ),
  }),
  fc.constant({ role: 'assistant', content: null }),
);
const chunk = fc.record(
  {
    model: fc.constant('m'),
    choices: fc.array(
      fc.record({
        index: fc.nat(1),
        delta,
        finish_reason: fc.constantFrom(null, 'stop', 'length', 'tool_calls', 'content_filter', 'odd'),
      }),
      { maxLength: 2 },
    ),
    usage: fc.oneof(
      fc.constant(null),
      fc.record({ prompt_tokens: fc.nat(99), completion_tokens: fc.nat(99), total_tokens: fc.nat(200) }),
    ),
  },
  { requiredKeys: ['choices'] },
);

describe('Any answer', () => {
  for (const [what, end] of [
    ['ends', () => undefined],
    ['breaks off', (at: number) => REFUSALS[at]],
  ] as const) {
    it(`keeps to the grammar when it ${what}`, () => {
      fc.assert(
        fc.property(fc.array(chunk, { maxLength: 8 }), fc.nat(REFUSALS.length - 1), (chunks, at) => {
          const writer = protocol.read({ input: 'Hi', tools: TOOLS }, call).answer?.();
          let text = '';
          for (const each of chunks) text += writer?.take(each as unknown as Json);
          const refusal = end(at);
          text += refusal === undefined ? writer?.end() : writer?.fail(refusal);
          const { response, types } = checkStream(text);
          expect(writer?.whole()).to.deep.equal(response);
          expect(writer?.end()).to.equal('');
          if (refusal === undefined) checkResponse(response, response.status);
          else expect(types.at(-1)).to.equal('response.failed');
        }),
        { numRuns: 60 },
      );
    });
  }
});

describe('A reference to reasoning', () => {
  it('brings the reasoning back to the call that it led to, but not to a provider that speaks the protocol', () => {
    const writer = protocol.read({ input: 'Hi', tools: TOOLS }, call).answer?.();
    writer?.take({ choices: [{ index: 0, message: { reasoning: 'Hm.', tool_calls: [{ id: 'c', function: READ }] } }] });
    writer?.end();
    const [reasoning, item] = (writer?.whole().output ?? []) as Json[];
    const input = [{ role: 'user', content: 'Hi' }, { type: 'item_reference', id: reasoning?.id }, { id: item?.id }];
    const { body, nativeBody } = protocol.read({ input }, call);
    expect((body.messages as Json[])[1]).to.include({ role: 'assistant', reasoning_content: 'Hm.' });
    expect(nativeBody?.input).to.deep.equal([input[0], item]);
  });
});

describe('Any request', () => {
  const NAMES = ['input', 'type', 'role', 'content', 'tools', 'text', 'output', 'id', 'name', 'call_id', 'arguments'];
  const words = fc.constantFrom<unknown>(
    ...['message', 'function_call', 'function_call_output', 'item_reference', 'reasoning', 'custom', 'namespace'],
    ...['input_text', 'input_image', 'web_search', 'function', 'user', 'auto', 'allowed_tools', '', null, 0, true],
  );

  it('is translated or refused, and never changed', () => {
    fc.assert(
      fc.property(
        fc.object({ key: fc.constantFrom(...NAMES, 'tool_choice', 'namespace', 'summary', 'mode'), values: [words] }),
        (asked) => {
          const body: Json = { input: 'Hi', ...asked };
          const before = JSON.stringify(body);
          try {
            const { body: chat, nativeOnly } = protocol.read(body, call);
            if (nativeOnly !== undefined) throw nativeOnly;
            expect(chat.messages).to.be.an('array').and.not.deep.equal([]);
          } catch (error) {
            if (!(error instanceof ChainError)) throw error;
            expect(error.status).to.equal(400);
            expect(error.toJSON().error.param).to.be.a('string');
          }
          expect(JSON.stringify(body)).to.equal(before);
        },
      ),
      { numRuns: 200 },
    );
  });
});
