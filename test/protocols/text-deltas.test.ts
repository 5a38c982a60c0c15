import { expect } from 'chai';
import fc from 'fast-check';
import type { AnswerWriter, ProtocolCall } from '../../src/plugin/door/protocol.js';
import { jsonText } from '../../src/protocols/json-text.js';
import { AnswerMemory } from '../../src/protocols/memory.js';
import { messages } from '../../src/protocols/messages/index.js';
import { responses } from '../../src/protocols/responses/index.js';
import { runs } from '../runs.js';

const CALL: ProtocolCall = {
  requestId: 'r',
  keyLabel: '',
  headers: {},
  path: '/',
  query: new URLSearchParams(),
  at: 0,
  countTokens: () => 1,
  models: () => [],
};

const MEMORY = new AnswerMemory();
const WRITERS: Readonly<Record<string, () => AnswerWriter>> = {
  responses: () => writerOf(responses(MEMORY).read({ model: 'm', input: 'hi', stream: true }, CALL).answer),
  messages: () =>
    writerOf(
      messages(MEMORY).read(
        { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }], stream: true },
        CALL,
      ).answer,
    ),
};

const writerOf = (answer: (() => AnswerWriter) | undefined): AnswerWriter => {
  if (answer === undefined) throw new Error('The protocol does not write answers.');
  return answer();
};

const chunkOf = (delta: object, reason: string | null = null) => ({
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: reason }],
});

const withoutIds = (text: string): string => text.replaceAll(/\b(msg|resp|rs)_\w+/g, '$1');

/** Any text: control characters, quotes, halves of surrogate pairs. */
const ANY_TEXT = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\u2028', '\ud83d', '\ude00', 'é', ' ', 'a', '\x7f', '[', ']') }),
);

describe('The text of a delta', () => {
  it('is the JSON that JSON.stringify writes, for any text', () => {
    fc.assert(
      fc.property(ANY_TEXT, (text) => {
        expect(jsonText(text)).to.equal(JSON.stringify(text));
      }),
      { numRuns: runs(20_000, 1_000) },
    );
  });

  for (const [protocol, begin] of Object.entries(WRITERS)) {
    it(`makes the same events of ${protocol} alone as in its chunk, whatever comes between`, () => {
      const piece = fc.oneof(
        { weight: 5, arbitrary: fc.record({ content: ANY_TEXT }) },
        { weight: 1, arbitrary: fc.record({ reasoning_content: ANY_TEXT }) },
        { weight: 1, arbitrary: fc.record({ refusal: ANY_TEXT }) },
      );
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
          const [one, other] = [begin(), begin()];
          let [alone, inChunks] = ['', ''];
          for (const delta of [{ role: 'assistant', content: 'So' }, ...pieces]) {
            const isText = 'content' in delta && !('role' in delta);
            alone += isText ? one.takeText?.(delta.content) : one.take(chunkOf(delta));
            inChunks += other.take(chunkOf(delta));
          }
          const last = chunkOf({}, 'stop');
          alone += one.take(last) + one.end();
          inChunks += other.take(last) + other.end();
          expect(withoutIds(alone)).to.equal(withoutIds(inChunks));
        }),
        { numRuns: runs(1_000, 100) },
      );
    });
  }
});
