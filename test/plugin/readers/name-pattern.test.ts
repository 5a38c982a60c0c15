import { expect } from 'chai';
import fc from 'fast-check';
import { fitsPattern } from '../../../src/plugin/readers/name-pattern.js';

const CASES: readonly [pattern: string, name: string, fits: boolean][] = [
  ['claude-*-haiku*', 'claude-3-5-haiku-20241022', true],
  ['claude-*-haiku*', 'claude-4-haiku', true],
  ['claude-*-haiku*', 'claude-haiku-4-5', false],
  ['gpt-5*', 'gpt-5', true],
  ['gpt-5*', 'gpt-5.1-codex', true],
  ['gpt-5*', 'my-gpt-5', false],
  ['*', '', true],
  ['*', 'anything', true],
  ['o3', 'o3', true],
  ['o3', 'o3-mini', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['*b*b*', 'b', false],
  ['*-mini', 'gpt-4o-mini', true],
  ['a.b', 'axb', false],
  ['[x]*', '[x]y', true],
];

describe('A pattern of model names', () => {
  for (const [pattern, name, fits] of CASES) {
    it(`${pattern} ${fits ? 'fits' : 'does not fit'} "${name}"`, () => {
      expect(fitsPattern(pattern, name)).to.equal(fits);
    });
  }

  it('means the same as a regular expression with .* for each star', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (pattern, name) => {
        const parts = pattern.split('*').map((part) => part.replaceAll('.', '\\.'));
        expect(fitsPattern(pattern, name)).to.equal(new RegExp(`^${parts.join('.*')}$`).test(name));
      }),
      { numRuns: 300 },
    );
  });

  it('takes a long name with many stars in the pattern', () => {
    expect(fitsPattern(`${'*a'.repeat(50)}b`, 'a'.repeat(1_000_000))).to.equal(false);
  });
});
