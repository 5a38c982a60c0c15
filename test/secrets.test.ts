import { expect } from 'chai';
import { maskSecrets, Secrets } from '../src/secrets.js';

const secretsOf = (...keys: string[]): Secrets => {
  const secrets = new Secrets();
  secrets.add(keys);
  return secrets;
};

describe('Secrets', () => {
  const CASES: readonly [what: string, keys: string[], text: string, masked: string][] = [
    ['every occurrence of every key', ['first-key', 'second-key'], 'first-key second-key first-key', '*** *** ***'],
    [
      'a key with special characters of regular expressions',
      ['a+b(c)[d]$^.*'],
      'is a+b(c)[d]$^.* wrong',
      'is *** wrong',
    ],
    ['a key encoded for a URL', ['abc+/def='], '/v1?key=abc%2B%2Fdef%3D', '/v1?key=***'],
    ['a key escaped for JSON', ['a"key\\of'], '{"key":"a\\"key\\\\of"}', '{"key":"***"}'],
    ['a key that contains another one', ['my-key', 'my-key-too'], 'my-key-too', '***'],
    ['text with the shape of a known provider key', [], 'gsk_0123456789', '***'],
    ['no short keys, which match ordinary words', ['short'], 'a short story', 'a short story'],
  ];
  for (const [what, keys, text, masked] of CASES) {
    it(`masks ${what}`, () => expect(secretsOf(...keys).mask(text)).to.equal(masked));
  }

  it('masks the longer key completely, in any order', () => {
    expect(maskSecrets('my-key-too and my-key', ['my-key', 'my-key-too'])).to.equal('*** and ***');
  });

  it('keeps masking earlier secrets', () => {
    const secrets = secretsOf('the-old-key');
    secrets.add(['the-new-key']);
    expect(secrets.mask('the-old-key, the-new-key')).to.equal('***, ***');
  });
});
