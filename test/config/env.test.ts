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
  // The value of a variable is not searched for variables.
  ['${PRICE}', '$5 ${KEY}'],
];

describe('resolveVariables', () => {
  for (const [written, resolved] of TEXTS) {
    it(`reads the variables in ${written}`, () => {
      const result = resolveVariables({ text: written }, ENV);
      expect(result).to.deep.equal({ value: { text: resolved }, unset: [], unreadable: [], malformed: [] });
    });
  }

  it('reads variables at any depth, but not in keys', () => {
    const { value } = resolveVariables({ '${KEY}': [{ deep: '${KEY}' }, 1, null, true] }, ENV);
    expect(value).to.deep.equal({ '${KEY}': [{ deep: 'k-1' }, 1, null, true] });
  });

  it('does not change its argument', () => {
    const written = { key: '${KEY}' };
    resolveVariables(written, ENV);
    expect(written).to.deep.equal({ key: '${KEY}' });
  });

  it('reports absent, empty and blank variables as unset, and leaves them as they are written', () => {
    const result = resolveVariables({ a: '${ABSENT}-${EMPTY}-${ABSENT}', b: { c: '${BLANK} ${KEY}' } }, ENV);
    expect(result.value).to.deep.equal({ a: '${ABSENT}-${EMPTY}-${ABSENT}', b: { c: '${BLANK} k-1' } });
    expect(result.unset).to.deep.equal([
      { path: ['a'], names: ['ABSENT', 'EMPTY'] },
      { path: ['b', 'c'], names: ['BLANK'] },
    ]);
    expect(unsetNamesIn(result, ['b'])).to.deep.equal(['BLANK']);
    expect(unsetNamesIn(result, [])).to.deep.equal(['ABSENT', 'EMPTY', 'BLANK']);
  });

  it('ignores inherited properties', () => {
    expect(resolveVariables('${constructor}', {}).unset).to.have.length(1);
  });

  for (const written of ['${}', '${A-B}', '${KEY', '${1ST}', '${KEY:-other}']) {
    it(`reports ${written} as malformed`, () => {
      expect(resolveVariables({ text: written }, ENV).malformed).to.deep.equal([['text']]);
    });
  }
});

describe('readEnvironment', () => {
  const dotEnv = '\uFEFFFIRST=from file\n# a comment\nexport BOTH="from # file"\nEMPTY=\nGIVEN_EMPTY=from file\n';
  const env = readEnvironment({ BOTH: 'from outside', GIVEN_EMPTY: '', OWN: 'from outside' }, dotEnv);

  it('lets the environment override .env, except by empty variables', () => {
    expect(env).to.deep.equal({
      FIRST: 'from file',
      BOTH: 'from outside',
      GIVEN_EMPTY: 'from file',
      OWN: 'from outside',
    });
  });
});
