import { expect } from 'chai';
import fc from 'fast-check';
import { plainTextOf } from '../../../src/engine/resume/plain-text.js';
import { readEvents } from '../../../src/engine/stream/frames/events.js';
import { areOrdinary } from '../../../src/engine/stream/frames/ordinary.js';
import { runs } from '../../runs.js';

const frame = (delta: object, rest: object = {}): string =>
  `data: ${JSON.stringify({ id: 'x', ...rest, choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;

const parsed = (frames: string): string =>
  readEvents(Buffer.from(frames))
    .map(({ content }) => content.text)
    .join('');

/** Frames without anything but text, and whether their text is read without parsing them. */
const CASES: readonly (readonly [what: string, frames: string, isRead: boolean])[] = [
  ['one chunk', frame({ content: 'Hello' }), true],
  ['several chunks', frame({ content: 'Hel' }) + frame({ content: 'lo' }), true],
  ['a role before the text', frame({ role: 'assistant', content: 'Hello' }), true],
  ['no text', frame({ role: 'assistant' }), true],
  ['null in place of text', frame({ content: null, reasoning: 'hm' }), true],
  ['reasoning before and after it', frame({ reasoning: 'a "content": "no"', content: 'yes', thoughts: 'b' }), true],
  ['quotes, line ends and backslashes', frame({ content: 'a "content": "b"\n\\ \\" end\\' }), true],
  ['letters of more than one byte', frame({ content: 'Ä 你好 🎉' }), true],
  ['half of a surrogate pair in each chunk', frame({ content: '\ud83c' }) + frame({ content: '\udf89' }), true],
  ['a comma behind a space', 'data: {"choices": [{"delta": {"role": "assistant", "content": "x"}}]}\n\n', true],
  ['a field with the same name elsewhere', frame({ content: 'x' }, { extra: { content: 'no' } }), false],
  ['text in parts', frame({ content: [{ type: 'text', text: 'x' }] }), false],
  ['a refusal', frame({ refusal: 'I cannot' }), false],
  ['a picture', frame({ content: '', images: [{}] }), false],
  ['an object before the text', frame({ extra: { a: 1 }, content: 'x' }), false],
];

describe('The text of a streamed answer', () => {
  for (const [what, frames, isRead] of CASES) {
    it(`is ${isRead ? 'read without parsing' : 'left to a parser'}: ${what}`, () => {
      expect(plainTextOf(Buffer.from(frames))).to.equal(isRead ? textOf(frames) : undefined);
    });
  }

  /** Halves of a letter belong together, which single chunks cannot show. */
  const textOf = (frames: string): string => Buffer.from(parsed(frames), 'utf16le').toString('utf16le');

  const field = fc.constantFrom('content', 'role', 'reasoning', 'reasoning_content', 'refusal', 'name', 'x');
  const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(null), fc.constant(''), fc.integer());

  it('is that of a parser wherever it is read, for any chunks that pass unread', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.dictionary(field, value), fc.dictionary(field, value)), { minLength: 1, maxLength: 5 }),
        (chunks) => {
          const frames = chunks.map(([delta, rest]) => frame(delta, rest)).join('');
          const bytes = Buffer.from(frames);
          const text = areOrdinary(bytes) ? plainTextOf(bytes) : undefined;
          if (text !== undefined) expect(text).to.equal(parsed(frames));
        },
      ),
      { numRuns: runs(5_000, 300) },
    );
  });
});
