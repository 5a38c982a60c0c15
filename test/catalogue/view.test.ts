import { expect } from 'chai';
import { byEase, viewOf } from '../../src/catalogue/view.js';
import type { CatalogueEntry, Key, Offer } from '../../src/contract/catalogue-entry.js';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const NEW = '2026-11-29';
const OLD = '2026-09-26';

const entryOf = (offers: Offer[], key?: Key): CatalogueEntry => ({
  title: 'Acme',
  summary: 'Some.',
  offers,
  training: { posture: 'no', date: OLD },
  ...(key === undefined ? {} : { key }),
});

const keyOf = (card?: boolean): Key => ({ url: 'https://a.example', ...(card === undefined ? {} : { card }) });

/** Offers and a key, and whether a person needs a key and a card. */
const NEEDS: readonly [
  what: string,
  offers: Offer[],
  key: Key | undefined,
  needsKey: boolean,
  needsCard: boolean | undefined,
][] = [
  ['there is a keyless offer', [{ kind: 'keyless' }], undefined, false, false],
  ['a key with a card gives more', [{ kind: 'recurring' }, { kind: 'keyless' }], keyOf(true), false, false],
  ['the server is your own', [{ kind: 'own' }], undefined, false, false],
  ['no card is needed', [{ kind: 'recurring' }], keyOf(false), true, false],
  ['a card is needed', [{ kind: 'recurring' }], keyOf(true), true, true],
  ['it is unknown whether a card is needed', [{ kind: 'zero-price' }], keyOf(), true, undefined],
  ['nothing is free', [{ kind: 'none' }], undefined, true, undefined],
];

describe('An entry of the catalogue, as people see it', () => {
  for (const [what, offers, key, needsKey, needsCard] of NEEDS) {
    it(`states whether a key and a card are needed, when ${what}`, () => {
      const view = viewOf('acme', entryOf(offers, key), NOW);
      expect([view.needsKey, view.needsCard]).to.deep.equal([needsKey, needsCard]);
    });
  }

  it('may be out of date if one of its offers may', () => {
    const ages = (...dates: (string | undefined)[]) => {
      const offers = dates.map((date): Offer => ({ kind: 'recurring', ...(date === undefined ? {} : { date }) }));
      const view = viewOf('acme', entryOf(offers, keyOf()), NOW);
      return [view.mayBeOutOfDate, ...view.offers.map((offer) => offer.mayBeOutOfDate)];
    };
    expect(ages(NEW)).to.deep.equal([false, false]);
    expect(ages(OLD)).to.deep.equal([true, true]);
    expect(ages(NEW, OLD)).to.deep.equal([true, false, true]);
    expect(ages(undefined)).to.deep.equal([true, true]);
  });

  it('is never out of date if it is a server of your own', () => {
    expect(viewOf('acme', entryOf([{ kind: 'own' }]), NOW).mayBeOutOfDate).to.equal(false);
  });

  it('states the age of its training posture on its own', () => {
    const { mayBeOutOfDate, training } = viewOf('acme', entryOf([{ kind: 'recurring', date: NEW }], keyOf()), NOW);
    expect([mayBeOutOfDate, training.mayBeOutOfDate]).to.deep.equal([false, true]);
  });

  it('has the kinds of its offers, the easiest first', () => {
    const { kinds } = viewOf('acme', entryOf([{ kind: 'none' }, { kind: 'recurring' }, { kind: 'keyless' }]), NOW);
    expect(kinds).to.deep.equal(['keyless', 'recurring', 'none']);
  });

  it('comes before entries that are harder to use, and then by name', () => {
    const views = (['none', 'own', 'keyless', 'one-time', 'recurring', 'zero-price', 'recurring'] as const).map(
      (kind, index) => viewOf(`${kind}-${index}`, { ...entryOf([{ kind }]), title: `Acme ${9 - index}` }, NOW),
    );
    expect(views.sort(byEase).map(({ id }) => id)).to.deep.equal([
      'keyless-2',
      'recurring-6',
      'recurring-4',
      'zero-price-5',
      'own-1',
      'one-time-3',
      'none-0',
    ]);
  });
});
