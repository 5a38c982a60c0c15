/**
 * How a quota's units come back with time. Times are epoch ms. `left` may be negative; units in flight are the
 * quota's business, not the window's.
 */
export interface Window {
  readonly limit: number | undefined;
  /** Units not used up at `now`. */
  left(now: number): number;
  /** When `units` will be left, if nothing more is used; `Infinity` if never. Only called when they are not. */
  freeAt(units: number, now: number): number;
  /** Units were used by an attempt that ended at `at`. */
  use(units: number, at: number): void;
  /** When it is full again, if that is known. */
  resetAt(now: number): number | undefined;
  /** What `reviveWindow` makes it from again; `held` units in flight count as used at `now`. */
  snapshot(held: number, now: number): WindowSnapshot;
}

/** A window as it is kept over a restart. */
export type WindowSnapshot =
  | {
      readonly kind: 'sliding';
      readonly limit: number;
      readonly uses: readonly (readonly [expiresAt: number, units: number])[];
    }
  | { readonly kind: 'fixed'; readonly limit: number | null; readonly remaining: number; readonly resetAt: number }
  | {
      readonly kind: 'refilling';
      readonly limit: number;
      readonly level: number;
      readonly perMs: number;
      readonly at: number;
    };

/** The window that was kept. */
export const reviveWindow = (kept: WindowSnapshot, spanMs: number | undefined): Window => {
  if (kept.kind === 'fixed') return new FixedWindow(kept.remaining, kept.resetAt, kept.limit ?? undefined, spanMs);
  if (kept.kind === 'refilling') return new RefillingWindow(kept.level, kept.limit, kept.perMs, kept.at);
  const window = new SlidingWindow(kept.limit, spanMs ?? 60_000);
  for (const [expiresAt, units] of kept.uses) window.add(units, expiresAt);
  return window;
};

/** Share of the window by which an old use may be forgotten late, so that the log stays short. */
const GRAIN = 256;

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
    this.#grainMs = Math.ceil(spanMs / GRAIN);
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

  /** The provider says that `remaining` were left at `at`: somebody else's uses are counted too, until `resetAt`. */
  correct(remaining: number, at: number, resetAt: number | undefined): void {
    const foreign = this.left(at) - remaining;
    if (foreign > 0) this.add(foreign, resetAt ?? at + this.#spanMs);
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
    const rounded = Math.ceil(expiresAt / this.#grainMs) * this.#grainMs;
    this.#uses.push({ expiresAt: this.#spanMs >= 60_000 ? rounded : expiresAt, units });
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

/** What a provider said is left, until the moment at which it said the window starts anew, full. */
export class FixedWindow implements Window {
  limit: number | undefined;
  #remaining: number;
  #resetAt: number;
  readonly #spanMs: number | undefined;

  constructor(remaining: number, resetAt: number, limit: number | undefined, spanMs: number | undefined) {
    this.limit = limit;
    this.#remaining = remaining;
    this.#resetAt = resetAt;
    this.#spanMs = spanMs;
  }

  left(now: number): number {
    this.#roll(now);
    return this.#remaining;
  }

  freeAt(units: number, now: number): number {
    this.#roll(now);
    return this.limit !== undefined && units > this.limit ? Number.POSITIVE_INFINITY : this.#resetAt;
  }

  use(units: number, at: number): void {
    this.#roll(at);
    this.#remaining -= units;
  }

  /** A further signal. `later`: it answers a later dispatch than the last one; an earlier one may only lower. */
  observe(remaining: number, resetAt: number, limit: number | undefined, at: number, later: boolean): void {
    this.#roll(at);
    if (!later) {
      this.#remaining = Math.min(this.#remaining, remaining);
      return;
    }
    this.#remaining = remaining;
    this.#resetAt = resetAt;
    this.limit = limit ?? this.limit;
  }

  resetAt(now: number): number | undefined {
    this.#roll(now);
    return Number.isFinite(this.#resetAt) ? this.#resetAt : undefined;
  }

  snapshot(held: number, now: number): WindowSnapshot {
    this.#roll(now);
    return { kind: 'fixed', limit: this.limit ?? null, remaining: this.#remaining - held, resetAt: this.#resetAt };
  }

  #roll(now: number): void {
    if (now < this.#resetAt) return;
    this.#remaining = this.limit ?? Number.POSITIVE_INFINITY;
    const span = this.#spanMs;
    // Without a length the next reset is unknown until the provider speaks again.
    this.#resetAt = span === undefined ? Number.POSITIVE_INFINITY : now + span - ((now - this.#resetAt) % span);
  }
}

/** A bucket that refills all the time, such as Groq's: its reset is when it is full, room returns before that. */
export class RefillingWindow implements Window {
  limit: number;
  #level: number;
  #at: number;
  #perMs: number;

  constructor(level: number, limit: number, perMs: number, at: number) {
    this.limit = limit;
    this.#level = level;
    this.#perMs = perMs;
    this.#at = at;
  }

  left(now: number): number {
    if (now > this.#at) {
      this.#level = Math.min(this.limit, this.#level + (now - this.#at) * this.#perMs);
      this.#at = now;
    }
    // A hair below a whole unit is that unit: repeated addition must not cost a millisecond.
    return Math.floor(this.#level + 1e-6);
  }

  freeAt(units: number, now: number): number {
    if (units > this.limit) return Number.POSITIVE_INFINITY;
    this.left(now);
    return now + Math.ceil((units - this.#level) / this.#perMs);
  }

  use(units: number, at: number): void {
    this.left(at);
    this.#level -= units;
  }

  observe(level: number, limit: number, perMs: number, at: number, later: boolean): void {
    const now = Math.max(at, this.#at);
    this.left(now);
    if (!later) {
      this.#level = Math.min(this.#level, level + (now - at) * perMs);
      return;
    }
    this.limit = limit;
    this.#perMs = perMs;
    this.#level = level;
    this.#at = at;
  }

  resetAt(now: number): number | undefined {
    const missing = this.limit - this.left(now);
    return missing <= 0 ? undefined : now + Math.ceil(missing / this.#perMs);
  }

  snapshot(held: number, now: number): WindowSnapshot {
    this.left(now);
    return { kind: 'refilling', limit: this.limit, level: this.#level - held, perMs: this.#perMs, at: this.#at };
  }
}
