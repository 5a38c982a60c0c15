import { expect } from 'chai';
import { dayWords, holderWords, limitWords } from '../../src/catalogue/words.js';
import type { OfferKind, OfferLimit } from '../../src/contract/catalogue-entry.js';

const LIMITS: readonly [limit: OfferLimit, words: string][] = [
  [{ requests: 30, per: '1m' }, '30 requests a minute'],
  [{ requests: 1, per: '1s' }, '1 request a second'],
  [{ requests: 1_000, per: '1d' }, '1,000 requests in 24 hours'],
  [{ requests: 200, per: '5h' }, '200 requests in 5h'],
  [{ tokens: 500_000, per: '1h' }, '500,000 tokens an hour'],
  [{ input_tokens: 250_000, per: '1m' }, '250,000 input tokens a minute'],
  [{ output_tokens: 1, per: '1m' }, '1 output token a minute'],
  [{ requests: 20, each: 'day', zone: 'America/Los_Angeles' }, '20 requests a day until midnight in Los Angeles'],
  [{ requests: 50, each: 'day' }, '50 requests a day until midnight UTC'],
  [{ requests: 1_000, each: 'month' }, '1,000 requests a calendar month'],
  [{ requests: 10, each: 'week', zone: 'Asia/Shanghai' }, '10 requests a calendar week (in Shanghai)'],
  [{ units: 10_000, unit: 'neurons', each: 'day' }, '10,000 neurons a day until midnight UTC'],
  [{ units: 0.1, unit: 'US dollars', each: 'month' }, '0.1 US dollars a calendar month'],
  [{ units: 5, unit: 'US dollars', once: true }, '5 US dollars once'],
  [{ concurrent: 1 }, '1 request at a time'],
  [{ concurrent: 4 }, '4 requests at a time'],
];

const HOLDERS: readonly [limit: OfferLimit, kind: OfferKind, words: string][] = [
  [{}, 'recurring', 'for each model'],
  [{}, 'keyless', 'for each model and your IP address'],
  [{ scope: 'provider' }, 'recurring', 'for the account'],
  [{ scope: 'provider' }, 'keyless', 'for your IP address'],
  [{ pool: 'free' }, 'zero-price', 'for all of them together'],
  [{ pool: 'free' }, 'keyless', 'for all of them together and your IP address'],
  [{ models: ['a*', 'b'] }, 'recurring', 'for each model like a* or b'],
  [{ models: ['a*'], except: ['a1', 'a2'] }, 'recurring', 'for each model like a*, except a1 and a2'],
  [{ except: ['a1'] }, 'recurring', 'for each model, except a1'],
];

describe('The words of the catalogue', () => {
  for (const [limit, words] of LIMITS) {
    it(`state a limit: ${words}`, () => {
      expect(limitWords(limit)).to.equal(words);
    });
  }

  for (const [limit, kind, words] of HOLDERS) {
    it(`state what shares a limit: ${words}`, () => {
      expect(holderWords(limit, { kind })).to.equal(words);
    });
  }

  it('state the age of a fact', () => {
    expect(dayWords('2026-09-26', false)).to.equal('2026-09-26');
    expect(dayWords('2026-09-26', true)).to.equal('2026-09-26, may be out of date');
    expect(dayWords(undefined, true)).to.equal('no date, may be out of date');
  });
});
