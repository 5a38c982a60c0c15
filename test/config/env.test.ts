import { expect } from 'chai';
import { readEnvironment, resolveVariables, unsetNamesIn } from '../../src/config/env.js';

const ENV = { KEY: 'k-1', HOST: 'example.org', PRICE: '$5 ${KEY}', EMPTY: '', BLANK: ' \n' };

const TEXTS: readonly [written: string, resolved: string][] = [
  ['plain', 'plain'],
  ['${KEY}', 'k-1'],
  ['https://${HOST}/v1?k=${KEY}', 'https://example.org/v1?k=k-1'],
  ['$${KEY}', '${KEY}'],
  ['$$${KEY}', '$${KEY}'],
  ['$KEY and $ and }', '$KEY and $ and }'],
  // What a variable holds is taken as it is.
  ['${PRICE}', '$5 ${KEY}'],
];

describe('variables in a configuration', () => {
  for (const [written, resolved] of TEXTS) {
    it(`are read in ${written}`, () => {
      const result = resolveVariables({ text: written }, ENV);
      expect(result).to.deep.equal({ value: { text: resolved }, unset: [], unreadable: [], malformed: [] });
    });
  }

  it('are read in every text at any depth, but not in keys', () => {
    const { value } = resolveVariables({ '${KEY}': [{ deep: '${KEY}' }, 1, null, true] }, ENV);
    expect(value).to.deep.equal({ '${KEY}': [{ deep: 'k-1' }, 1, null, true] });
  });

  it('leave what was written untouched', () => {
    const written = { key: '${KEY}' };
    resolveVariables(written, ENV);
    expect(written).to.deep.equal({ key: '${KEY}' });
  });

  it('count as unset when they are absent, empty or blank, and are left as they are written', () => {
    const result = resolveVariables({ a: '${ABSENT}-${EMPTY}-${ABSENT}', b: { c: '${BLANK} ${KEY}' } }, ENV);
    expect(result.value).to.deep.equal({ a: '${ABSENT}-${EMPTY}-${ABSENT}', b: { c: '${BLANK} k-1' } });
    expect(result.unset).to.deep.equal([
      { path: ['a'], names: ['ABSENT', 'EMPTY'] },
      { path: ['b', 'c'], names: ['BLANK'] },
    ]);
    expect(unsetNamesIn(result, ['b'])).to.deep.equal(['BLANK']);
    expect(unsetNamesIn(result, [])).to.deep.equal(['ABSENT', 'EMPTY', 'BLANK']);
  });

  it('are not taken from what every object inherits', () => {
    expect(resolveVariables('${constructor}', {}).unset).to.have.length(1);
  });

  for (const written of ['${}', '${A-B}', '${KEY', '${1ST}', '${KEY:-other}']) {
    it(`are not written ${written}`, () => {
      expect(resolveVariables({ text: written }, ENV).malformed).to.deep.equal([['text']]);
    });
  }
});

describe('the environment', () => {
  const dotEnv = '\uFEFFFIRST=from file\n# a comment\nexport BOTH="from # file"\nEMPTY=\nGIVEN_EMPTY=from file\n';
  const env = readEnvironment({ BOTH: 'from outside', GIVEN_EMPTY: '', OWN: 'from outside' }, dotEnv);

  it('goes before .env, unless a variable in it is empty', () => {
    expect(env).to.deep.equal({
      FIRST: 'from file',
      BOTH: 'from outside',
      GIVEN_EMPTY: 'from file',
      OWN: 'from outside',
    });
  });
});
