import type { OfferKind } from '../../contract/catalogue-entry.js';
import type { FreeStanding } from '../../contract/standing.js';
import { isFreeModel } from '../../plugin/readers/free-offers.js';
import { isOwnServer, type Listed, sourceOf, type TargetFacts, titleOf, whyElsewhere, whyForeign } from './facts.js';

type Judge = (facts: TargetFacts, listed: Listed | undefined) => FreeStanding | undefined;

/** Returns the day of a time in epoch ms. */
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

const inList = ({ readAt }: Listed): { source: string; date: string } => ({
  source: "the provider's list of models",
  date: dayOf(readAt),
});

const dollars = (amount: number): string => `$${Number(amount.toPrecision(4))}`;

/** The configuration says that it costs money. */
const statedPaid: Judge = ({ stated }) =>
  stated.free === false ? { free: false, why: 'the configuration says `free: false`' } : undefined;

/** The provider lists a price. */
const listedPrice: Judge = (_, listed) => {
  const price = listed?.model.price;
  if (listed === undefined || price === undefined || (price.input <= 0 && price.output <= 0)) return undefined;
  const why = `its provider charges ${dollars(price.input)} and ${dollars(price.output)} per million tokens of prompts and answers`;
  return { free: false, why, ...inList(listed) };
};

/** The provider's list marks the model as free or not. What the type itself adds to its list is not in it. */
const listedFree: Judge = ({ keyless, model: id, providerType: { about, modelList } }, listed) => {
  if (!modelList?.prices || listed?.model.free === undefined) return undefined;
  const { free, price } = listed.model;
  const isOwnWord = price !== undefined || free !== isFreeModel(about?.offers, id, { keyless });
  if (!isOwnWord) return undefined;
  const why = free ? 'its provider lists it as free' : 'its provider lists it as not free';
  return { free, why, ...inList(listed) };
};

const statedFree: Judge = ({ stated }) =>
  stated.free === true ? { free: true, why: 'the configuration says `free: true`' } : undefined;

/** A server of one's own sends no bill. */
const ownServer: Judge = (facts) => {
  if (!isOwnServer(facts)) return undefined;
  const elsewhere = whyElsewhere(facts);
  return elsewhere === undefined
    ? { free: true, why: 'it is a server in your own network' }
    : { free: 'unknown', why: elsewhere };
};

/** What is known of a provider is not known of another address. */
const foreign: Judge = (facts) => {
  const why = whyForeign(facts);
  return why === undefined ? undefined : { free: 'unknown', why };
};

const knownNames: Judge = (facts) => {
  const { about, modelList } = facts.providerType;
  if (modelList?.free === undefined) return undefined;
  const free = modelList.free.test(facts.model);
  return { free, why: `it is ${free ? '' : 'not '}among the free models of ${titleOf(facts)}`, ...sourceOf(about) };
};

const freePool: Judge = (facts) => {
  const { about, pool } = facts.providerType;
  const name = pool?.(facts.model);
  if (name !== 'free') return undefined;
  return { free: true, why: `it is among the free models of ${titleOf(facts)}`, ...sourceOf(about) };
};

const wholeTier: Judge = (facts) => {
  const { about } = facts.providerType;
  if (!about?.allFree) return undefined;
  return { free: true, why: `the free tier of ${titleOf(facts)} covers all of its models`, ...sourceOf(about) };
};

const OFFERED: Readonly<Partial<Record<OfferKind, string>>> = {
  recurring: 'the free tier of % covers it',
  'zero-price': '% offers it at no charge',
  keyless: '% needs no key for it',
};

/** The catalogue says which models of the provider are free. */
const catalogue: Judge = (facts) => {
  const { keyless, model, providerType } = facts;
  const offers = providerType.about?.offers ?? [];
  const free = isFreeModel(offers, model, { keyless });
  if (free === undefined) return undefined;
  const title = titleOf(facts);
  if (free) {
    const offer = offers.find((each) => isFreeModel([each], model, { keyless }));
    const words = offer && OFFERED[offer.kind];
    return { free, why: (words ?? '% is free').replace('%', title), ...sourceOf(offer) };
  }
  const isOpen = offers.some(({ kind }) => kind in OFFERED && (kind !== 'keyless' || keyless));
  const offer = isOpen ? offers[0] : offers.find(({ kind }) => kind in NOT_OFFERED);
  const words = (!isOpen && offer && NOT_OFFERED[offer.kind]) || 'it is not among the free models of %';
  return { free, why: words.replace('%', title), ...sourceOf(offer) };
};

const NOT_OFFERED: Readonly<Partial<Record<OfferKind, string>>> = {
  'one-time': '% gives credit once, and requests spend it',
  keyless: '% is free only without a key',
  none: '% has no free offer',
};

/** The catalogue knows an offer, and not for which models. */
const vagueOffer: Judge = (facts) => {
  const [offer] = facts.providerType.about?.offers ?? [];
  if (offer === undefined || offer.kind === 'own') return undefined;
  return { free: 'unknown', why: `${titleOf(facts)} does not say which of its models are free`, ...sourceOf(offer) };
};

/** Without a key there is no account to charge. */
const withoutKey: Judge = ({ keyless, providerType }) =>
  keyless && providerType.keyless !== undefined
    ? {
        free: true,
        why: '429chain sends no key, so there is no account to charge',
        ...sourceOf(providerType.about),
      }
    : undefined;

/**
 * What may be known about the price of a target, from the most to the least reliable. The first that knows something decides.
 * Your own `free: true` is more reliable than what a type states with a date, but not than a price that the provider lists
 * now. One-time credit does not count as free: requests spend it.
 */
const JUDGES: readonly Judge[] = [
  statedPaid,
  listedPrice,
  statedFree,
  listedFree,
  ownServer,
  foreign,
  catalogue,
  knownNames,
  freePool,
  wholeTier,
  withoutKey,
  vagueOffer,
];

/**
 * Returns whether requests to a target are free, and how that is known.
 * @param listed its model in the list that the provider sent; `undefined` while the list is unknown or lacks it
 */
export const freeOf = (facts: TargetFacts, listed?: Listed): FreeStanding => {
  for (const judge of JUDGES) {
    const standing = judge(facts, listed);
    if (standing !== undefined) return standing;
  }
  return { free: 'unknown', why: 'nothing says that it is free' };
};
