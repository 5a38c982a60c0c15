import { expect } from 'chai';
import { readJson5 } from '../../../src/config/check/syntax.js';

const BROKEN: readonly [text: string, line: number, column: number, fragment: string][] = [
  ['', 1, 1, 'The file is empty'],
  ['// only this\n', 2, 1, 'The file is empty'],
  ['{ a: 1 } /* never', 1, 18, 'inside the comment that begins in line 1'],
  ['{ a: 1', 1, 7, 'Expected a bracket that closes the { in line 1'],
  ['{ a: { b: 1 }\n', 2, 1, 'Expected a bracket that closes the { in line 1'],
  ['{ a: [1, 2 }', 1, 12, 'the [ in line 1 is still open'],
  ['{ a: 1 }}', 1, 9, 'there is no open bracket to close'],
  ['{ a: }', 1, 6, 'Expected a key or a value'],
  ['{ a: 1,, b: 2 }', 1, 8, 'Unexpected `,`'],
  ['{ a: 1 b: 2 }', 1, 8, 'Unexpected `b`'],
  ['{\r\n  a: 1,\r\n  b: foo\r\n}', 3, 6, 'Unexpected `foo`'],
  ['{ a: "x\ny" }', 1, 6, 'a quote is missing'],
  ["{ a: 'x", 1, 6, 'a quote is missing'],
  ["{ a: 'x\\'", 1, 6, 'a quote is missing'],
  ["{ a: 'x' 'y' }", 1, 10, 'Unexpected string'],
  ["{ a: '\\xzz' }", 1, 6, 'an invalid escape after a \\'],
  ['{ a: /\n1 }', 1, 6, 'Unexpected `/`'],
  ['{ a: tru\n}', 1, 6, 'Unexpected `tru`'],
  ['{ __proto__: 1', 1, 15, 'Expected a bracket that closes the { in line 1'],
  ['{\n  a: {\n}, b: [\n  1 }', 4, 5, 'the [ in line 3 is still open'],
  ['{ a: #1 }', 1, 6, 'Unexpected `#1`'],
];

describe('readJson5', () => {
  for (const [text, line, column, fragment] of BROKEN) {
    it(`finds the position and the reason: ${JSON.stringify(text)}`, () => {
      const result = readJson5(text);
      if (result.ok) expect.fail('It was accepted.');
      expect(result.place).to.deep.equal({ line, column });
      expect(result.message).to.include(fragment);
    });
  }

  it('does not show a long word without quotes, which may be a key', () => {
    const result = readJson5('{ apiKey: gsk_0123456789abcdef0123456789abcdef }');
    expect(result).to.have.property('message').that.does.not.include('gsk_');
  });

  it('accepts comments, single quotes, trailing commas and a byte order mark', () => {
    expect(readJson5("\uFEFF{ /* one */ a: ['x',], // two\n}")).to.deep.equal({ ok: true, value: { a: ['x'] } });
  });
});
