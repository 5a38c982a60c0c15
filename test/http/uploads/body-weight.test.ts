import { isAscii } from 'node:buffer';
import { getHeapStatistics } from 'node:v8';
import { expect } from 'chai';
import fc from 'fast-check';
import { bodyWeight, requireFewValues, valueBytesIn, valueBytesOf } from '../../../src/http/uploads/body-weight.js';

const message = (content: string): string => JSON.stringify({ messages: [{ role: 'user', content }] });

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const weightOf = (text: string): number => {
  const bytes = Buffer.from(text);
  return bodyWeight(bytes.length, isAscii(bytes), text, parsed(text));
};

describe('bodyWeight', () => {
  const LONG = 'some words '.repeat(1_000);
  const ROWS: readonly { what: string; text: string; times: number }[] = [
    { what: 'plain text', text: message(LONG), times: 1 },
    { what: 'a picture', text: message(`data:image/png;base64,${'iVBORw0KGgo'.repeat(1_000)}`), times: 1 },
    {
      what: 'code, whose braces and commas are text',
      text: message('f({ a: [1, 2] }, "b\\\\");\n'.repeat(500)),
      times: 1,
    },
    { what: 'text with one wide character', text: message(`${LONG}…`), times: 2 },
    { what: 'Russian', text: message('слова '.repeat(1_000)), times: 2 },
    { what: 'an escaped wide character', text: message(`${LONG}?`).replace('?', '\\u2026'), times: 2 },
    { what: 'empty objects', text: `[${'{},'.repeat(5_000)}0]`, times: 13.3 },
    { what: 'empty lists', text: `[${'[],'.repeat(5_000)}0]`, times: 13.3 },
    { what: 'numbers', text: `[${'1,'.repeat(5_000)}0]`, times: 4 },
    { what: 'short strings', text: `[${'"ab",'.repeat(5_000)}0]`, times: 3.2 },
  ];
  for (const { what, text, times } of ROWS) {
    it(`counts ${what} ${times === 1 ? 'by its length' : `${times} times`}`, () => {
      expect(weightOf(text) / Buffer.byteLength(text)).to.be.closeTo(times, 0.1);
    });
  }

  it('takes any text for a body, and never counts less than its length', () => {
    const texts = fc.oneof(fc.string(), fc.json(), fc.string({ unit: fc.constantFrom('"', '\\', '{', ',', 'a') }));
    fc.assert(
      fc.property(texts, (text) => weightOf(text) >= Buffer.byteLength(text)),
      { numRuns: 300 },
    );
  });

  it('finds the end of every string', () => {
    const parts = fc.array(fc.constantFrom('"', '\\', '{', '[', ',', ':', 'a', 'b'.repeat(70)), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 5 }), (strings) => {
        const text = `${JSON.stringify(strings.map((each) => each.join('')))}${' '.repeat(10_000)}`;
        // Spaces hide the length: what is left are the values.
        expect(weightOf(text)).to.equal(Buffer.byteLength(text));
        const dense = JSON.stringify(Array(1_000).fill(strings.map((each) => each.join(''))));
        const values = 64 * 1_001 + 16 * (1_000 * strings.length + 999 + 1_000 * Math.max(0, strings.length - 1));
        expect(weightOf(dense)).to.equal(Math.max(dense.length, values / 2));
      }),
      { numRuns: 100 },
    );
  });

  it('counts the same before a body is parsed as after it', () => {
    const value = fc.jsonValue({ maxDepth: 5 });
    fc.assert(
      fc.property(value, fc.boolean(), (each, spaced) => {
        const text = JSON.stringify(each, undefined, spaced ? 2 : undefined);
        expect(valueBytesIn(Buffer.from(text))).to.equal(valueBytesOf(JSON.parse(text), 512));
      }),
      { numRuns: 200 },
    );
  });

  it('refuses a body whose values would take more than a third of the heap, and no smaller one', () => {
    const most = getHeapStatistics().heap_size_limit / 3;
    // Each of these objects counts for 80 bytes.
    const objects = (count: number): Buffer => Buffer.alloc(3 * Math.floor(count), '{},');
    expect(() => requireFewValues(objects(most / 80 + 1000))).to.throw('more objects, lists and values than fit');
    expect(() => requireFewValues(objects(most / 80 - 1000))).to.not.throw();
  }).timeout(60_000);
});
