import type { Offer, OfferKind, OfferLimit, Training, Trust } from '../contract/catalogue-entry.js';

/** What each kind of offer means. */
export const KIND_WORDS: Readonly<Record<OfferKind, string>> = {
  keyless: 'without a key',
  recurring: 'an amount that resets',
  'zero-price': 'models at no charge, while the offer lasts',
  own: 'your own server',
  'one-time': 'one-time credit',
  none: 'nothing is free',
};

/** How a fact is known. */
export const TRUST_WORDS: Readonly<Record<Trust, string>> = {
  A: 'stated by the provider',
  B: 'measured',
  C: 'third parties agree',
  D: 'one report, or conflicting reports',
};

export const TRAINING_WORDS: Readonly<Record<Training['posture'], string>> = {
  no: 'does not train on requests',
  may: 'may train on requests',
  unknown: 'training unknown',
};

const COUNTED = [
  ['requests', 'requests'],
  ['tokens', 'tokens'],
  ['input_tokens', 'input tokens'],
  ['output_tokens', 'output tokens'],
] as const;

const ROLLING: Readonly<Record<string, string>> = {
  '1s': 'a second',
  '1m': 'a minute',
  '1h': 'an hour',
  '1d': 'in 24 hours',
};

/** Returns a limit in words, such as `20 requests a day until midnight in Los Angeles`. */
export const limitWords = (limit: OfferLimit): string => {
  const { concurrent, units, unit = 'units' } = limit;
  if (concurrent !== undefined) return `${concurrent} ${concurrent === 1 ? 'request' : 'requests'} at a time`;
  const counted = COUNTED.find(([name]) => limit[name] !== undefined);
  const amount = counted === undefined ? (units ?? 0) : (limit[counted[0]] ?? 0);
  const what = counted === undefined ? unit : amount === 1 ? counted[1].replace(/s$/, '') : counted[1];
  return `${amount.toLocaleString('en')} ${what} ${windowWords(limit)}`;
};

const windowWords = ({ per, each, zone, once }: OfferLimit): string => {
  if (once) return 'once';
  if (each === 'day') return `a day until midnight ${zoneWords(zone)}`;
  if (each !== undefined) return `a calendar ${each}${zone === undefined ? '' : ` (${zoneWords(zone)})`}`;
  return ROLLING[per ?? ''] ?? `in ${per}`;
};

/** `in Los Angeles` for `America/Los_Angeles`; `UTC` for none. */
const zoneWords = (zone = 'UTC'): string =>
  zone.includes('/') ? `in ${zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')}` : zone;

/** Returns what shares a limit, such as `for the account`. */
export const holderWords = ({ scope, pool, models, except }: OfferLimit, { kind }: Pick<Offer, 'kind'>): string => {
  const address = kind === 'keyless' ? 'your IP address' : undefined;
  if (pool !== undefined) return `for all of them together${address === undefined ? '' : ` and ${address}`}`;
  if (scope === 'provider') return `for ${address ?? 'the account'}`;
  const which = models === undefined ? '' : ` like ${models.join(' or ')}`;
  const others = except === undefined ? '' : `, except ${except.join(' and ')}`;
  return `for each model${which}${others}${address === undefined ? '' : ` and ${address}`}`;
};

/** Returns the words for a day on which a fact was read: `2026-09-26, may be out of date`. */
export const dayWords = (date: string | undefined, mayBeOutOfDate: boolean): string =>
  [date ?? 'no date', ...(mayBeOutOfDate ? ['may be out of date'] : [])].join(', ');
