import type { Finding } from '../../src/config/check/finding.js';
import type { Path } from '../../src/config/path.js';
import { nameOf } from '../../src/config/wording.js';
import type { CatalogueEntry, Offer, OfferLimit } from '../../src/contract/catalogue-entry.js';
import { covers } from '../../src/plugin/readers/free-offers.js';
import { isZone } from '../../src/plugin/readers/headers/zones.js';

type Rule<T> = readonly [isBroken: (value: T, entry: CatalogueEntry) => boolean, message: string, key?: string];

const AMOUNTS = ['requests', 'tokens', 'input_tokens', 'output_tokens', 'units', 'concurrent'] as const;
const WINDOWS = ['per', 'each', 'once'] as const;
/** Offers that nobody gets without a key. */
const KEYED: ReadonlySet<string> = new Set(['recurring', 'zero-price', 'one-time']);

const count = (limit: OfferLimit, names: readonly (keyof OfferLimit)[]): number =>
  names.filter((name) => limit[name] !== undefined).length;

const LIMIT_RULES: readonly Rule<OfferLimit>[] = [
  [(limit) => count(limit, AMOUNTS) !== 1, `Expected exactly one amount: ${AMOUNTS.join(', ')}.`],
  [
    (limit) => count(limit, WINDOWS) !== (limit.concurrent === undefined ? 1 : 0),
    'Expected exactly one window: `per`, `each` or `once`; none for `concurrent`.',
  ],
  [({ zone, each }) => zone !== undefined && each === undefined, 'A time zone needs `each`.', 'zone'],
  [({ zone }) => zone !== undefined && !isZone(zone), "Expected a time zone, such as 'America/Los_Angeles'.", 'zone'],
  [({ units, unit }) => (units === undefined) !== (unit === undefined), 'Expected `units` and `unit` together.'],
  [({ units, costs }) => costs !== undefined && units === undefined, '`costs` need `units`.', 'costs'],
  [({ pool, scope }) => pool !== undefined && scope !== undefined, 'Expected `pool` or `scope`, not both.', 'scope'],
  [({ assumed, once }) => assumed === true && once === true, 'A limit with `once` cannot be assumed.', 'assumed'],
  [
    ({ assumed, units, costs }) => assumed === true && units !== undefined && costs === undefined,
    'Units can be assumed only with `costs`.',
    'assumed',
  ],
];

const OFFER_RULES: readonly Rule<Offer>[] = [
  [
    ({ kind, source, date, trust }) => kind !== 'own' && [source, date, trust].includes(undefined),
    'Expected `source`, `date` and `trust`: they say where and when it was read, and how far to trust it.',
  ],
  [({ date }) => date !== undefined && !isDate(date), 'There is no such day.', 'date'],
  [({ source }) => source !== undefined && !URL.canParse(source), 'Expected an address.', 'source'],
  [({ except, models }) => except !== undefined && models === undefined, '`except` needs `models`.', 'except'],
  [
    ({ trust, limits = [] }) => trust === 'D' && limits.some(({ assumed }) => assumed),
    'A limit that a single report states must not be assumed. Remove `assumed`, or find a better source.',
    'trust',
  ],
  [
    ({ kind }, { key }) => KEYED.has(kind) && key === undefined,
    'Expected a `key` beside `offers`: this kind of offer needs one.',
    'kind',
  ],
  [
    (offer) => offer.models !== undefined && (offer.examples ?? []).some((example) => !covers(offer, example)),
    'Expected only models that the offer covers.',
    'examples',
  ],
  [
    ({ examples = [] }) => examples.some((example) => example.includes('*')),
    'Expected ids of models, not patterns.',
    'examples',
  ],
];

const TRAINING_RULES: readonly Rule<CatalogueEntry['training']>[] = [
  [({ date }) => date !== undefined && !isDate(date), 'There is no such day.', 'date'],
  [({ source }) => source !== undefined && !URL.canParse(source), 'Expected an address.', 'source'],
  [
    ({ posture, source, date }, { offers }) =>
      posture !== 'unknown' && [source, date].includes(undefined) && !offers.every(({ kind }) => kind === 'own'),
    'Expected `source` and `date`: they say where and when it was read.',
  ],
];

const KEY_RULES: readonly Rule<NonNullable<CatalogueEntry['key']>>[] = [
  [({ url }) => !URL.canParse(url), 'Expected an address.', 'url'],
];

/** The 30th of February is not a date. */
const isDate = (date: string): boolean => {
  const at = Date.parse(date);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(date);
};

/** Finds what the schema cannot say, in an entry that fits the schema. */
export const entryFindings = (entry: CatalogueEntry): Finding[] => {
  const broken = <T>(rules: readonly Rule<T>[], value: T, path: Path): Finding[] =>
    rules
      .filter(([isBroken]) => isBroken(value, entry))
      .map(([, message, key]) => {
        const at = key === undefined ? path : [...path, key];
        return { path: at, at: 'value', message: `${nameOf(at)}: ${message}` };
      });
  return [
    ...(entry.key === undefined ? [] : broken(KEY_RULES, entry.key, ['key'])),
    ...entry.offers.flatMap((offer, index) => [
      ...broken(OFFER_RULES, offer, ['offers', index]),
      ...(offer.limits ?? []).flatMap((limit, place) => broken(LIMIT_RULES, limit, ['offers', index, 'limits', place])),
    ]),
    ...broken(TRAINING_RULES, entry.training, ['training']),
  ];
};
