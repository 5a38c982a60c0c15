import type { UnitWindow } from '../../plugin/door/unit-store.js';
import { SlidingWindow } from './sliding-window.js';
import { type Observation, scaled, UNNAMED_WINDOW_MS, type Window, type WindowSnapshot } from './window.js';

/** Resets in whole seconds may be this far off. */
const ROUNDED_MS = 1_000;
/** A window that ends so soon is the one that is over by our clock. */
const SAME_WINDOW_MS = 2_000;
/** Clocks disagree by seconds at most; a reset that is later than this belongs to another window. */
const MAX_LATE_MS = 10_000;
/** This many units may be missing at the start of a window: others may share the account. */
const UNEXPLAINED = 2;
/** A spent window whose reset is "now" is asked again after this, not at once in a loop. */
const MIN_WAIT_MS = 1_000;

const lateness = (lateMs: number, furtherMs: number): number =>
  furtherMs > MAX_LATE_MS ? lateMs : Math.min(MAX_LATE_MS, lateMs + Math.max(250, furtherMs));

/** What is left until the moment at which the provider resets the whole window. */
export class FixedWindow implements Window {
  readonly countsUses = false;
  readonly resetsAtOnce = true;
  #limit: number | undefined;
  #remaining: number;
  #resetAt: number;
  #unconfirmed = false;
  #assured = 0;
  /** The stated end lies between these two: how long each response was on its way is unknown. */
  #earliestEnd = Number.NEGATIVE_INFINITY;
  #latestEnd: number;
  /** A window that could not be over yet was stated to end elsewhere. */
  #endMoves = false;
  /** When it last began by the clock. */
  #beganAt = Number.NEGATIVE_INFINITY;
  /** The provider's windows were seen to begin this much later than stated. */
  #lateMs = 0;
  readonly #spanMs: number | undefined;
  readonly #ownUses: SlidingWindow | undefined;

  constructor(
    { remaining, resetAt, limit, at }: Pick<Observation, 'remaining' | 'resetAt' | 'limit' | 'at'>,
    spanMs: number | undefined,
    ownUses: SlidingWindow | undefined,
  ) {
    this.#limit = limit;
    this.#remaining = remaining;
    this.#resetAt = notAtOnce(remaining, resetAt ?? at + (spanMs ?? UNNAMED_WINDOW_MS), at);
    this.#latestEnd = this.#resetAt;
    this.#spanMs = spanMs;
    this.#ownUses = ownUses;
  }

  static revive(
    { limit, remaining, resetAt }: WindowSnapshot & { kind: 'fixed' },
    spanMs: number | undefined,
    ownUses: SlidingWindow | undefined,
  ): Window {
    const stated = {
      limit: limit ?? undefined,
      remaining: remaining ?? Number.POSITIVE_INFINITY,
      resetAt,
      at: Number.NEGATIVE_INFINITY,
    };
    return new FixedWindow(stated, spanMs, ownUses);
  }

  get limit(): number | undefined {
    return this.#limit;
  }

  get unconfirmed(): boolean {
    return this.#unconfirmed;
  }

  get assured(): number {
    return this.#assured;
  }

  left(now: number): number {
    this.#roll(now);
    return this.#remaining;
  }

  freeAt(units: number, now: number): number {
    this.#roll(now);
    return this.#limit !== undefined && units > this.#limit ? Number.POSITIVE_INFINITY : this.#resetAt;
  }

  use(units: number, at: number): void {
    this.#roll(at);
    this.#remaining -= units;
    this.#assured -= units;
  }

  resetAt(now: number): number {
    this.#roll(now);
    return this.#resetAt;
  }

  confirm(now: number): void {
    this.#roll(now);
    this.#unconfirmed = false;
  }

  declare(limit: number): Window {
    return new SlidingWindow(limit, this.#spanMs);
  }

  /** Returns the log of own uses when the response shows that the window slides. */
  observe(observation: Observation): Window | undefined {
    const { refills, at, sentAt } = observation;
    const limit = observation.limit ?? this.#limit;
    if (refills && limit !== undefined && limit > 0) return undefined;
    // A response to the first attempt of a window shows how full a window begins.
    const full = this.#unconfirmed && sentAt >= this.#beganAt ? this.left(at) : undefined;
    this.#update(observation);
    if (this.#ownUses === undefined || !this.#slides(observation, full)) return this;
    return this.#ownUses.prove(observation);
  }

  shape(now: number): UnitWindow {
    return { kind: 'fixed', ms: this.#spanMs ?? UNNAMED_WINDOW_MS, endsAt: this.resetAt(now) };
  }

  scale(factor: number): void {
    if (this.#limit !== undefined) this.#limit = scaled(this.#limit, factor);
    this.#remaining = scaled(this.#remaining, factor);
    this.#assured = scaled(this.#assured, factor);
  }

  snapshot(held: number, now: number): WindowSnapshot {
    this.#roll(now);
    return {
      kind: 'fixed',
      limit: this.#limit ?? null,
      remaining: Number.isFinite(this.#remaining) ? this.#remaining - held : null,
      resetAt: this.#resetAt,
    };
  }

  #update({ remaining, resetAt, limit, at, sentAt, latest, accepted }: Observation): void {
    this.#roll(at);
    // A response that names no reset does not take back the one that an earlier response named.
    const end = notAtOnce(remaining, resetAt ?? this.resetAt(at), at);
    // A response that was on its way when the window ended describes the window before.
    if (sentAt < this.#beganAt && end <= at + SAME_WINDOW_MS) return;
    if (!latest) {
      this.#remaining = Math.min(this.#remaining, remaining);
      return;
    }
    if (this.#unconfirmed && !accepted) this.#lateMs = lateness(this.#lateMs, end - at);
    this.#unconfirmed = false;
    const same = this.#narrow(end - (at - sentAt), end);
    // Within one window no units come back: a higher number is from a response that was overtaken on its way.
    this.#remaining = same ? Math.min(this.#remaining, remaining) : remaining;
    this.#resetAt = this.#latestEnd + this.#lateMs;
    this.#limit = limit ?? this.#limit;
  }

  /** The window was stated to end between these two. Returns whether it can be the window that was described before. */
  #narrow(earliest: number, latest: number): boolean {
    if (earliest <= this.#latestEnd + ROUNDED_MS && latest >= this.#earliestEnd - ROUNDED_MS) {
      this.#earliestEnd = Math.max(this.#earliestEnd, earliest);
      this.#latestEnd = Math.max(Math.min(this.#latestEnd, latest), this.#earliestEnd);
      return true;
    }
    const span = this.#spanMs ?? Number.POSITIVE_INFINITY;
    if (earliest - this.#latestEnd < span / 2 && Number.isFinite(this.#earliestEnd)) this.#endMoves = true;
    this.#earliestEnd = earliest;
    this.#latestEnd = latest;
    return false;
  }

  /** A fixed window is full when it begins, and its end stays where it is. A window that is not like that slides. */
  #slides({ remaining, limit, resetAt, at, accepted, inFlight }: Observation, full: number | undefined): boolean {
    if (limit === undefined) return false;
    // Refused, and back within seconds: the window began a little later than stated.
    const late = !accepted && resetAt !== undefined && resetAt - at <= MAX_LATE_MS;
    // The provider may have counted the other attempts in flight before this one.
    const others = Math.max(0, inFlight - 1);
    return this.#endMoves || (full !== undefined && full - remaining > UNEXPLAINED + others && !late);
  }

  #roll(now: number): void {
    if (now < this.#resetAt) return;
    if (!this.#unconfirmed) this.#assured = this.#remaining;
    this.#remaining = this.#limit ?? Number.POSITIVE_INFINITY;
    this.#unconfirmed = true;
    // A window of unknown length must end as well: the provider may never state anything again.
    const span = this.#spanMs ?? UNNAMED_WINDOW_MS;
    this.#resetAt = now + span - ((now - this.#resetAt) % span);
    // Nothing was stated about this window yet.
    this.#earliestEnd = Number.NEGATIVE_INFINITY;
    this.#latestEnd = Number.NEGATIVE_INFINITY;
    this.#beganAt = now;
  }
}

const notAtOnce = (remaining: number, resetAt: number, at: number): number =>
  remaining > 0 ? resetAt : Math.max(resetAt, at + MIN_WAIT_MS);
