import type { Key, Offer, OfferKind, OfferLimit, Training } from './catalogue-entry.js';

/** A limit of an offer, with its words: `30 requests a minute for each model`. */
interface LimitView extends OfferLimit {
  readonly text: string;
}

/** An offer, with its age. */
export interface OfferView extends Omit<Offer, 'limits'> {
  readonly limits: readonly LimitView[];
  /** It was read more than 60 days ago, or the day is unknown. */
  readonly mayBeOutOfDate: boolean;
}

/** What one provider gives for free, with its age. */
export interface CatalogueView {
  /** The name of its file in the catalogue, such as `groq`; for a provider type of a plugin, the name of the type. */
  readonly id: string;
  /** The provider's name, such as `Groq`. */
  readonly title: string;
  /** The provider type. Absent if 429chain has none. */
  readonly type?: string;
  /** What is free, in one or two sentences. */
  readonly summary: string;
  /** The kinds of its offers, the best first: without a key, then what comes back, and at last nothing. */
  readonly kinds: readonly OfferKind[];
  /** Whether every free offer needs a key. */
  readonly needsKey: boolean;
  /** Whether a card or another payment method is needed for all of it. Absent: unknown. */
  readonly needsCard?: boolean;
  readonly key?: Key;
  readonly offers: readonly OfferView[];
  readonly training: Training & { readonly mayBeOutOfDate: boolean };
  /** One of its offers may be out of date. */
  readonly mayBeOutOfDate: boolean;
}

export interface CatalogueReply {
  /** Sorted: providers without a key first, then what comes back, and at last those without an offer. */
  readonly providers: readonly (CatalogueView & {
    /** The ids of the providers of this type in the configuration. */
    readonly configured: readonly string[];
  })[];
}
