import { readCatalogue } from '../../catalogue/read.js';
import { byEase, viewOf } from '../../catalogue/view.js';
import type { CatalogueReply } from '../../contract/catalogue.js';
import type { CatalogueEntry, Offer } from '../../contract/catalogue-entry.js';
import type { ProviderAbout } from '../../plugin/index.js';
import type { Running } from '../parts.js';

/** The catalogue, the provider types of plugins with offers of their own, and which of them the configuration uses. */
export const catalogueOf = async (running: Running): Promise<CatalogueReply> => {
  const { host, settings } = running;
  const now = running.now();
  const listed = await readCatalogue();
  const views = listed.map(({ id, type, ...entry }) => {
    // A type whose plugin is disabled cannot be added.
    const isThere = type !== undefined && host.types.find(type) !== undefined;
    return viewOf(id, isThere ? { ...entry, type } : entry, now);
  });
  const known = new Set(listed.map(({ type }) => type));
  const others = host.types.all.flatMap(({ name, type: { about } }) =>
    known.has(name) || about?.offers === undefined ? [] : [viewOf(name, entryOf(name, about, about.offers), now)],
  );
  const providers = [...views, ...others].sort(byEase).map((view) => ({
    ...view,
    configured: settings.providers.flatMap(({ id, type }) => (type === view.type ? [id] : [])),
  }));
  return { providers };
};

/** What a provider type states about itself, in the form of the catalogue. */
const entryOf = (type: string, about: ProviderAbout, offers: NonNullable<ProviderAbout['offers']>): CatalogueEntry => ({
  title: about.title,
  type,
  summary: about.freeTier ?? '',
  offers: [...offers] as Offer[],
  training: about.training ?? { posture: 'unknown' },
  ...(about.keyUrl === undefined
    ? {}
    : {
        key: {
          url: about.keyUrl,
          ...(about.needsCard === undefined ? {} : { card: about.needsCard }),
          ...(about.keyMinutes === undefined ? {} : { minutes: about.keyMinutes }),
          ...(about.keyNote === undefined ? {} : { note: about.keyNote }),
        },
      }),
});
