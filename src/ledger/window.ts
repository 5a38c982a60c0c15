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

/** What a response said of a fixed window. Times are epoch ms. */
export interface Observation {
  readonly remaining: number;
  readonly resetAt: number;
  readonly limit: number | undefined;
  /** When the response arrived, and when its request was sent. */
  readonly at: number;
  readonly sentAt: number;
  /** It answers a later dispatch than the one before. */
  readonly later: boolean;
  /** The request was answered, and not refused. */
  readonly served: boolean;
}

/** What a provider said is left, until the moment at which it said the window starts anew, full. */
export class FixedWindow implements Window {
  limit: number | undefined;
  #remaining: number;
  #resetAt: number;
  /** Rolled over by the clock alone: no answer has shown yet that the provider thinks so too. */
  unconfirmed = false;
  /** When it ends by what was said of it: between these, since nobody knows how long each answer was on its way. */
  #earliestEnd: number;
  #latestEnd: number;
  /** When it last rolled over by the clock. */
  rolledAt = Number.NEGATIVE_INFINITY;
  /** Its end was seen to move on with each request: it gives its units back one by one. */
  moves = false;
  /** The provider's windows have been seen to begin later than it says, by so much. */
  #lateMs = 0;
  readonly #spanMs: number | undefined;

  constructor(remaining: number, resetAt: number, limit: number | undefined, spanMs: number | undefined) {
    this.limit = limit;
    this.#remaining = remaining;
    this.#resetAt = resetAt;
    this.#earliestEnd = Number.NEGATIVE_INFINITY;
    this.#latestEnd = resetAt;
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

  /** A further signal. One that answers an earlier dispatch than the last may only lower. */
  observe({ remaining, resetAt, limit, at, sentAt, later, served }: Observation): void {
    this.#roll(at);
    // An answer that was on its way when the window ended speaks of the window before.
    if (sentAt < this.rolledAt && resetAt <= at + SAME_WINDOW_MS) return;
    if (!later) {
      this.#remaining = Math.min(this.#remaining, remaining);
      return;
    }
    if (this.unconfirmed && !served) this.#lateMs = lateness(this.#lateMs, resetAt - at);
    this.unconfirmed = false;
    // Within one window nothing comes back: a higher number is an answer that was overtaken on its way.
    const same = this.#narrow(resetAt - (at - sentAt), resetAt);
    this.#remaining = same ? Math.min(this.#remaining, remaining) : remaining;
    this.#resetAt = this.#latestEnd + this.#lateMs;
    this.limit = limit ?? this.limit;
  }

  /** The window was said to end between these two. @returns whether it can be the one that was spoken of before. */
  #narrow(earliest: number, latest: number): boolean {
    if (earliest <= this.#latestEnd + ROUNDED_MS && latest >= this.#earliestEnd - ROUNDED_MS) {
      this.#earliestEnd = Math.max(this.#earliestEnd, earliest);
      this.#latestEnd = Math.max(Math.min(this.#latestEnd, latest), this.#earliestEnd);
      return true;
    }
    const span = this.#spanMs ?? Number.POSITIVE_INFINITY;
    if (earliest - this.#latestEnd < span / 2 && Number.isFinite(this.#earliestEnd)) this.moves = true;
    this.#earliestEnd = earliest;
    this.#latestEnd = latest;
    return false;
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
    this.unconfirmed = true;
    const span = this.#spanMs;
    // Without a length the next reset is unknown until the provider speaks again.
    this.#resetAt = span === undefined ? Number.POSITIVE_INFINITY : now + span - ((now - this.#resetAt) % span);
    // Whatever is said next is of a window that nothing was said of yet.
    this.#earliestEnd = Number.NEGATIVE_INFINITY;
    this.#latestEnd = Number.NEGATIVE_INFINITY;
    this.rolledAt = now;
  }
}

/** Resets in whole seconds may be this far off. */
const ROUNDED_MS = 1_000;
/** A window that ends so soon is the one that is over by our clock. */
const SAME_WINDOW_MS = 2_000;

/** Clocks disagree by seconds at most; what comes much later is another window. */
export const MOST_LATE_MS = 10_000;

const lateness = (lateMs: number, furtherMs: number): number =>
  furtherMs > MOST_LATE_MS ? lateMs : Math.min(MOST_LATE_MS, lateMs + Math.max(250, furtherMs));

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

  /** `alone`: nothing else is in flight, so that no answer can have been overtaken on its way. */
  observe(level: number, limit: number, perMs: number, at: number, alone: boolean): void {
    const now = Math.max(at, this.#at);
    this.left(now);
    this.#perMs = perMs;
    this.limit = limit;
    const seen = level + (now - at) * perMs;
    this.#level = alone ? seen : Math.min(this.#level, seen);
    this.#at = now;
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
