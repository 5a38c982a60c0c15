import type { Calendar } from '../../src/contract/quota.js';
import type { Counter } from './counting.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A Monday. */
const MONDAY = '1970-01-05';

/** Counts by the dates that `Intl` shows in a zone. It knows nothing of how the ledger does so. */
export class CalendarCounter implements Counter {
  readonly #format: Intl.DateTimeFormat;
  #window = Number.NaN;
  #endsAt = Number.NEGATIVE_INFINITY;
  #used = 0;

  constructor(
    readonly limit: number,
    readonly calendar: Calendar,
    readonly now: () => number,
  ) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    this.#format = new Intl.DateTimeFormat('en-CA', { timeZone: calendar.zone ?? 'UTC', ...parts });
  }

  left(): number {
    this.#roll();
    return this.limit - this.#used;
  }

  fullAt(): number {
    this.#roll();
    return this.#endsAt;
  }

  waitFor(): number {
    return this.fullAt() - this.now();
  }

  charge(units: number): (back: number) => void {
    this.#roll();
    this.#used += units;
    const window = this.#window;
    return (back) => {
      this.#roll();
      if (window === this.#window) this.#used -= back;
    };
  }

  #roll(): void {
    const now = this.now();
    if (now < this.#endsAt) return;
    this.#window = this.#windowAt(now);
    this.#used = 0;
    let [inside, outside] = [now, now + HOUR_MS];
    for (; this.#windowAt(outside) === this.#window; outside += HOUR_MS) inside = outside;
    while (outside - inside > 1) {
      const middle = Math.floor((inside + outside) / 2);
      if (this.#windowAt(middle) === this.#window) inside = middle;
      else outside = middle;
    }
    this.#endsAt = outside;
  }

  /** Returns a number for the window that `at` is in. */
  #windowAt(at: number): number {
    const { each, from } = this.calendar;
    const date = new Date(this.#format.format(at));
    const days = date.getTime() / DAY_MS;
    if (each === 'day') return days;
    if (each === 'week') return Math.floor((days - Date.parse(String(from ?? MONDAY)) / DAY_MS) / 7);
    const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    const hasBegun = date.getUTCDate() >= Math.min(Number(from ?? 1), lastDay);
    return date.getUTCFullYear() * 12 + date.getUTCMonth() + (hasBegun ? 1 : 0);
  }
}
