import type { UsageSpan } from '429chain/plugin';
import { DAY_MS, LAST_MS } from './days.js';
import { Zone } from './zone.js';

/** By default, a report covers 30 days: today and the 29 before it. */
const USAGE_DAYS_MS = 29 * DAY_MS;

/** Whole days of a time zone: from `start` to before `end`, epoch ms. */
export interface Period {
  readonly zone: Zone;
  readonly start: number;
  readonly end: number;
}

/** The whole days that a report covers. */
export class Periods {
  /** The time zone that a report was asked for last: making one is slow. */
  #zone: Zone | undefined;

  /** @throws RangeError if there is no such time zone */
  of({ to, from, timeZone = 'UTC' }: UsageSpan, now: number): Period {
    const zone = this.#zone?.name === timeZone ? this.#zone : new Zone(timeZone);
    this.#zone = zone;
    const end = to ?? now;
    const [first, last] = [from ?? end - USAGE_DAYS_MS, end].map((at) => Math.max(0, Math.min(LAST_MS, at))) as [
      number,
      number,
    ];
    return { zone, start: zone.startOf(zone.dayAt(first)), end: zone.endOfDayAt(last) };
  }
}
