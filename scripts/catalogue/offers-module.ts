import type { FreeOffer, KnownLimit, ProviderAbout } from '429chain/plugin';
import { type CatalogueProvider, readCatalogue } from '../../src/catalogue/read.js';
import type { Offer, OfferLimit } from '../../src/contract/catalogue-entry.js';
import { omit } from '../../src/plugin/readers/headers/headers.js';
import { problemsInCatalogue } from './check.js';

/** The generated file. */
export const OFFERS = new URL('../../plugins/providers/offers.ts', import.meta.url);

const HEAD = `/**
 * What the catalogue states about the providers with a type of their own.
 * Generated from catalogue/*.json5 by \`npm run generate\`: change those files, not this one.
 */
import type { KnownLimit, ProviderAbout } from '429chain/plugin';

/** The part of a provider type that states facts of the catalogue. */
interface Facts {
  readonly about: ProviderAbout;
  readonly knownLimits?: readonly KnownLimit[];
}
`;

/** Marks the source of a regular expression, which JSON does not have. */
const PATTERN = 'pattern:';

interface Facts {
  readonly about: ProviderAbout;
  readonly knownLimits?: readonly KnownLimit[];
}

/**
 * Returns the content of `plugins/providers/offers.ts`.
 * @throws with every problem and its line when a file of the catalogue is invalid
 */
export const generateOffers = async (): Promise<string> => {
  const problems = await problemsInCatalogue();
  if (problems !== '') throw new Error(`The catalogue is invalid:\n${problems}`);
  const providers = await readCatalogue();
  const facts = providers.flatMap((provider): [string, Facts][] =>
    provider.type === undefined ? [] : [[provider.type, factsOf(provider)]],
  );
  facts.sort(([one], [other]) => one.localeCompare(other, 'en'));
  const names = facts.map(([type]) => JSON.stringify(type)).join(' | ');
  return `${HEAD}\nexport const FACTS: Readonly<Record<${names}, Facts>> = ${codeOf(Object.fromEntries(facts))};\n`;
};

const codeOf = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (each instanceof RegExp ? PATTERN + each.source : each), 2).replaceAll(
    new RegExp(`"${PATTERN}((?:[^"\\\\]|\\\\.)*)"`, 'g'),
    (_, source: string) => `/${JSON.parse(`"${source}"`)}/i`,
  );

const factsOf = (provider: CatalogueProvider): Facts => {
  const knownLimits = knownLimitsOf(provider);
  return { about: aboutOf(provider), ...(knownLimits.length === 0 ? {} : { knownLimits }) };
};

const aboutOf = ({ title, summary, key, offers, training }: CatalogueProvider): ProviderAbout => {
  const [first] = offers;
  return {
    title,
    freeTier: summary,
    ...sourced(first),
    ...(offers.some(coversAll) ? { allFree: true } : {}),
    offers: offers.map((offer): FreeOffer => omit(offer, 'limits', 'note', 'trust')),
    ...(key === undefined ? {} : { keyUrl: key.url }),
    ...(offers.some(({ kind }) => kind === 'keyless' || kind === 'own') ? { needsKey: false } : {}),
    ...(key?.card === undefined ? {} : { needsCard: key.card }),
    ...(key?.minutes === undefined ? {} : { keyMinutes: key.minutes }),
    ...(key?.note === undefined ? {} : { keyNote: key.note }),
    training,
  };
};

const sourced = ({ source, date }: Partial<Offer> = {}): Pick<KnownLimit, 'source' | 'date'> => ({
  ...(source === undefined ? {} : { source }),
  ...(date === undefined ? {} : { date }),
});

/** A keyless offer does not cover callers with a key. */
const coversAll = ({ kind, models, except }: Offer): boolean =>
  models === 'all' && except === undefined && (kind === 'recurring' || kind === 'zero-price' || kind === 'own');

/** The limits that 429chain keeps before the provider states any. */
const knownLimitsOf = ({ offers }: CatalogueProvider): KnownLimit[] => {
  const hasKeyless = offers.some(({ kind }) => kind === 'keyless');
  return offers.flatMap((offer) =>
    (offer.limits ?? [])
      .filter(({ assumed }) => assumed)
      .map((limit) => ({
        ...(omit(limit, 'assumed', 'models', 'except', 'unit', 'note') as KnownLimit),
        ...modelOf(limit, offer),
        ...(hasKeyless ? { keyless: offer.kind === 'keyless' } : {}),
        ...sourced(offer),
      })),
  );
};

/** The models of a limit: its own, or those of its offer. A pool knows its models itself. */
const modelOf = (limit: OfferLimit, offer: Offer): { readonly model?: RegExp } => {
  const { models, except } = limit.models === undefined && limit.except === undefined ? offer : limit;
  if (limit.pool !== undefined || (models === undefined && except === undefined)) return {};
  const isAny = models === undefined || models === 'all';
  if (isAny && except === undefined) return {};
  const others = except === undefined ? '' : `(?!${anyOf(except)}$)`;
  return { model: new RegExp(`^${others}${isAny ? '' : `${anyOf(models)}$`}`, 'i') };
};

const anyOf = (patterns: readonly string[]): string => `(?:${patterns.map(sourceOf).join('|')})`;

const sourceOf = (pattern: string): string => pattern.replaceAll(/[.+]/g, '\\$&').replaceAll(/\*+/g, '.*');
