import type { CatalogueView, OfferView } from '../contract/catalogue.js';
import type { CatalogueEntry, Offer, OfferKind } from '../contract/catalogue-entry.js';
import { mayBeOutOfDate } from './age.js';
import { holderWords, limitWords } from './words.js';

/** The kinds of offers, the easiest to use first. */
const ORDER: readonly OfferKind[] = ['keyless', 'recurring', 'zero-price', 'own', 'one-time', 'none'];

const rankOf = (kind: OfferKind | undefined): number => (kind === undefined ? ORDER.length : ORDER.indexOf(kind));

/** Returns an entry of the catalogue as people see it. `now`: epoch ms. */
export const viewOf = (id: string, entry: CatalogueEntry, now: number): CatalogueView => {
  const { title, type, summary, key, training } = entry;
  const offers = entry.offers.map((offer) => offerView(offer, now));
  const kinds = [...new Set(offers.map(({ kind }) => kind))].sort((one, other) => rankOf(one) - rankOf(other));
  const needsKey = !kinds.some((kind) => kind === 'keyless' || kind === 'own');
  const needsCard = needsKey ? key?.card : false;
  return {
    id,
    title,
    ...(type === undefined ? {} : { type }),
    summary,
    kinds,
    needsKey,
    ...(needsCard === undefined ? {} : { needsCard }),
    ...(key === undefined ? {} : { key }),
    offers,
    training: { ...training, mayBeOutOfDate: training.date !== undefined && mayBeOutOfDate(training.date, now) },
    mayBeOutOfDate: offers.some((offer) => offer.mayBeOutOfDate),
  };
};

const offerView = (offer: Offer, now: number): OfferView => ({
  ...offer,
  limits: (offer.limits ?? []).map((limit) => ({
    ...limit,
    text: `${limitWords(limit)} ${holderWords(limit, offer)}`,
  })),
  // A server of one's own has no facts that change.
  mayBeOutOfDate: offer.kind !== 'own' && (offer.date === undefined || mayBeOutOfDate(offer.date, now)),
});

/** Sorts views: those without a key first, then what comes back, and at last those without an offer. */
export const byEase = (one: CatalogueView, other: CatalogueView): number =>
  rankOf(one.kinds[0]) - rankOf(other.kinds[0]) || one.title.localeCompare(other.title, 'en');
