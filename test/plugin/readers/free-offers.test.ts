import type { FreeOffer } from '429chain/plugin';
import { expect } from 'chai';
import { isFreeModel } from '../../../src/plugin/readers/free-offers.js';

/** Offers, a model, and whether it is free with a key and without one. */
const ROWS: readonly [
  what: string,
  offers: readonly FreeOffer[] | undefined,
  model: string,
  keyed: boolean | undefined,
  keyless: boolean | undefined,
][] = [
  ['nothing is known', undefined, 'm', undefined, undefined],
  ['there is no offer', [], 'm', undefined, undefined],
  ['the offer covers all', [{ kind: 'recurring', models: 'all' }], 'm', true, true],
  ['the server is your own', [{ kind: 'own', models: 'all' }], 'm', true, true],
  ['nothing is free', [{ kind: 'none' }], 'm', false, false],
  ['there is credit once', [{ kind: 'one-time', models: 'all' }], 'm', false, false],
  ['only callers without a key have it free', [{ kind: 'keyless', models: 'all' }], 'm', false, true],
  ['the offer does not name its models', [{ kind: 'recurring' }], 'm', undefined, undefined],
  ['the pattern fits', [{ kind: 'zero-price', models: ['*:free'] }], 'a/b:free', true, true],
  ['the pattern does not fit', [{ kind: 'zero-price', models: ['*:free'] }], 'a/b', false, false],
  ['the case differs', [{ kind: 'zero-price', models: ['Qwen/*'] }], 'qwen/qwen3', true, true],
  ['it is an exception', [{ kind: 'recurring', models: 'all', except: ['*big*'] }], 'a-big-one', false, false],
  ['it is no exception', [{ kind: 'recurring', models: 'all', except: ['*big*'] }], 'a-small-one', true, true],
  [
    'another offer covers it',
    [{ kind: 'recurring' }, { kind: 'zero-price', models: ['*:free'] }],
    'a:free',
    true,
    true,
  ],
  [
    'another offer may cover it',
    [{ kind: 'recurring' }, { kind: 'zero-price', models: ['*:free'] }],
    'a',
    undefined,
    undefined,
  ],
];

describe('Whether a model is free', () => {
  for (const [what, offers, model, keyed, keyless] of ROWS) {
    it(`is ${keyed} with a key and ${keyless} without one, when ${what}`, () => {
      expect(isFreeModel(offers, model, { keyless: false })).to.equal(keyed);
      expect(isFreeModel(offers, model, { keyless: true })).to.equal(keyless);
    });
  }
});
