import { HOUR_MS } from './days.js';

const QUARTER_MS = 900_000;
/** Local time is at most so many hours ahead of UTC, and behind it. */
const [MOST_AHEAD, MOST_BEHIND] = [14, 12];

/** The days of a time zone. */
export class Zone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #starts = new Map<string, number>();

  /** @param name such as `Europe/Berlin`. @throws RangeError if there is no such time zone */
  constructor(name: string) {
    this.name = name;
    // Canada writes dates as `2026-01-31`.
    this.#format = new Intl.DateTimeFormat('en-CA', {
      timeZone: name,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  }

  /** The day of a moment, such as `2026-01-31`. */
  dayAt(at: number): string {
    return this.#format.format(at);
  }

  /** When a day begins, epoch ms: the first quarter of an hour that belongs to it. */
  startOf(day: string): number {
    const known = this.#starts.get(day);
    if (known !== undefined) return known;
    let before = Date.parse(day) - (MOST_AHEAD + 1) * HOUR_MS;
    let within = Date.parse(day) + (MOST_BEHIND + 1) * HOUR_MS;
    while (within - before > QUARTER_MS) {
      const middle = before + Math.floor((within - before) / 2 / QUARTER_MS) * QUARTER_MS;
      if (this.dayAt(middle) < day) before = middle;
      else within = middle;
    }
    if (this.#starts.size < 1_000) this.#starts.set(day, within);
    return within;
  }

  /** When the day after the one of a moment begins. */
  endOfDayAt(at: number): number {
    const day = this.dayAt(at);
    return this.startOf(this.dayAt(this.startOf(day) + 36 * HOUR_MS));
  }
}
