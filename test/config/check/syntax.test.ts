import { expect } from 'chai';
import { readJson5 } from '../../../src/config/check/syntax.js';

const BROKEN: readonly [text: string, line: number, column: number, fragment: string][] = [
  ['', 1, 1, 'The file is empty'],
  ['// only this\n', 2, 1, 'The file is empty'],
  ['{ a: 1 } /* never', 1, 18, 'inside the comment of line 1'],
  ['{ a: 1', 1, 7, 'Nothing closes the { in line 1'],
  ['{ a: { b: 1 }\n', 2, 1, 'Nothing closes the { in line 1'],
  ['{ a: [1, 2 }', 1, 12, 'the [ in line 1 is still open'],
  ['{ a: 1 }}', 1, 9, 'nothing is open here'],
  ['{ a: }', 1, 6, 'a key or a value is still missing'],
  ['{ a: 1,, b: 2 }', 1, 8, 'Found `,`'],
  ['{ a: 1 b: 2 }', 1, 8, 'Found `b`'],
  ['{\r\n  a: 1,\r\n  b: foo\r\n}', 3, 6, 'Found `foo`'],
  ['{ a: "x\ny" }', 1, 6, 'a quote is missing'],
  ["{ a: 'x", 1, 6, 'a quote is missing'],
  ["{ a: 'x\\'", 1, 6, 'a quote is missing'],
  ["{ a: 'x' 'y' }", 1, 10, 'Found a text where it cannot stand'],
  ["{ a: '\\xzz' }", 1, 6, 'something is wrong after a \\'],
  ['{ a: /\n1 }', 1, 6, 'Found `/`'],
  ['{ a: tru\n}', 1, 6, 'Found `tru`'],
  ['{ __proto__: 1', 1, 15, 'Nothing closes the { in line 1'],
  ['{\n  a: {\n}, b: [\n  1 }', 4, 5, 'the [ in line 3 is still open'],
  ['{ a: #1 }', 1, 6, 'Found `#1`'],
];

describe('a text that is not JSON5', () => {
  for (const [text, line, column, fragment] of BROKEN) {
    it(`is told apart where it breaks: ${JSON.stringify(text)}`, () => {
      const result = readJson5(text);
      if (result.ok) expect.fail('it was read');
      expect(result.place).to.deep.equal({ line, column });
      expect(result.message).to.include(fragment);
    });
  }

  it('does not repeat a long word without quotes, which may be a key', () => {
    const result = readJson5('{ apiKey: gsk_0123456789abcdef0123456789abcdef }');
    expect(result).to.have.property('message').that.does.not.include('gsk_');
  });

  it('is not what comments, single quotes, trailing commas and a byte order mark make of it', () => {
    expect(readJson5("\uFEFF{ /* one */ a: ['x',], // two\n}")).to.deep.equal({ ok: true, value: { a: ['x'] } });
  });
});
