import { namedModels } from '../../engine/models/first-models.js';
import type { ProviderType } from '../../plugin/index.js';
import { isTemplate } from '../../plugin/readers/address.js';

export interface NamedType {
  readonly name: string;
  readonly type: ProviderType;
}

interface Offer {
  /** The name of the provider type. */
  readonly type: string;
  readonly title: string;
  /** What it gives for free. */
  readonly gives: string;
  /** Whether it trains on requests, in words. */
  readonly training: string;
}

/** A provider that answers without a key, and counts requests per IP address. */
export interface KeylessOffer extends Offer {
  /** It states that it does not train on requests. */
  readonly isPrivate: boolean;
}

/** A provider that gives a free key. */
export interface KeyOffer extends Offer {
  /** The variable of its key. */
  readonly variable: string;
  /** The page that gives the key. */
  readonly page: string | undefined;
  /** About how many minutes it takes to get the key. */
  readonly minutes: number | undefined;
  /** What else it takes, in one sentence. */
  readonly note: string | undefined;
}

const TRAINING = {
  no: 'does not train on requests',
  may: 'may train on requests',
  unknown: 'does not say whether it trains on requests',
} as const;

const offerOf = ({ name, type: { about } }: NamedType): Offer => ({
  type: name,
  title: about?.title ?? name,
  gives: about?.freeTier ?? '',
  training: TRAINING[about?.training?.posture ?? 'unknown'],
});

/** The providers for a first chain that need no key, those that do not train on requests first. */
export const keylessOffers = (types: readonly NamedType[]): KeylessOffer[] =>
  types
    .filter(({ type }) => type.keyless === 'address' && namedModels(type, false).length > 0)
    .map((named) => ({ ...offerOf(named), isPrivate: named.type.about?.training?.posture === 'no' }))
    .sort((one, other) => Number(other.isPrivate) - Number(one.isPrivate));

/** The providers for a first chain that give a key for free and without a card, and need nothing else to be set. */
export const keyOffers = (types: readonly NamedType[]): KeyOffer[] =>
  types
    .filter(({ type }) => type.about?.needsKey !== false && type.about?.needsCard === false)
    .filter(({ type }) => namedModels(type, true).length > 0 && !isTemplate(type.baseUrl ?? ''))
    .map((named) => ({
      ...offerOf(named),
      variable: `${named.name.toUpperCase().replaceAll('-', '_')}_API_KEY`,
      page: named.type.about?.keyUrl,
      minutes: named.type.about?.keyMinutes,
      note: named.type.about?.keyNote,
    }));
