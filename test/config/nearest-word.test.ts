import { expect } from 'chai';
import { nearestWord } from '../../src/config/nearest-word.js';

const WORDS = ['groq', 'cerebras', 'openrouter', 'apiKey', 'baseUrl', 'maxWait', 'per', 'return', 'next'];

const NEAREST: readonly [found: string, nearest: string | undefined][] = [
  ['grok', 'groq'],
  ['gorq', 'groq'],
  ['cerebra', 'cerebras'],
  ['openruoter', 'openrouter'],
  ['apikey', 'apiKey'],
  ['base_url', 'baseUrl'],
  ['maxWaitMs', 'maxWait'],
  ['retrun', 'return'],
  ['pre', 'per'],
  ['mistral', undefined],
  ['x', undefined],
  ['', undefined],
  ['n'.repeat(10_000), undefined],
];

describe('nearestWord', () => {
  for (const [found, nearest] of NEAREST) {
    it(`finds ${nearest ?? 'nothing'} for '${found.slice(0, 20)}'`, () => {
      expect(nearestWord(found, WORDS)).to.equal(nearest);
    });
  }

  it('finds nothing in an empty list', () => {
    expect(nearestWord('groq', [])).to.equal(undefined);
  });
});
