import type { Calendar } from '../../contract/quota.js';
import { dateIn, isZone, startOfDate } from '../../plugin/readers/headers/zones.js';

const DAY_MS = 86_400_000;
/** A Monday. */
const MONDAY = '1970-01-05';

/** The usual length of each window. A header that names a window of this length states the same quota. */
const USUAL_MS = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS } as const;

/** One window of a calendar, epoch ms. */
interface Period {
  readonly beginsAt: number;
  /** The next one begins. */
  readonly endsAt: number;
}

/** The days, weeks or months of a time zone. */
export class CalendarSpan {
  readonly calendar: Calendar;
  /** The usual length of a window, in ms. */
  readonly usualMs: number;
  /** Two spans with the same key have the same windows. */
  readonly key: string;
  readonly #zone: string;
  /** The day of the month on which a month begins. */
  readonly #day: number;
  /** A date on which a week begins: epoch ms of its midnight in UTC. */
  readonly #weekday: number;

  /** @throws for an unknown time zone, and for a `from` that is neither a day nor a date */
  constructor(calendar: Calendar) {
    const { each, zone = 'UTC', from } = calendar;
    if (!isZone(zone)) throw new Error(`"${zone}" is not a time zone.`);
    this.calendar = calendar;
    this.usualMs = USUAL_MS[each];
    this.#zone = zone;
    this.#day = each === 'month' ? Number(from ?? 1) : 1;
    this.#weekday = Date.parse(each === 'week' ? String(from ?? MONDAY) : MONDAY);
    if (!(this.#day >= 1 && this.#day <= 31) || Number.isNaN(this.#weekday))
      throw new Error(`"${from}" is not a day on which a ${each} can begin.`);
    this.key = `${each} ${zone} ${each === 'month' ? this.#day : (this.#weekday / DAY_MS) % 7}`;
  }

  /** Returns the window that a moment is in. */
  at(now: number): Period {
    let first = this.#firstDate(dateIn(this.#zone, now));
    let next = this.#nextDate(first);
    let endsAt = startOfDate(this.#zone, next);
    // Where the clocks go back over midnight, they show the day before once more; the new window has begun.
    while (endsAt <= now) {
      first = next;
      next = this.#nextDate(first);
      endsAt = startOfDate(this.#zone, next);
    }
    return { beginsAt: startOfDate(this.#zone, first), endsAt };
  }

  /** Returns the date on which the window begins that `date` is in. Dates are epoch ms of their midnight in UTC. */
  #firstDate(date: number): number {
    const { each } = this.calendar;
    if (each === 'day') return date;
    if (each === 'week') return date - ((((date - this.#weekday) % USUAL_MS.week) + USUAL_MS.week) % USUAL_MS.week);
    const [year, month] = [new Date(date).getUTCFullYear(), new Date(date).getUTCMonth()];
    const begin = this.#dateInMonth(year, month);
    return begin <= date ? begin : this.#dateInMonth(year, month - 1);
  }

  #nextDate(first: number): number {
    const { each } = this.calendar;
    if (each !== 'month') return first + USUAL_MS[each];
    return this.#dateInMonth(new Date(first).getUTCFullYear(), new Date(first).getUTCMonth() + 1);
  }

  #dateInMonth(year: number, month: number): number {
    const daysInMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    return Date.UTC(year, month, Math.min(this.#day, daysInMonth));
  }
}

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Returns a calendar in words: `each day (Los Angeles)`, `each month from day 15 (UTC)`. */
export const calendarWords = ({ each, zone = 'UTC', from }: Calendar): string => {
  const place = zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ');
  const begin =
    from === undefined
      ? ''
      : each === 'week'
        ? ` from ${WEEKDAYS[new Date(Date.parse(String(from))).getUTCDay()]}`
        : ` from day ${from}`;
  return `each ${each}${begin} (${place})`;
};
