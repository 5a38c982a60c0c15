import type { Calendar, Costs, Dimension, Signal } from '../../contract/quota.js';
import type { UnitCount, UnitWindow } from '../../plugin/door/unit-store.js';
import type { QuotaSource, QuotaStatus } from '../ledger.js';
import { bucketLevel } from '../windows/bucket-level.js';
import { CalendarSpan } from '../windows/calendar.js';
import { plausibleSignal } from '../windows/plausible-signal.js';
import { reviveWindow } from '../windows/revive-window.js';
import { SlidingWindow } from '../windows/sliding-window.js';
import { Slots } from '../windows/slots.js';
import { statedWindow } from '../windows/stated-window.js';
import { UnknownWindow } from '../windows/unknown-window.js';
import { scaled, type Window, type WindowSnapshot } from '../windows/window.js';
import { CostTable, shownAmount } from './cost-table.js';
import { LockProbe } from './lock-probe.js';

/** What other processes use was counted no longer ago than this, or says nothing. */
const COUNT_HOLDS_MS = 1_000;
/** Two ends that are no further apart are of the same window. */
const SAME_WINDOW_MS = 2_000;

/** A quota as plain data. */
export interface QuotaSnapshot {
  readonly dimension: Dimension;
  readonly windowMs: number | null;
  readonly source: QuotaSource;
  readonly calendar?: Calendar;
  readonly costs?: Costs;
  readonly window: WindowSnapshot;
  /** When a request was last sent against it, epoch ms. */
  readonly askedAt?: number;
}

/** What only declared limits have. */
export interface QuotaTerms {
  /** The window follows a calendar. */
  readonly calendar?: CalendarSpan | undefined;
  /** For units: what requests cost. */
  readonly costs?: CostTable | undefined;
}

/** The attempt whose response describes a quota. */
interface AnsweredAttempt {
  readonly sequence: number;
  /** Epoch ms. */
  readonly sentAt: number;
  /** The provider did not refuse it. */
  readonly accepted: boolean;
}

/** One limit: dimension × window of one scope, what is left of it, and what is in flight against it. */
export class Quota {
  readonly dimension: Dimension;
  /** Length in ms; the usual one for a calendar. Absent for `concurrent` and where it is unknown. */
  readonly windowMs: number | undefined;
  readonly calendar: CalendarSpan | undefined;
  readonly costs: CostTable | undefined;
  source: QuotaSource;
  /** A refused request counts like a served one. A learned limit counts only served ones, until shown otherwise. */
  countsRefused = true;
  inFlight = 0;
  /** How many processes divide the limit among them, because they cannot count together; usually 1. */
  parts = 1;
  #window: Window;
  /** Units that other processes use and hold, as far as the window does not show it, and when that was counted. */
  #usedElsewhere = 0;
  #heldElsewhere = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  /** Own uses, in case the provider's window turns out to slide. Absent where it makes no difference. */
  readonly #ownUses: SlidingWindow | undefined;
  /** Attempts that hold units. */
  #holders = 0;
  /** The latest dispatch, if nothing else was in flight then; 0 otherwise. */
  #lone = 0;
  /** The latest dispatch whose response described this quota. */
  #observed = 0;
  /** When a request may go beyond the limit, to find out whether it still holds. */
  readonly #probe = new LockProbe();
  /** The latest description came with a refusal, before attempts in flight had spent their tokens. */
  #describedByRefusal = false;

  constructor(
    dimension: Dimension,
    windowMs: number | undefined,
    source: QuotaSource,
    { calendar, costs }: QuotaTerms = {},
  ) {
    this.dimension = dimension;
    this.windowMs = windowMs;
    this.calendar = calendar;
    this.costs = costs;
    this.source = source;
    this.#window = dimension === 'concurrent' ? new Slots() : new UnknownWindow(windowMs, calendar);
    const maySlide = dimension === 'requests' && source !== 'manual' && windowMs !== undefined;
    this.#ownUses = maySlide ? new SlidingWindow(0, windowMs) : undefined;
  }

  /** Takes over a limit that is configured, known by a provider type, or learned. */
  declare(limit: number): void {
    this.#window = this.#window.declare(limit / this.parts);
  }

  /** From now on `parts` processes divide the limit, and what is left of it, among them. */
  divide(processes: number): void {
    const isCount = this.dimension === 'requests' || this.dimension === 'concurrent';
    // Each of them may send one request at least.
    const most = isCount ? Math.max(1, this.#whole(this.limit ?? processes)) : processes;
    const parts = Math.min(processes, most);
    if (parts === this.parts) return;
    this.#window.scale(this.parts / parts);
    this.parts = parts;
  }

  #whole(units: number): number {
    return scaled(units, this.parts);
  }

  get limit(): number | undefined {
    return this.#window.limit;
  }

  /** Returns the units that are neither used nor held. */
  left(now: number): number {
    return this.#window.left(now) - this.inFlight - this.#elsewhere(now);
  }

  /** Returns the units that may still be reserved. */
  room(now: number): number {
    const left = this.#window.left(now);
    return Math.min(left, this.mostHeld ?? left) - this.inFlight;
  }

  /**
   * Returns how many units may be held while the window is unconfirmed: one request finds out for all whether the provider's
   * window has begun. What was left before it is there in any case.
   */
  get mostHeld(): number | undefined {
    return this.isUnconfirmed ? Math.max(1, this.#window.assured ?? 0) : undefined;
  }

  /** Returns the units that are used, as far as they are known here, without what is held. */
  used(now: number): number {
    return this.limit === undefined ? 0 : Math.max(0, this.limit - this.#window.left(now));
  }

  /** Takes over what all processes together use and hold. */
  countTogether({ used, held, resetAt }: Pick<UnitCount, 'used' | 'held' | 'resetAt'>, now: number): void {
    if (this.limit === undefined) return;
    const more = Math.max(0, used - this.used(now));
    const shape = this.#window.shape(now);
    const isSame = shape.kind !== 'fixed' || Math.abs((resetAt ?? now) - (shape.endsAt ?? now)) <= SAME_WINDOW_MS;
    // A window that relies on statements has them from all processes.
    if (!this.#window.countsUses && isSame) this.#window.use(more, now);
    this.#usedElsewhere = this.#window.countsUses && isSame ? more : 0;
    this.#heldElsewhere = Math.max(0, held - this.inFlight);
    this.#countedAt = now;
  }

  /** Other processes can no longer be counted: what they used stays used for one window. */
  countAlone(now: number): void {
    this.#window.use(this.#usedElsewhere, now);
    this.#usedElsewhere = 0;
    this.#heldElsewhere = 0;
  }

  #elsewhere(now: number): number {
    return now - this.#countedAt > COUNT_HOLDS_MS ? 0 : this.#usedElsewhere + this.#heldElsewhere;
  }

  /** Returns how units return. */
  shape(now: number): UnitWindow {
    return this.#window.shape(now);
  }

  /** It counts own uses one by one, whatever responses state. */
  get countsUses(): boolean {
    return this.#window.countsUses;
  }

  /** Returns the share that is used or held, from 0 to 1; 0 where that is unknown. */
  shareUsed(now: number): number {
    const { limit } = this;
    const left = this.left(now);
    return limit === undefined || limit <= 0 || !Number.isFinite(left) ? 0 : 1 - Math.max(0, left) / limit;
  }

  /** It counts requests, and no response has confirmed yet that the provider's window has begun as well. */
  get isUnconfirmed(): boolean {
    return this.dimension === 'requests' && this.#window.unconfirmed;
  }

  /** Returns whether the next request finds out for all others whether the quota is back. */
  isProbing(now: number): boolean {
    return this.isUnconfirmed || (this.left(now) < 1 && this.mayProbe(1, now));
  }

  /**
   * An attempt was served, so that the units which seemed to be left were left.
   * @returns whether it went beyond the limit, and its response did not state the limit again: the limit was wrong
   */
  confirm(sequence: number, now: number): boolean {
    this.#window.confirm(now);
    return this.#probe.served(sequence) && this.#observed < sequence;
  }

  /** Returns whether `units` may be sent although they do not fit, to find out whether the limit still holds. */
  mayProbe(units: number, now: number): boolean {
    if (!this.#isClaim || this.inFlight > 0) return false;
    return this.#probe.isDue(units <= (this.limit ?? units), this.windowMs, now);
  }

  /** An attempt is sent that needs `units`. */
  sent(units: number, sequence: number, now: number): void {
    if (this.#isClaim && this.room(now) < units) this.#probe.sent(sequence);
  }

  /** The provider stated it, or its type knows it: it may be wrong. */
  get #isClaim(): boolean {
    return this.dimension !== 'concurrent' && (this.source === 'header' || this.source === 'known');
  }

  /** Returns when `units` fit if nothing more is used; `undefined` when that depends on attempts in flight. */
  freeAt(units: number, now: number): number | undefined {
    if (this.limit !== undefined && units > this.limit) return Number.POSITIVE_INFINITY;
    if (this.#window.left(now) >= units) return undefined;
    return this.#window.freeAt(units, now);
  }

  /** The whole quota returns at its reset, so that uses until then delay no one. */
  get resetsAtOnce(): boolean {
    return this.#window.resetsAtOnce;
  }

  hold(units: number, sequence: number, now: number): void {
    this.#probe.askedAt = now;
    this.#lone = this.#holders === 0 ? sequence : 0;
    this.inFlight += units;
    this.#holders++;
  }

  /** Gives back held units that a response has already counted. */
  closeCounted(held: number, now: number): void {
    this.inFlight -= held;
    this.#holders--;
    this.#logUse(held, now);
  }

  /** Gives back held units, of which the attempt dispatched as number `sequence` really used `used`. */
  close(held: number, used: number, sequence: number, now: number): void {
    this.inFlight -= held;
    this.#holders--;
    this.use(used, sequence, now);
  }

  /** Counts units used by the attempt dispatched as number `sequence`, unless a response to a later one has. */
  use(units: number, sequence: number, now: number): void {
    if (units <= 0) return;
    this.#logUse(units, now);
    const counted = sequence <= this.#observed && !(this.#describedByRefusal && this.dimension !== 'requests');
    if (this.#window.countsUses || !counted) this.#window.use(units, now);
  }

  #logUse(units: number, now: number): void {
    if (this.#ownUses !== this.#window) this.#ownUses?.use(units, now);
  }

  /**
   * Takes over what a response stated. Responses overtake each other: one to an earlier dispatch than the latest that was
   * observed can only lower what is left.
   * @returns whether the units of the attempt are counted by this
   */
  observe(stated: Signal, { sequence, sentAt, accepted }: AnsweredAttempt, now: number): boolean {
    const signal = plausibleSignal(stated, this.windowMs, now);
    this.#probe.askedAt = now;
    const { resetAt, refills = false } = signal;
    const limit = signal.limit === undefined ? undefined : signal.limit / this.parts;
    const latest = sequence >= this.#observed;
    this.#describedByRefusal = !accepted;
    if (this.dimension === 'concurrent') {
      if (latest && signal.limit !== undefined) this.declare(signal.limit);
      this.#observed = Math.max(this.#observed, sequence);
      return false;
    }
    const remaining = signal.remaining ?? bucketLevel(signal, this.windowMs, now);
    if (remaining === undefined) {
      if (latest && signal.limit !== undefined) this.declare(signal.limit);
      return false;
    }
    const observation = {
      remaining: remaining / this.parts,
      limit,
      resetAt,
      refills,
      sentAt,
      at: now,
      accepted,
      latest,
      alone: sequence === this.#lone,
      inFlight: this.inFlight,
    };
    this.#window =
      this.#window.observe(observation) ??
      statedWindow({ ...observation, limit: limit ?? this.limit }, this.windowMs, this.#ownUses);
    this.source = 'header';
    this.#observed = Math.max(this.#observed, sequence);
    return !this.#window.countsUses;
  }

  /** Returns what `revive` takes; `undefined` when there is nothing to keep. */
  snapshot(now: number): QuotaSnapshot | undefined {
    const { parts } = this;
    this.divide(1);
    const window = this.#window.snapshot(this.inFlight, now);
    this.divide(parts);
    if (window === undefined) return undefined;
    const { dimension, windowMs = null, source } = this;
    const { askedAt } = this.#probe;
    const calendar = this.calendar && { calendar: this.calendar.calendar };
    const costs = this.costs && { costs: this.costs.costs };
    return { dimension, windowMs, source, ...calendar, ...costs, window, ...(askedAt !== undefined && { askedAt }) };
  }

  static revive({ dimension, windowMs, source, calendar, costs, window, askedAt }: QuotaSnapshot, now: number): Quota {
    const quota = new Quota(dimension, windowMs ?? undefined, source, {
      calendar: calendar && new CalendarSpan(calendar),
      costs: costs && new CostTable(costs),
    });
    quota.#probe.askedAt = askedAt === undefined ? undefined : Math.min(askedAt, now);
    quota.#window = reviveWindow(window, windowMs ?? undefined, quota.#ownUses, quota.calendar, now);
    return quota;
  }

  status(scope: string, now: number): QuotaStatus {
    const { dimension, windowMs, limit, inFlight, source, calendar } = this;
    const shown = (counted: number): number => shownAmount(dimension, counted);
    const left = this.left(now);
    const [elsewhere, held] = this.#elsewhere(now) > 0 ? [this.#usedElsewhere, this.#heldElsewhere] : [0, 0];
    // Slots are held, never used up.
    const hasUsed = limit !== undefined && dimension !== 'concurrent';
    return {
      scope,
      dimension,
      ...(calendar === undefined ? { windowMs } : { calendar: calendar.calendar }),
      limit: limit === undefined ? undefined : shown(limit),
      used: hasUsed ? shown(this.used(now) + elsewhere) : undefined,
      inFlight: shown(inFlight + held),
      remaining: Number.isFinite(left) ? shown(Math.max(0, left)) : undefined,
      probing: this.isProbing(now),
      resetAt: this.#window.resetAt(now),
      source,
    };
  }
}
