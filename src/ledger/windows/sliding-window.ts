import type { Window, WindowSnapshot } from './window.js';

/** Share of a long window by which an old use may be forgotten late, so that the log stays short. */
const GRAIN = 256;
/** Windows up to this length are short of uses anyway, and each moment of them is worth having. */
const EXACT_MS = 60_000;

/**
 * Counts own uses, each until one whole window after its attempt ended. A provider counted it at some moment between
 * dispatch and end, so neither a fixed window nor a sliding one nor a full bucket can count more than this does.
 */
export class SlidingWindow implements Window {
  limit: number;
  readonly #spanMs: number;
  readonly #grainMs: number;
  /** Uses in order of `expiresAt`; those before `#first` are gone. */
  #uses: { expiresAt: number; units: number }[] = [];
  #first = 0;
  #used = 0;

  constructor(limit: number, spanMs: number) {
    this.limit = limit;
    this.#spanMs = spanMs;
    this.#grainMs = spanMs <= EXACT_MS ? 1 : Math.ceil(spanMs / GRAIN);
  }

  left(now: number): number {
    this.#expire(now);
    return this.limit - this.#used;
  }

  freeAt(units: number, now: number): number {
    if (units > this.limit) return Number.POSITIVE_INFINITY;
    let left = this.left(now);
    for (let index = this.#first; index < this.#uses.length; index++) {
      const use = this.#uses[index] as { expiresAt: number; units: number };
      left += use.units;
      if (left >= units) return use.expiresAt;
    }
    return now;
  }

  use(units: number, at: number): void {
    if (units > 0) this.add(units, at + this.#spanMs);
  }

  /**
   * The provider says that `remaining` were left at `at`. Less than we think: somebody else's uses are counted too. More:
   * the oldest of ours have come back already.
   */
  correct(remaining: number, at: number): void {
    let surplus = remaining - this.left(at);
    if (surplus < 0) this.add(-surplus, at + this.#spanMs);
    while (surplus > 0 && this.#first < this.#uses.length) {
      const oldest = this.#uses[this.#first] as { expiresAt: number; units: number };
      const back = Math.min(oldest.units, surplus);
      oldest.units -= back;
      this.#used -= back;
      surplus -= back;
      if (oldest.units === 0) this.#first++;
    }
  }

  resetAt(now: number): number | undefined {
    this.#expire(now);
    return this.#uses.at(-1)?.expiresAt;
  }

  snapshot(held: number, now: number): WindowSnapshot {
    this.#expire(now);
    const uses = this.#uses.slice(this.#first).map(({ expiresAt, units }) => [expiresAt, units] as const);
    return { kind: 'sliding', limit: this.limit, uses: held > 0 ? [...uses, [now + this.#spanMs, held]] : uses };
  }

  /** `units` are used until `expiresAt`. */
  add(units: number, expiresAt: number): void {
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
      const use = this.#uses[this.#first] as { expiresAt: number; units: number };
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
