import { expect } from 'chai';
import { impossibleNumbersIn } from '../../../../src/plugin/readers/headers/impossible-numbers.js';

const AT = Date.UTC(2026, 0, 1, 12);
const IGNORED = 'which counts nothing. 429chain ignores it';

const ROWS: readonly (readonly [name: string, value: string, why: string | undefined])[] = [
  ['x-ratelimit-limit-requests', '30', undefined],
  ['x-ratelimit-limit-requests', '0', undefined],
  ['x-ratelimit-limit-requests', '-1', undefined],
  ['x-ratelimit-limit-requests', '-30', IGNORED],
  ['x-ratelimit-remaining-tokens-minute', '-7.5', IGNORED],
  ['x-ratelimit-remaining-requests', 'NaN', IGNORED],
  ['x-ratelimit-limit-tokens', 'Infinity', IGNORED],
  ['x-ratelimit-limit-tokens', '1e400', IGNORED],
  ['ratelimit-limit', '100, 100;w=60', undefined],
  ['x-ratelimit-limit-requests', 'unlimited', undefined],
  ['x-ratelimit-limit-requests', '', undefined],
  ['x-ratelimit-reset-requests', '42', undefined],
  ['x-ratelimit-reset-requests', '-5', undefined],
  ['x-ratelimit-reset-requests', '6m 11.52s', undefined],
  ['x-ratelimit-reset-tokens-minute', '65', undefined],
  [
    'x-ratelimit-reset-tokens-minute',
    '3600',
    'which is later than its window of 1m. 429chain waits for its window of 1m at most',
  ],
  ['x-ratelimit-reset-requests-day', '2026-01-02T11:00:00Z', undefined],
  [
    'x-ratelimit-reset-requests-day',
    '2400-01-01T00:00:00Z',
    'which is later than its window of 1d. 429chain waits for its window of 1d at most',
  ],
  ['x-ratelimit-reset', '13569465600', 'which is later than a month. 429chain waits for a month at most'],
  ['x-ratelimit-reset-requests', 'nan', 'which is no time. 429chain ignores it'],
  ['x-request-count', '-30', undefined],
  ['constructor', '-30', undefined],
];

describe('A number in a rate-limit header', () => {
  for (const [name, value, why] of ROWS) {
    it(`${why === undefined ? 'can' : 'cannot'} be true: ${name}: ${value}`, () => {
      const found = impossibleNumbersIn({ status: 200, at: AT, headers: { [name]: value } });
      expect(found).to.deep.equal(why === undefined ? [] : [{ name, value, why }]);
    });
  }

  it('is quoted up to 60 characters', () => {
    const value = `-${'1'.repeat(500)}`;
    const [found] = impossibleNumbersIn({ status: 200, at: AT, headers: { 'x-ratelimit-limit-requests': value } });
    expect(found?.value).to.equal(value.slice(0, 60));
  });
});
