import type { Window, WindowSnapshot } from './window.js';

/** Resets in whole seconds may be this far off. */
const ROUNDED_MS = 1_000;
/** A window that ends so soon is the one that is over by our clock. */
const SAME_WINDOW_MS = 2_000;

/** Clocks disagree by seconds at most; what comes much later is another window. */
export const MOST_LATE_MS = 10_000;

const lateness = (lateMs: number, furtherMs: number): number =>
  furtherMs > MOST_LATE_MS ? lateMs : Math.min(MOST_LATE_MS, lateMs + Math.max(250, furtherMs));

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
