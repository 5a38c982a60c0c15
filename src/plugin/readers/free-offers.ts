import type { OfferKind } from '../../contract/catalogue-entry.js';
import type { FreeOffer } from '../door/free-offer.js';
import { fitsPattern } from './name-pattern.js';

/** Offers that cost nothing for as long as they last. What is given once is spent and then charged. */
const FREE: ReadonlySet<OfferKind> = new Set(['recurring', 'zero-price', 'own']);

/**
 * Returns whether a model is free by the offers of its provider, for a caller with or without a key. An offer of the kind
 * `keyless` is only for those without. `undefined`: there are no offers, or one does not say which models it covers.
 */
export const isFreeModel = (
  offers: readonly FreeOffer[] | undefined,
  model: string,
  { keyless }: { readonly keyless: boolean },
): boolean | undefined => {
  if (offers === undefined || offers.length === 0) return undefined;
  const open = offers.filter(({ kind }) => FREE.has(kind) || (keyless && kind === 'keyless'));
  if (open.some((offer) => covers(offer, model))) return true;
  return open.some((offer) => offer.models === undefined) ? undefined : false;
};

/** Returns whether an offer covers a model, as far as it says which ones. */
export const covers = ({ models, except = [] }: FreeOffer, model: string): boolean => {
  if (models === undefined || fitsOne(except, model)) return false;
  return models === 'all' || fitsOne(models, model);
};

const fitsOne = (patterns: readonly string[], model: string): boolean =>
  patterns.some((pattern) => fitsPattern(pattern.toLowerCase(), model.toLowerCase()));
