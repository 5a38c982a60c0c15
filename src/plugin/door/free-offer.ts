import type { OfferKind } from '../../contract/catalogue-entry.js';
import type { Sourced } from './known-limit.js';

/** Something that a provider gives for free. */
export interface FreeOffer extends Sourced {
  readonly kind: OfferKind;
  /** What is given, in a few words, such as `the Flash models`. */
  readonly what?: string;
  /**
   * The models that it covers: `all` that the provider lists, or patterns of their ids, in which `*` is any text. Absent:
   * only the provider's documentation or its list of models says which.
   */
  readonly models?: 'all' | readonly string[];
  /** Patterns of models that it does not cover. */
  readonly except?: readonly string[];
  /** Ids of models that it covers, the best to begin with first. */
  readonly examples?: readonly string[];
}
