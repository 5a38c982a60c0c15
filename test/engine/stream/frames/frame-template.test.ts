import { expect } from 'chai';
import fc from 'fast-check';
import { readEvents } from '../../../../src/engine/stream/frames/events.js';
import { FrameTemplate } from '../../../../src/engine/stream/frames/frame-template.js';
import { textOf } from '../../../../src/engine/stream/frames/text-in-json.js';
import { runs } from '../../../runs.js';

const frameOf = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

const frame = (delta: object, rest: object = {}, choice: object = {}): string =>
  frameOf({ id: 'x', ...rest, choices: [{ index: 0, delta, ...choice, finish_reason: null }] });

const template = (text: string): FrameTemplate | undefined => FrameTemplate.of(Buffer.from(text));

const text = (content: string): string => frame({ content });

/** A first frame, frames that follow it, and whether they are the same but for their text. */
const CASES: readonly (readonly [what: string, first: string, next: string, isSame: boolean])[] = [
  ['another text', text('a'), text('bc'), true],
  ['several frames', text('a'), text('b') + text('') + text('a'), true],
  ['quotes, line ends and backslashes', text('a'), text('"content":"\n\\" \\'), true],
  ['letters of more than one byte', text('a'), text('Ä 你好 🎉'), true],
  ['half of a surrogate pair', text('a'), text('\ud83c'), true],
  ['white space in the JSON', text('a').replaceAll('":', '": '), text('b').replaceAll('":', '": '), true],
  ['a role beside it', frame({ role: 'assistant', content: 'a' }), frame({ role: 'assistant', content: 'b' }), true],
  ['reasoning', frame({ reasoning: 'a', content: '' }), frame({ reasoning: 'b', content: '' }), true],
  ['the end of the choice', text('a'), frame({}, {}, { finish_reason: 'stop' }), false],
  ['the end of the choice behind text', text('a'), text('b').replace('null', '"stop"'), false],
  ['another id', text('a'), frame({ content: 'b' }, { id: 'y' }), false],
  ['an error', text('a'), frameOf({ error: { message: 'no' } }), false],
  ['an error behind text', text('a'), text('b') + frameOf({ error: { message: 'no' } }), false],
  ['another field behind the text', text('a'), frame({ content: 'b', tool_calls: [{ index: 0 }] }), false],
  ['the end of the stream', text('a'), 'data: [DONE]\n\n', false],
  ['a comment', text('a'), ': hm\n\n', false],
  ['a torn frame', text('a'), text('b').slice(0, -1), false],
  ['one blank line for two', text('a'), text('b').slice(0, -1) + text('b'), false],
  ['an escape that JSON does not have', text('a'), text('b').replace('"b"', '"\\x"'), false],
  ['a line end inside the text', text('a'), text('b').replace('"b"', '"\n"'), false],
  ['nothing', text('a'), '', false],
];

/** Frames without a template. */
const NONE: readonly (readonly [what: string, first: string])[] = [
  ['an empty text', text('')],
  ['no text', frame({ role: 'assistant' })],
  ['two choices', frameOf({ choices: [{ delta: { content: 'a' } }, { index: 1, delta: { content: 'b' } }] })],
  ['text in another place', frame({}, { extra: { content: 'a' } })],
  ['a second choice without text', frameOf({ choices: [{ delta: { content: 'a' } }, { index: 1, delta: {} }] })],
  ['the end of the choice', frame({ content: 'a' }).replace('null', '"stop"')],
  ['usage', frame({ content: 'a' }, { usage: { prompt_tokens: 1, completion_tokens: 1 } })],
  ['a tool call', frame({ content: 'a', tool_calls: [{ index: 0, function: { name: 'f' } }] })],
  ['a refusal', frame({ content: 'a', refusal: 'no' })],
  ['text in parts', frame({ content: [{ type: 'text', text: 'a' }] })],
  ['an error beside the text', frame({ content: 'a' }, { error: 'no' })],
  ['two frames', text('a') + text('b')],
  ['no JSON', 'data: "content":"a"\n\n'],
];

describe('The template of a frame', () => {
  for (const [what, first, next, isSame] of CASES) {
    it(`${isSame ? 'matches' : 'does not match'}: ${what}`, () => {
      expect(template(first)?.match(Buffer.from(next)) !== undefined).to.equal(isSame);
    });
  }

  for (const [what, first] of NONE) {
    it(`does not exist: ${what}`, () => {
      expect(template(first)).to.equal(undefined);
    });
  }

  it('matches no frame with other reasoning, if the frame has text and reasoning', () => {
    const both = template(frame({ reasoning: 'a', content: 'b' }));
    expect(both?.match(Buffer.from(frame({ reasoning: 'c', content: 'b' })))).to.equal(undefined);
  });

  it('tells text from reasoning', () => {
    const isAnswer = (first: string): boolean | undefined => template(first)?.match(Buffer.from(first))?.isAnswer;
    expect(isAnswer(text('a'))).to.equal(true);
    expect(isAnswer(frame({ reasoning_content: 'a' }))).to.equal(false);
  });

  it('tells chunks that contain nothing beside text', () => {
    const isBare = (first: string): boolean | undefined => template(first)?.match(Buffer.from(first))?.isBare;
    expect(isBare(text('a'))).to.equal(true);
    expect(isBare(frame({ role: 'assistant', content: 'a', refusal: null, reasoning: '' }))).to.equal(true);
    for (const delta of [{ reasoning_content: 'a' }, { content: 'a', annotations: [] }, { content: 'a', x: { y: 1 } }])
      expect(isBare(frame(delta))).to.not.equal(true);
    expect(isBare(frame({ content: 'a' }, {}, { logprobs: { content: [{ token: 'a' }] } }))).to.not.equal(true);
  });

  it('returns the chunk and the text that a parser reads, for any frames that match', () => {
    const key = fc.constantFrom('content', 'reasoning', 'reasoning_content', 'role', 'x');
    const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(null, '', 'a', { content: 'a' }));
    const field = fc.tuple(key, value);
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 1, maxLength: 3 }),
        fc.array(field, { maxLength: 2 }),
        fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('content', 'reasoning', 'reasoning_content'),
        (delta, rest, texts, varying) => {
          const like = (piece: string): string =>
            frame({ ...Object.fromEntries(delta), [varying]: piece }, Object.fromEntries(rest));
          const known = template(like('first'));
          const frames = Buffer.from(texts.map(like).join(''));
          const plain = known?.match(frames);
          if (known === undefined || plain === undefined) return;
          const events = readEvents(frames);
          const chunks = Array.from({ length: plain.count }, (_, index) => plain.chunkAt(index));
          expect(chunks).to.deep.equal(events.map(({ value }) => value));
          const written = Buffer.alloc(plain.length);
          expect(plain.copyTexts(written, 0)).to.equal(written.length);
          const { textBytes } = plain;
          const kept = plain.kept();
          known.match(Buffer.from(like('another') + like('text')));
          expect(Array.from({ length: kept.count }, (_, index) => kept.chunkAt(index))).to.deep.equal(chunks);
          expect([kept.length, kept.textBytes]).to.deep.equal([written.length, textBytes]);
          const answer = events.map(({ content }) => content.text).join('');
          expect(plain.isAnswer ? textOf(written.toString('latin1')) : '').to.equal(answer);
          if (plain.isAnswer) expect(textBytes).to.equal(Buffer.byteLength(answer));
          for (const { content } of events) {
            const { error, finished, calls, other, usage } = content;
            expect({ error, finished, calls, other, usage }).to.deep.equal({
              error: undefined,
              finished: [],
              calls: false,
              other: false,
              usage: undefined,
            });
          }
        },
      ),
      { numRuns: runs(5_000, 300) },
    );
  });
});
