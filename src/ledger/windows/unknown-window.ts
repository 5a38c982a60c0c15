import type { UnitWindow } from '../../plugin/door/unit-store.js';
import type { CalendarSpan } from './calendar.js';
import { CalendarWindow } from './calendar-window.js';
import { SlidingWindow } from './sliding-window.js';
import { UNNAMED_WINDOW_MS, type Window } from './window.js';

/** The window of a quota whose limit nothing has named yet: it never runs out. */
export class UnknownWindow implements Window {
  readonly limit = undefined;
  readonly countsUses = false;
  readonly resetsAtOnce = false;
  readonly unconfirmed = false;
  readonly #spanMs: number | undefined;
  readonly #calendar: CalendarSpan | undefined;

  /** `spanMs`: the length of the window, where it is known. `calendar`: for a window by the calendar. */
  constructor(spanMs: number | undefined, calendar?: CalendarSpan) {
    this.#spanMs = spanMs;
    this.#calendar = calendar;
  }

  left(): number {
    return Number.POSITIVE_INFINITY;
  }

  freeAt(_units: number, now: number): number {
    return now;
  }

  use(): void {}

  resetAt(): undefined {}

  confirm(): void {}

  declare(limit: number): Window {
    return this.#calendar === undefined
      ? new SlidingWindow(limit, this.#spanMs)
      : new CalendarWindow(limit, this.#calendar);
  }

  observe(): undefined {}

  shape(): UnitWindow {
    return { kind: 'sliding', ms: this.#spanMs ?? UNNAMED_WINDOW_MS };
  }

  scale(): void {}

  snapshot(): undefined {}
}
