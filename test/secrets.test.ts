import { expect } from 'chai';
import fc from 'fast-check';
import { formsOf, maskSecrets, Secrets } from '../src/secrets.js';

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
    ['a key encoded for a URL in lower case', ['abc+/def='], 'key=abc%2b%2fdef%3d', 'key=***'],
    ['a key escaped for JSON with its slashes', ['abc/def'], '"abc\\/def"', '"***"'],
    ['a key escaped for HTML', ['a&b<c>d'], '<p>a&amp;b&lt;c&gt;d</p>', '<p>***</p>'],
    ['a key in hex', ['my-key'], '6d792d6b6579 6D792D6B6579', '*** ***'],
    ['a key in base64', ['my-own-key?'], 'bXktb3duLWtleT8=', '***'],
    ['a key in base64 for URLs', ['??>>my-own-key'], 'Pz8-Pm15LW93bi1rZXk', '***'],
    [
      'a key in JSON that is safe in HTML',
      ['my<own>key='],
      'my\\u003cown\\u003ekey\\u003d my\\u003cown\\u003ekey=',
      '*** ***',
    ],
    [
      'a key with every character escaped',
      ['my-key'],
      '\\u006d\\u0079\\u002d\\u006b\\u0065\\u0079 %6d%79%2d%6b%65%79',
      '*** ***',
    ],
    ['a key of any length', ['x'.repeat(100_000)], `is ${'x'.repeat(100_000)}.`, 'is ***.'],
    ['half a surrogate', ['my-key\ud800'], 'my-key\ud800 is wrong', '*** is wrong'],
    ['a key that contains another one', ['my-key', 'my-key-too'], 'my-key-too', '***'],
    ['text with the shape of a known provider key', [], 'gsk_0123456789', '***'],
    ['no short keys, which match ordinary words', ['short'], 'a short story', 'a short story'],
  ];
  for (const [what, keys, text, masked] of CASES) {
    it(`masks ${what}`, () => expect(secretsOf(...keys).mask(text)).to.equal(masked));
  }

  it('masks a key wherever it stands in a text, and texts that only resemble it stay', () => {
    const keys = Array.from({ length: 200 }, (_, index) => `key-of-account-${index}-0123`);
    const secrets = secretsOf(...keys);
    for (const key of keys.slice(0, 20)) {
      for (const [before, after] of [
        ['', ''],
        ['key-of-', ''],
        ['key-of-account', '-of-account'],
        ['ü😀', '\u2028'],
      ])
        expect(secrets.mask(`${before}${key}${after}`)).to.equal(`${before}***${after}`);
      expect(secrets.mask(`${key.slice(0, -1)} ${key.slice(1)}`)).to.equal(`${key.slice(0, -1)} ${key.slice(1)}`);
    }
  });

  it('masks as one replacement after the other would', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '-', '%', 'ü'), minLength: 4, maxLength: 12 });
    const check = fc.property(fc.array(word, { maxLength: 5 }), fc.array(word, { maxLength: 8 }), (keys, words) => {
      const text = [...words, ...keys.slice(0, 2)].join('');
      expect(secretsOf(...keys).mask(text)).to.equal(maskSecrets(text, formsOf(keys.filter((key) => key.length >= 6))));
    });
    fc.assert(check, { numRuns: 200 });
  });

  for (const around of ['', 'a', 'ab', 'Bearer ', '{"authorization":"Bearer ']) {
    for (const encoding of ['base64', 'base64url'] as const) {
      it(`masks a key in ${encoding} behind "${around}"`, () => {
        const key = 'a-key-of-a-provider>>>???0123456789';
        const text = Buffer.from(`${around}${key}"}`).toString(encoding);
        const masked = secretsOf(key).mask(text);
        expect(masked).to.contain('***');
        expect(Buffer.from(masked.replace('***', ''), encoding).toString()).not.to.contain('key');
        expect(masked.length).to.be.below(around.length * 2 + 12);
      });
    }
  }

  it('masks the longer key completely, in any order', () => {
    expect(maskSecrets('my-key-too and my-key', ['my-key', 'my-key-too'])).to.equal('*** and ***');
  });

  it('keeps masking earlier secrets', () => {
    const secrets = secretsOf('the-old-key');
    secrets.add(['the-new-key']);
    expect(secrets.mask('the-old-key, the-new-key')).to.equal('***, ***');
  });

  it('are masked by a masker with more keys, which this one does not learn', () => {
    const secrets = secretsOf('my-key');
    const more = secrets.with(['my-key-too', 'another-key']);
    const text = 'my-key, my-key-too, another-key';
    expect(more.mask(text)).to.equal('***, ***, ***');
    expect(secrets.mask(text)).to.equal('***, ***-too, another-key');
  });
});
