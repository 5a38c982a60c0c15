import type { CatalogueProvider } from '../catalogue/read.js';
import type { OfferLimit } from '../contract/catalogue-entry.js';
import type { Finding } from '../contract/inspection.js';
import type { Dimension } from '../contract/quota.js';
import type { PreparedTarget } from '../engine/target.js';
import type { QuotaStatus } from '../ledger/ledger.js';
import type { FreeOffer } from '../plugin/door/free-offer.js';
import { covers } from '../plugin/readers/free-offers.js';
import { durationOf, durationText } from '../plugin/readers/headers/headers.js';

/** What the catalogue states of a limit. */
interface Stated {
  readonly limit: number;
  readonly date: string | undefined;
}

const DAY_MS = 86_400_000;
const LENGTHS = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS } as const;

/**
 * Finds the limits that a provider states in its responses, or that refusals taught, and that differ from the catalogue.
 * Limits that the catalogue does not have are left out: headers often say more than pages.
 */
export const differingLimits = (
  { model }: PreparedTarget,
  quotas: readonly QuotaStatus[],
  { title, offers }: CatalogueProvider,
): Finding[] =>
  quotas.flatMap(({ scope, dimension, limit, source, ...quota }): Finding[] => {
    const windowMs = quota.windowMs ?? (quota.calendar && LENGTHS[quota.calendar.each]);
    const isMeasured = source === 'header' || source === 'learned';
    if (!isMeasured || limit === undefined || windowMs === undefined || !Number.isFinite(limit)) return [];
    const stated = offers.flatMap((offer) => statedIn(offer, model, dimension, windowMs));
    const [first] = stated;
    if (first === undefined || stated.some((each) => each.limit === limit)) return [];
    const what = `${dimension.replace('_', ' ')} in ${durationText(windowMs)}`;
    const on = first.date === undefined ? '' : ` of ${first.date}`;
    return [
      {
        kind: 'limit differs',
        about: scope,
        problem: `${title} allows ${amount(limit)} ${what}${source === 'learned' ? ', as its refusals show' : ''}. The catalogue${on} says ${amount(first.limit)}.`,
        advice:
          'Nothing to do: 429chain keeps to what it measures. A paid plan has other limits; otherwise, the offer has changed.',
      },
    ];
  });

const statedIn = (
  { limits = [], date, ...offer }: CatalogueProvider['offers'][number],
  model: string,
  dimension: Dimension,
  windowMs: number,
): Stated[] =>
  limits.flatMap((each): Stated[] => {
    const { models = offer.models, except = offer.except } = each;
    const limit = each[dimension];
    if (limit === undefined || windowOf(each) !== windowMs || !covers({ ...offer, models, except } as FreeOffer, model))
      return [];
    return [{ limit, date }];
  });

const windowOf = ({ per, each }: OfferLimit): number | undefined =>
  per === undefined ? each && LENGTHS[each] : durationOf(per);

const amount = (count: number): string => count.toLocaleString('en');
