import type { UnitWindow } from '../../plugin/door/unit-store.js';
import { type Observation, scaled, UNNAMED_WINDOW_MS, type Window, type WindowSnapshot } from './window.js';

/** Share of a long window by which an old use may expire late, so that the log stays short. */
const GRAIN = 256;
/** Windows up to this length hold few uses, and each moment counts: their uses expire exactly. */
const EXACT_MS = 60_000;

interface Use {
  readonly expiresAt: number;
  units: number;
}

/**
 * Counts own uses, each until one whole window after its attempt ended. A provider counted it at some moment between
 * dispatch and end, so neither a fixed window nor a sliding one nor a full bucket can count more than this does.
 */
export class SlidingWindow implements Window {
  readonly countsUses = true;
  readonly resetsAtOnce = false;
  readonly unconfirmed = false;
  #limit: number;
  readonly #spanMs: number;
  readonly #grainMs: number;
  /** The provider's window was seen to slide. Until then a stated reset shows that it does not. */
  #proven = false;
  /** In order of `expiresAt`; those before `#first` have expired. */
  #uses: Use[] = [];
  #first = 0;
  #used = 0;

  constructor(limit: number, spanMs = UNNAMED_WINDOW_MS) {
    this.#limit = limit;
    this.#spanMs = spanMs;
    this.#grainMs = spanMs <= EXACT_MS ? 1 : Math.ceil(spanMs / GRAIN);
  }

  static revive({ limit, uses }: WindowSnapshot & { kind: 'sliding' }, spanMs: number | undefined): Window {
    const window = new SlidingWindow(limit, spanMs);
    for (const [expiresAt, units] of uses) window.#add(units, expiresAt);
    return window;
  }

  get limit(): number {
    return this.#limit;
  }

  left(now: number): number {
    this.#expire(now);
    return this.#limit - this.#used;
  }

  freeAt(units: number, now: number): number {
    if (units > this.#limit) return Number.POSITIVE_INFINITY;
    let left = this.left(now);
    for (let index = this.#first; index < this.#uses.length; index++) {
      const use = this.#uses[index] as Use;
      left += use.units;
      if (left >= units) return use.expiresAt;
    }
    return now;
  }

  use(units: number, at: number): void {
    if (units > 0) this.#add(units, at + this.#spanMs);
  }

  resetAt(now: number): number | undefined {
    this.#expire(now);
    return this.#uses.at(-1)?.expiresAt;
  }

  confirm(): void {}

  declare(limit: number): Window {
    this.#limit = limit;
    return this;
  }

  observe(observation: Observation): Window | undefined {
    if (observation.refills || (!this.#proven && observation.resetAt !== undefined)) return undefined;
    this.#limit = observation.limit ?? this.#limit;
    if (observation.latest) this.#correct(observation);
    return this;
  }

  /** Takes over from a fixed window that turned out to slide. */
  prove(observation: Observation): Window {
    this.#proven = true;
    this.#limit = observation.limit ?? this.#limit;
    this.#correct(observation);
    return this;
  }

  shape(): UnitWindow {
    return { kind: 'sliding', ms: this.#spanMs };
  }

  scale(factor: number): void {
    this.#limit = scaled(this.#limit, factor);
    this.#used = scaled(this.#used, factor);
    for (const use of this.#uses) use.units = scaled(use.units, factor);
  }

  snapshot(held: number, now: number): WindowSnapshot {
    this.#expire(now);
    const uses = this.#uses.slice(this.#first).map(({ expiresAt, units }) => [expiresAt, units] as const);
    return { kind: 'sliding', limit: this.#limit, uses: held > 0 ? [...uses, [now + this.#spanMs, held]] : uses };
  }

  /**
   * The provider states less than we count: others use the account too, and their uses are added. It states more: our
   * oldest uses have expired there already; this is believed only of a response that cannot be out of date.
   */
  #correct({ remaining, inFlight, alone, at }: Observation): void {
    let surplus = remaining + inFlight - this.left(at);
    if (surplus < 0) this.#add(-surplus, at + this.#spanMs);
    if (!alone) return;
    while (surplus > 0 && this.#first < this.#uses.length) {
      const oldest = this.#uses[this.#first] as Use;
      const back = Math.min(oldest.units, surplus);
      oldest.units -= back;
      this.#used -= back;
      surplus -= back;
      if (oldest.units === 0) this.#first++;
    }
  }

  #add(units: number, expiresAt: number): void {
    const last = this.#uses.length > this.#first ? this.#uses.at(-1) : undefined;
    this.#used += units;
    if (last !== undefined && expiresAt <= last.expiresAt) {
      last.units += units;
      return;
    }
    this.#uses.push({ expiresAt: Math.ceil(expiresAt / this.#grainMs) * this.#grainMs, units });
  }

  #expire(now: number): void {
    while (this.#first < this.#uses.length) {
      const use = this.#uses[this.#first] as Use;
      if (use.expiresAt > now) break;
      this.#used -= use.units;
      this.#first++;
    }
    if (this.#first > 64 && this.#first * 2 > this.#uses.length) {
      this.#uses = this.#uses.slice(this.#first);
      this.#first = 0;
    }
  }
}
