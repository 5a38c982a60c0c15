import { expect } from 'chai';
import fc from 'fast-check';
import { restrict, restrictionsOf } from '../../../../src/engine/attempt/request/restrict.js';
import type { Fields } from '../../../../src/plugin/fields.js';

const PRICE = { body: { provider: { max_price: { prompt: 0, completion: 0 } } }, drop: ['plugins'] };
const DENY = { body: { provider: { data_collection: 'deny' } } };

const ROWS: readonly [what: string, callers: Fields, sent: Fields][] = [
  ['no field of the caller', {}, PRICE.body],
  ['other preferences', { provider: { order: ['a'] } }, { provider: { order: ['a'], ...PRICE.body.provider } }],
  [
    'a higher price',
    { provider: { max_price: { prompt: 5, image: 1 } } },
    { provider: { max_price: { prompt: 0, completion: 0, image: 1 } } },
  ],
  ['a price as text', { provider: { max_price: { prompt: '5' } } }, PRICE.body],
  ['a text in place of the object', { provider: 'cheapest' }, PRICE.body],
  ['null in place of the object', { provider: null }, PRICE.body],
  ['a list in place of the object', { provider: [1] }, PRICE.body],
  ['a plug-in that costs money', { plugins: [{ id: 'web' }] }, PRICE.body],
];

describe('The fields for the rules of a chain', () => {
  for (const [what, callers, sent] of ROWS) {
    it(`are sent beside ${what}`, () => {
      expect(restrict({ model: 'm', ...callers }, [PRICE]).body).to.deep.equal({ model: 'm', ...sent });
    });
  }

  it('keep what the caller sets more strictly', () => {
    const restriction = { body: { most: 5 } };
    expect(restrict({ most: 2 }, [restriction]).body).to.deep.equal({ most: 2 });
    expect(restrict({ most: 9 }, [restriction]).body).to.deep.equal({ most: 5 });
  });

  it('join where two rules hold, and say what they change', () => {
    const { body, changes } = restrict({ plugins: [] }, [PRICE, DENY]);
    expect(body).to.deep.equal({ provider: { ...PRICE.body.provider, data_collection: 'deny' } });
    expect(changes).to.deep.equal([
      'dropped `plugins` for the rules of the chain',
      'set `provider` for the rules of the chain',
      'set `provider` for the rules of the chain',
    ]);
  });

  it('are those of the rules that the chain has', () => {
    const type = { freeOnly: PRICE, noTraining: { ...DENY, training: { posture: 'no' } } } as const;
    expect(restrictionsOf(undefined, type)).to.deep.equal([]);
    expect(restrictionsOf({ freeOnly: 'server.free' }, type)).to.deep.equal([PRICE]);
    expect(restrictionsOf({ noTraining: 'server.privacy' }, type)).to.deep.equal([type.noTraining]);
    expect(restrictionsOf({ freeOnly: 'server.free', noTraining: 'server.privacy' }, {})).to.deep.equal([]);
  });

  it('are there whatever the caller sends, and the rest of the body stays', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (rest, provider) => {
        const callers: Fields = { ...rest, provider };
        const { body } = restrict(callers, [PRICE, DENY]);
        expect(body.provider).to.deep.include({ data_collection: 'deny' });
        expect((body.provider as Fields).max_price).to.deep.include({ prompt: 0, completion: 0 });
        for (const [field, value] of Object.entries(rest))
          if (field !== 'provider' && field !== 'plugins') expect(body[field]).to.deep.equal(value);
      }),
      { numRuns: 50 },
    );
  });
});
