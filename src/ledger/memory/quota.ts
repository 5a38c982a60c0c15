import type { Dimension, Signal } from '../../contract/quota.js';
import type { QuotaSource, QuotaStatus } from '../ledger.js';
import { levelOf, refillRate } from '../windows/bucket-signal.js';
import { claimed } from '../windows/clamp-reset.js';
import { FixedWindow, MOST_LATE_MS } from '../windows/fixed-window.js';
import { RefillingWindow } from '../windows/refilling-window.js';
import { reviveWindow } from '../windows/revive-window.js';
import { SlidingWindow } from '../windows/sliding-window.js';
import type { Window, WindowSnapshot } from '../windows/window.js';

/** Where neither a header nor a table names the window: the commonest one. */
const UNNAMED_WINDOW_MS = 60_000;
/** So many units may be missing at the start of a window: others may share the account. */
const UNEXPLAINED = 2;
/** A spent quota whose reset is "now" is asked again after this, and not at once for ever. */
const SHORTEST_REST_MS = 1_000;

/** A quota as it is kept over a restart. */
export interface QuotaSnapshot {
  readonly dimension: Dimension;
  readonly windowMs: number | null;
  readonly source: QuotaSource;
  readonly window: WindowSnapshot;
}

/** The attempt whose response speaks of a quota. */
interface Spoken {
  readonly sequence: number;
  /** Epoch ms. */
  readonly sentAt: number;
  /** It was answered, and not refused. */
  readonly served: boolean;
}

/** One limit: dimension × window of one scope, what is left of it, and what is in flight against it. */
export class Quota {
  readonly dimension: Dimension;
  /** Length in ms; absent for `concurrent` and where nobody said. */
  readonly windowMs: number | undefined;
  source: QuotaSource;
  /** A request that is refused counts like one that is served. What was learned is of those served, until shown otherwise. */
  countsRefused = true;
  inFlight = 0;
  /** Attempts that hold units. */
  #open = 0;
  /** The latest dispatch, if nothing else was in flight then. */
  #lone: number | undefined;
  /** The latest dispatch whose answer spoke of this quota. */
  #spokenBy = 0;
  #window: Window | undefined;
  /** What was said last was said in a refusal, before attempts in flight had spent their tokens. */
  #toldByRefusal = false;
  /** It was seen to give its units back one by one. */
  #slides = false;
  /** Our own uses, for the case that the window turns out to slide. */
  #own: SlidingWindow | undefined;
  /** For `concurrent`, which has no window. */
  #slots: number | undefined;

  constructor(dimension: Dimension, windowMs: number | undefined, source: QuotaSource) {
    this.dimension = dimension;
    this.windowMs = windowMs;
    this.source = source;
  }

  /** A limit that was written down, or that a provider type knows of. */
  declare(limit: number): void {
    if (this.dimension === 'concurrent') this.#slots = limit;
    else if (this.#window instanceof SlidingWindow) this.#window.limit = limit;
    else this.#window = new SlidingWindow(limit, this.windowMs ?? UNNAMED_WINDOW_MS);
  }

  get limit(): number | undefined {
    return this.#window?.limit ?? this.#slots;
  }

  /** Units that may still be reserved. */
  room(now: number): number {
    const left = this.#window?.left(now) ?? this.#slots ?? Number.POSITIVE_INFINITY;
    // Whether a window has really begun anew, one request finds out for all.
    const cautious = this.dimension === 'requests' && this.#window instanceof FixedWindow && this.#window.unconfirmed;
    return (cautious ? Math.min(left, 1) : left) - this.inFlight;
  }

  /** An attempt was served: what was thought to be left, was. */
  confirm(): void {
    if (this.#window instanceof FixedWindow) this.#window.unconfirmed = false;
  }

  /** When `units` fit, if nothing more is used; `undefined` when that hangs on attempts in flight. */
  freeAt(units: number, now: number): number | undefined {
    if (this.limit !== undefined && units > this.limit) return Number.POSITIVE_INFINITY;
    if (this.#window === undefined || this.#window.left(now) >= units) return undefined;
    return this.#window.freeAt(units, now);
  }

  /** The quota begins anew at its reset, so that what is used until then delays nobody. */
  get resetsAtOnce(): boolean {
    return this.#window instanceof FixedWindow;
  }

  hold(units: number, sequence: number): void {
    this.#lone = this.#open === 0 ? sequence : undefined;
    this.inFlight += units;
    this.#open++;
  }

  /** A signal has these units in it already. */
  counted(held: number, now: number): void {
    this.inFlight -= held;
    this.#open--;
    if (this.#own !== this.#window) this.#own?.use(held, now);
  }

  /** Gives held units back; `used` of them were really used, by the attempt dispatched as number `sequence`. */
  close(held: number, used: number, sequence: number, now: number): void {
    this.inFlight -= held;
    if (held > 0) this.#open--;
    if (used > 0 && this.#own !== this.#window) this.#own?.use(used, now);
    if (used <= 0 || this.#window === undefined) return;
    // What a signal told of a later dispatch has this attempt in it already.
    const told = sequence <= this.#spokenBy && !(this.#toldByRefusal && this.dimension !== 'requests');
    if (this.#window instanceof SlidingWindow || !told) this.#window.use(used, now);
  }

  /**
   * Takes over what a response said. An answer to an earlier dispatch than one that already spoke can only lower
   * what is left: answers overtake each other.
   * @returns whether the attempt's own units are accounted for by this.
   */
  observe(told: Signal, spoken: Spoken, now: number): boolean {
    const signal = claimed(told, now);
    const { sequence, sentAt, served } = spoken;
    const later = sequence >= this.#spokenBy;
    if (this.dimension === 'concurrent') {
      if (later && signal.limit !== undefined) this.#slots = signal.limit;
      this.#spokenBy = Math.max(this.#spokenBy, sequence);
      return false;
    }
    this.#toldByRefusal = !served;
    const level = signal.remaining ?? levelOf(signal, this.windowMs, now);
    if (level === undefined) {
      if (signal.limit !== undefined && later) this.declare(signal.limit);
      return false;
    }
    if (this.#window instanceof SlidingWindow && (this.#slides || signal.resetAt === undefined) && !signal.refills) {
      if (signal.limit !== undefined) this.#window.limit = signal.limit;
      if (later) this.#correct(this.#window, level, sequence, now);
    } else {
      const full = this.#isNew(sentAt) ? this.#window?.left(now) : undefined;
      this.#observe(signal, level, spoken, now, later);
      this.#detectSliding(signal, level, full, spoken, now);
    }
    this.source = 'header';
    this.#spokenBy = Math.max(this.#spokenBy, sequence);
    // Where units come back one by one, each of ours is counted when it is answered.
    return !(this.#window instanceof SlidingWindow);
  }

  /** What is missing beyond ours is somebody else's; more than we think is believed only where nothing can have happened since. */
  #correct(window: SlidingWindow, level: number, sequence: number, now: number): void {
    const left = level + this.inFlight;
    if (this.#isAlone(sequence) || left < window.left(now)) window.correct(left, now);
  }

  /**
   * Nothing else was in flight from its dispatch to its answer, so that what that said cannot be out of date. An attempt
   * that was answered meanwhile may have been counted after it: they overtake each other on their way there, too.
   */
  #isAlone(sequence: number): boolean {
    return sequence === this.#lone;
  }

  /** The window has begun by the clock, and this answer is the first to speak of it. */
  #isNew(sentAt: number): boolean {
    return this.#window instanceof FixedWindow && this.#window.unconfirmed && sentAt >= this.#window.rolledAt;
  }

  /** A fixed window is full when it begins, and its end stays where it is. One that is not like that, slides. */
  #detectSliding(
    signal: Signal,
    level: number,
    full: number | undefined,
    { sequence, served }: Spoken,
    now: number,
  ): void {
    const { limit, resetAt } = signal;
    const { windowMs } = this;
    if (limit === undefined || windowMs === undefined || !(this.#window instanceof FixedWindow)) return;
    this.#own ??= new SlidingWindow(limit, windowMs);
    // Refused, and back within seconds: a window that began a little later than it was said to.
    const late = !served && resetAt !== undefined && resetAt - now <= MOST_LATE_MS;
    const emptier = full !== undefined && full - level > UNEXPLAINED && !late;
    if (this.dimension !== 'requests' || !(this.#window.moves || emptier)) return;
    this.#slides = true;
    this.#window = this.#own;
    this.#own.limit = limit;
    this.#correct(this.#own, level, sequence, now);
  }

  /** What `revive` takes; nothing for `concurrent`, which a restart empties. */
  snapshot(now: number): QuotaSnapshot | undefined {
    const window = this.#window?.snapshot(this.inFlight, now);
    if (window === undefined) return undefined;
    return { dimension: this.dimension, windowMs: this.windowMs ?? null, source: this.source, window };
  }

  static revive({ dimension, windowMs, source, window }: QuotaSnapshot): Quota {
    const quota = new Quota(dimension, windowMs ?? undefined, source);
    quota.#window = reviveWindow(window, windowMs ?? undefined);
    return quota;
  }

  status(scope: string, now: number): QuotaStatus {
    const limit = this.limit;
    const left = this.#window?.left(now);
    const remaining = Number.isFinite(this.room(now)) ? Math.max(0, this.room(now)) : undefined;
    return {
      scope,
      dimension: this.dimension,
      windowMs: this.windowMs,
      limit,
      used: limit === undefined || left === undefined ? undefined : Math.max(0, limit - left),
      inFlight: this.inFlight,
      remaining,
      resetAt: this.#window?.resetAt(now),
      source: this.source,
    };
  }

  #observe(signal: Signal, level: number, { sequence, sentAt, served }: Spoken, now: number, later: boolean): void {
    const limit = signal.limit ?? this.limit;
    if (signal.refills && limit !== undefined && limit > 0) {
      const perMs = refillRate(signal, level, limit, this.windowMs ?? UNNAMED_WINDOW_MS, now);
      if (this.#window instanceof RefillingWindow)
        this.#window.observe(level, limit, perMs, now, this.#isAlone(sequence));
      else this.#window = new RefillingWindow(level, limit, perMs, now);
      return;
    }
    // A response that names no reset does not take back the one that an earlier response named.
    const known = this.#window instanceof FixedWindow ? this.#window.resetAt(now) : undefined;
    const stated = signal.resetAt ?? known ?? now + (this.windowMs ?? UNNAMED_WINDOW_MS);
    const resetAt = level > 0 ? stated : Math.max(stated, now + SHORTEST_REST_MS);
    if (this.#window instanceof FixedWindow) {
      this.#window.observe({ remaining: level, resetAt, limit, at: now, sentAt, later, served });
    } else this.#window = new FixedWindow(level, resetAt, limit, this.windowMs);
  }
}
