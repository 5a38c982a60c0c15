import type { CatalogueView } from '../../../../src/contract/catalogue.js';
import type { OfferKind, Training, Trust } from '../../../../src/contract/catalogue-entry.js';
import { counted } from '../format.js';

interface KindWords {
  readonly text: string;
  /** What it means, in a few words. */
  readonly meaning: string;
}

/** The kinds of offers, the easiest to use first. */
export const KINDS: Readonly<Record<OfferKind, KindWords>> = {
  keyless: { text: 'Keyless', meaning: 'You need no key. The limits count for your IP address.' },
  recurring: { text: 'Recurring', meaning: 'An amount that comes back, such as each day.' },
  'zero-price': { text: 'Zero-price', meaning: 'Models at no charge, while the offer lasts.' },
  own: { text: 'Own machine', meaning: 'A server on a machine of your own.' },
  'one-time': { text: 'One-time', meaning: 'One-time credit.' },
  none: { text: 'Not free', meaning: 'Nothing is free.' },
};

export const TRAINING: Readonly<Record<Training['posture'], string>> = {
  no: 'Does not train on requests',
  may: 'May train on requests',
  unknown: 'Training unknown',
};

/** How a fact is known. */
export const TRUST: Readonly<Record<Trust, string>> = {
  A: 'stated by the provider',
  B: 'measured',
  C: 'third parties agree',
  D: 'one report, or conflicting reports',
};

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** The day on which a fact was read: `26 Sep 2026`, `26 Sep 2026, may be out of date`. */
export const dayWords = (date: string | undefined, mayBeOutOfDate: boolean): string => {
  const isDay = date !== undefined && !Number.isNaN(Date.parse(date));
  return `${isDay ? day.format(new Date(date)) : (date ?? 'no date')}${mayBeOutOfDate ? ', may be out of date' : ''}`;
};

/** The age of an entry by its oldest offer: `Read on 26 Sep 2026`. Empty without any date. */
export const ageWords = ({ offers, mayBeOutOfDate }: Pick<CatalogueView, 'offers' | 'mayBeOutOfDate'>): string => {
  const [oldest] = offers.flatMap(({ date }) => date ?? []).sort();
  if (oldest === undefined) return mayBeOutOfDate ? 'May be out of date' : '';
  return `Read on ${dayWords(oldest, mayBeOutOfDate)}`;
};

/** What a key takes: `No key needed`, `Key: no card, about 2 minutes`. */
export const keyWords = ({
  needsKey,
  needsCard,
  key,
}: Pick<CatalogueView, 'needsKey' | 'needsCard' | 'key'>): string => {
  if (!needsKey) return 'No key needed';
  const card = needsCard === undefined ? 'card unknown' : needsCard ? 'card needed' : 'no card';
  return `Key: ${card}${key?.minutes === undefined ? '' : `, about ${counted(key.minutes, 'minute')}`}`;
};
