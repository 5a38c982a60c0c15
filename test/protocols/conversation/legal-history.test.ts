import { expect } from 'chai';
import fc from 'fast-check';
import type { Fields } from '../../../src/plugin/fields.js';
import { legalHistory } from '../../../src/protocols/conversation/legal-history.js';
import { illegalIn } from './illegal.js';

const user = (content: unknown): Fields => ({ role: 'user', content });
const call = (id: string, args: unknown = '{}'): Fields => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: args },
});
const calls = (...ids: string[]): Fields => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => call(id)),
});
const says = (content: unknown): Fields => ({ role: 'assistant', content });
const result = (tool_call_id: string | undefined, content: unknown): Fields => ({
  role: 'tool',
  ...(tool_call_id === undefined ? {} : { tool_call_id }),
  content,
});
const text = (value: string): Fields => ({ type: 'text', text: value });
const image: Fields = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };

const ROWS: readonly { title: string; given: readonly Fields[]; legal: readonly Fields[] }[] = [
  {
    title: 'keeps a history that is legal',
    given: [
      { role: 'system', content: 's' },
      user('a'),
      calls('1', '2'),
      result('1', 'x'),
      result('2', 'y'),
      says('z'),
    ],
    legal: [
      { role: 'system', content: 's' },
      user('a'),
      calls('1', '2'),
      result('1', 'x'),
      result('2', 'y'),
      says('z'),
    ],
  },
  {
    title: 'moves a text between a call and its result behind the result',
    given: [user('a'), calls('1'), says('working'), result('1', 'x'), user('b')],
    legal: [user('a'), calls('1'), result('1', 'x'), says('working'), user('b')],
  },
  {
    title: 'pulls results up to two separate messages with calls',
    given: [calls('1'), calls('2'), result('2', 'y'), result('1', 'x')],
    legal: [calls('1'), result('1', 'x'), calls('2'), result('2', 'y')],
  },
  {
    title: 'says that a call without a result was interrupted',
    given: [calls('1', '2'), result('2', 'y'), user('stop')],
    legal: [calls('1', '2'), result('1', '(no result: interrupted)'), result('2', 'y'), user('stop')],
  },
  {
    title: 'makes a user message of a result without a call',
    given: [user('a'), result('9', 'x'), says('b')],
    legal: [user('a\n\nx'), says('b')],
  },
  {
    title: 'takes the last of two results for one call',
    given: [calls('1'), result('1', 'old'), result('1', 'new')],
    legal: [calls('1'), result('1', 'new')],
  },
  {
    title: 'keeps the results of two calls with one id apart',
    given: [calls('', ''), result('', 'x'), result('', 'y')],
    legal: [calls('', ''), result('', 'x'), result('', 'y')],
  },
  {
    title: 'gives a result to the nearest call before it where an id comes again in a later turn',
    given: [calls('f:0'), result('f:0', 'x'), user('again'), calls('f:0'), result('f:0', 'y')],
    legal: [calls('f:0'), result('f:0', 'x'), user('again'), calls('f:0'), result('f:0', 'y')],
  },
  {
    title: 'gives results without an id to the calls in their order',
    given: [calls('1', '2'), result(undefined, 'x'), result(undefined, 'y')],
    legal: [calls('1', '2'), result('1', 'x'), result('2', 'y')],
  },
  {
    title: 'drops empty parts and empty messages',
    given: [user([text(''), text('a')]), says(''), says(null), says([]), { ...says(''), tool_calls: [] }, user('')],
    legal: [user([text('a')])],
  },
  {
    title: 'keeps a refusal without content',
    given: [user('a'), { role: 'assistant', content: null, refusal: 'no' }],
    legal: [user('a'), { role: 'assistant', content: null, refusal: 'no' }],
  },
  {
    title: 'joins neighbours of one role, in text and in parts',
    given: [user('a'), user([image]), says('b'), calls('1'), result('1', 'x'), says('c'), says('d')],
    legal: [user([text('a'), image]), { ...calls('1'), content: 'b' }, result('1', 'x'), says('c\n\nd')],
  },
  {
    title: 'does not join messages that have more than content',
    given: [{ ...user('a'), name: 'ann' }, user('b')],
    legal: [{ ...user('a'), name: 'ann' }, user('b')],
  },
  {
    title: 'shows images of results to the user, after all results of the turn and before the text that follows',
    given: [calls('1', '2'), result('1', [text('seen'), image]), result('2', 'y'), user('what is it?')],
    legal: [
      calls('1', '2'),
      result('1', 'seen\n\n(image follows)'),
      result('2', 'y'),
      user([image, text('what is it?')]),
    ],
  },
  {
    title: 'says that a result is empty',
    given: [calls('1', '2'), result('1', ''), result('2', [])],
    legal: [calls('1', '2'), result('1', '(no output)'), result('2', '(no output)')],
  },
  {
    title: 'makes strings of arguments',
    given: [{ role: 'assistant', content: 'x', tool_calls: [call('1', ''), call('2', { a: 1 })] }],
    legal: [
      { role: 'assistant', content: 'x', tool_calls: [call('1', '{}'), call('2', '{"a":1}')] },
      result('1', '(no result: interrupted)'),
      result('2', '(no result: interrupted)'),
    ],
  },
];

describe('legalHistory', () => {
  for (const { title, given, legal } of ROWS) {
    it(title, () => {
      expect(legalHistory(given)).to.deep.equal(legal);
    });
  }

  const anyMessage = fc.oneof(
    fc.constantFrom<Fields>(user('u'), user(''), user([image]), says('s'), says(null), {
      role: 'system',
      content: 'y',
    }),
    fc.array(fc.constantFrom('', '1', '2', 'f:0'), { minLength: 1, maxLength: 3 }).map((ids) => calls(...ids)),
    fc
      .record({ id: fc.constantFrom('', '1', '2', 'f:0', undefined), content: fc.constantFrom('r', '', [image]) })
      .map(({ id, content }) => result(id, content)),
  );

  it('makes every history legal, and leaves what is legal as it is', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 12 }), (messages) => {
        const legal = legalHistory(messages);
        expect(illegalIn(legal)).to.deep.equal([]);
        expect(legalHistory(legal)).to.deep.equal(legal);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps each result with its call, however results of one turn are shuffled', () => {
    const ids = ['a', 'b', 'c', 'd'];
    fc.assert(
      fc.property(fc.shuffledSubarray(ids, { minLength: 4 }), (order) => {
        const legal = legalHistory([calls(...ids), says('w'), ...order.map((id) => result(id, `result of ${id}`))]);
        expect(legal).to.deep.equal([calls(...ids), ...ids.map((id) => result(id, `result of ${id}`)), says('w')]);
      }),
      { numRuns: 24 },
    );
  });
});
