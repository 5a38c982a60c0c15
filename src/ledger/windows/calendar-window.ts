import type { UnitWindow } from '../../plugin/door/unit-store.js';
import type { CalendarSpan } from './calendar.js';
import { type Observation, scaled, type Window, type WindowSnapshot } from './window.js';

/** Clocks disagree by this much: near the end of a window, the provider may count a use in the next one. */
const CLOCK_SKEW_MS = 10_000;

/** Counts own uses until the window of the calendar ends. Then all units are back. */
export class CalendarWindow implements Window {
  readonly countsUses = true;
  readonly resetsAtOnce = true;
  #limit: number;
  #used = 0;
  /** The part of `#used` that the provider may count in the next window. */
  #late = 0;
  #endsAt = Number.NEGATIVE_INFINITY;
  #unconfirmed = false;
  readonly #span: CalendarSpan;

  constructor(limit: number, span: CalendarSpan) {
    this.#limit = limit;
    this.#span = span;
  }

  static revive({ limit, used, late, endsAt }: WindowSnapshot & { kind: 'calendar' }, span: CalendarSpan): Window {
    const window = new CalendarWindow(limit, span);
    window.#used = used;
    window.#late = late;
    window.#endsAt = endsAt;
    return window;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Just after its beginning, the provider's clock may still show the window before. */
  get unconfirmed(): boolean {
    return this.#unconfirmed;
  }

  left(now: number): number {
    this.#roll(now);
    return this.#limit - this.#used;
  }

  freeAt(units: number, now: number): number {
    this.#roll(now);
    return units > this.#limit ? Number.POSITIVE_INFINITY : this.#endsAt;
  }

  use(units: number, at: number): void {
    this.#roll(at);
    this.#used += units;
    if (this.#endsAt - at <= CLOCK_SKEW_MS) this.#late += units;
  }

  resetAt(now: number): number {
    this.#roll(now);
    return this.#endsAt;
  }

  confirm(now: number): void {
    this.#roll(now);
    this.#unconfirmed = false;
  }

  declare(limit: number): Window {
    this.#limit = limit;
    return this;
  }

  /** A provider that states a reset of its own, or a refill, has another kind of window. */
  observe({ remaining, limit, resetAt, refills, at, latest, alone, inFlight }: Observation): Window | undefined {
    if (refills || resetAt !== undefined) return undefined;
    this.#roll(at);
    this.#limit = limit ?? this.#limit;
    const used = this.#limit - remaining - inFlight;
    if (latest) this.#used = Math.max(0, alone ? used : Math.max(this.#used, used));
    return this;
  }

  shape(now: number): UnitWindow {
    return { kind: 'fixed', ms: this.#span.usualMs, endsAt: this.resetAt(now) };
  }

  scale(factor: number): void {
    this.#limit = scaled(this.#limit, factor);
    this.#used = scaled(this.#used, factor);
    this.#late = scaled(this.#late, factor);
  }

  snapshot(held: number, now: number): WindowSnapshot {
    this.#roll(now);
    const late = this.#late + (this.#endsAt - now <= CLOCK_SKEW_MS ? held : 0);
    return { kind: 'calendar', limit: this.#limit, used: this.#used + held, late, endsAt: this.#endsAt };
  }

  #roll(now: number): void {
    if (now < this.#endsAt) return;
    const { beginsAt, endsAt } = this.#span.at(now);
    this.#used = beginsAt === this.#endsAt ? this.#late : 0;
    this.#late = 0;
    this.#unconfirmed = beginsAt === this.#endsAt && now - beginsAt < CLOCK_SKEW_MS;
    this.#endsAt = endsAt;
  }
}
