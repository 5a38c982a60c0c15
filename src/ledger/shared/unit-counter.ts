import type { Statement, UnitDemand, UnitWindow } from '../../plugin/door/unit-store.js';

/** An old use may expire late by this share of its window, so that a list of uses stays short. */
const GRAIN = 256;
/**
 * Two ends that are no further apart are of the same window: responses round them, and the time of a response on its way, as
 * of a model that thinks, adds to an end that is stated as a wait. The next window ends a whole window later.
 */
const SAME_WINDOW_MS = { least: 2_000, most: 60_000 };
/** Sums of parts of units are not exact. */
const TINY = 1e-6;

interface Use {
  readonly expiresAt: number;
  units: number;
}

/** The units of one limit that are used and held. Times are epoch ms. */
export class UnitCounter {
  held = 0;
  #window: UnitWindow;
  /** The latest lease whose statement was taken over. */
  #sequence = 0;
  /** The latest lease that holds units, if nothing was held when it began; 0 otherwise. */
  #lone = 0;
  /** Of a sliding window, in order of `expiresAt`. */
  #uses: Use[] = [];
  /** Of a fixed window until `#endsAt`; of one that refills, at `#at`. */
  #used = 0;
  #endsAt = Number.NEGATIVE_INFINITY;
  /** The end is not just one window after the first use. */
  #endIsStated = false;
  /** The provider was seen to have begun the fixed window too. */
  #confirmed = false;
  #at = 0;
  /** How many units return in a millisecond to a window that refills. */
  #perMs = 0;

  constructor({ window, limit }: Pick<UnitDemand, 'window' | 'limit'>) {
    this.#window = window;
    this.#perMs = ratesOf(window, limit);
  }

  /** Returns the units that are used, without what is held. */
  used(now: number): number {
    this.#expire(now);
    if (this.#window.kind !== 'sliding') return this.#used;
    let used = 0;
    for (const { units } of this.#uses) used += units;
    return used;
  }

  /** Returns why these units cannot be held now; `undefined` if they can. `retryAt` is absent if only held units are in the way. */
  refuse(
    { units, limit, mostHeld }: UnitDemand,
    now: number,
  ): { code: 'quota' | 'concurrent' | 'waiting'; left: number; retryAt?: number } | undefined {
    const left = limit - this.used(now);
    const free = left - this.held;
    if (units > free + TINY) {
      const code = this.#window.kind === 'slots' ? 'concurrent' : 'quota';
      return { code, left: free, ...(units > left + TINY && this.#retry(units, limit, left, now)) };
    }
    const waits = mostHeld !== undefined && !this.#confirmed && this.held + units > mostHeld + TINY;
    return waits ? { code: 'waiting', left: free } : undefined;
  }

  /** Takes over the window of a demand where nothing is used, and the end that it states where none was stated. */
  adopt({ window, limit }: UnitDemand, now: number): void {
    if (this.used(now) === 0) this.#become(window, limit, now);
    if (this.#window.kind !== 'fixed' || window.kind !== 'fixed' || this.#endIsStated) return;
    if (window.endsAt === undefined || window.endsAt <= now) return;
    this.#endsAt = window.endsAt;
    this.#endIsStated = true;
  }

  /** Holds units for the attempt of lease number `sequence`. */
  hold(units: number, sequence: number): void {
    this.#lone = this.held <= TINY ? sequence : 0;
    this.held += units;
  }

  /** Counts units that the attempt of lease number `sequence` used, unless a statement for a later lease has. */
  use(units: number, sequence: number, now: number): void {
    if (units <= 0 || this.#window.kind === 'slots') return;
    this.#expire(now);
    if (this.#window.kind === 'sliding') this.#add(units, now);
    else if (sequence >= this.#sequence) {
      if (this.#window.kind === 'fixed' && now >= this.#endsAt) this.#endsAt = now + this.#window.ms;
      this.#used += units;
    }
  }

  /** Takes over a statement for lease number `sequence`; one for an earlier lease than the latest can only raise what is used. */
  take({ used, limit, window }: Statement, sequence: number, now: number): void {
    const latest = sequence >= this.#sequence;
    if (window.kind === 'slots' || (!latest && window.kind !== this.#window.kind)) return;
    this.#sequence = Math.max(this.#sequence, sequence);
    if (window.kind === 'fixed') {
      this.#takeFixed(used, limit, window, latest, now);
      return;
    }
    if (latest) this.#become(window, limit, now);
    // The provider may have counted another attempt after this one, unless this one was alone.
    const alone = latest && sequence === this.#lone;
    if (window.kind === 'sliding') this.#correct(used, alone, now);
    else this.#set(alone ? used : Math.max(this.used(now), used), now);
  }

  /** An attempt was served: the provider has begun the window too. */
  confirm(now: number): void {
    this.#expire(now);
    if (this.#window.kind === 'fixed' && now < this.#endsAt) this.#confirmed = true;
  }

  /** Returns when units return next; of a window that refills, when it is full. `undefined` if nothing is used. */
  resetAt(now: number): number | undefined {
    if (this.used(now) === 0) return undefined;
    if (this.#window.kind === 'sliding') return this.#uses[0]?.expiresAt;
    return this.#window.kind === 'fixed' ? this.#endsAt : now + Math.ceil(this.#used / this.#perMs);
  }

  /** Absent for more units than the limit has: they never fit. */
  #retry(units: number, limit: number, left: number, now: number): { retryAt?: number } {
    if (units > limit + TINY || this.#window.kind === 'slots') return {};
    if (this.#window.kind === 'fixed') return { retryAt: this.#endsAt };
    if (this.#window.kind === 'refilling') return { retryAt: now + Math.ceil((units - left) / this.#perMs) };
    let free = left;
    for (const use of this.#uses) {
      free += use.units;
      if (free + TINY >= units) return { retryAt: use.expiresAt };
    }
    return {};
  }

  #takeFixed(used: number, limit: number, window: UnitWindow & { kind: 'fixed' }, latest: boolean, now: number): void {
    const inForce = this.#window.kind === 'fixed' && now < this.#endsAt;
    const endsAt = window.endsAt ?? (inForce ? this.#endsAt : now + window.ms);
    const late = Math.min(SAME_WINDOW_MS.most, Math.max(SAME_WINDOW_MS.least, window.ms / 2));
    const same = inForce && (!latest || (this.#endIsStated && Math.abs(endsAt - this.#endsAt) <= late));
    if (!same) this.#become(window, limit, now);
    // Within one window no units come back: a lower number is from a response that was overtaken on its way.
    this.#used = same ? Math.max(this.#used, used) : used;
    if (!same) this.#endsAt = endsAt;
    else if (latest) this.#endsAt = Math.min(this.#endsAt, endsAt);
    this.#endIsStated ||= latest || !inForce;
    this.#confirmed ||= latest || !inForce;
    this.#expire(now);
  }

  /** What the provider counts has the units of attempts in flight, which stay held here. */
  #correct(used: number, alone: boolean, now: number): void {
    const missing = used - this.held - this.used(now);
    if (missing > 0) this.#add(missing, now);
    let surplus = alone ? -missing : 0;
    while (surplus > TINY && this.#uses.length > 0) {
      const oldest = this.#uses[0] as Use;
      const back = Math.min(oldest.units, surplus);
      oldest.units -= back;
      surplus -= back;
      if (oldest.units <= TINY) this.#uses.shift();
    }
  }

  #set(used: number, now: number): void {
    if (this.#window.kind === 'sliding')
      this.#uses = used > 0 ? [{ expiresAt: now + this.#window.ms, units: used }] : [];
    else this.#used = used;
    this.#at = now;
  }

  #add(units: number, now: number): void {
    const { ms } = this.#window as UnitWindow & { kind: 'sliding' };
    const grain = Math.ceil(ms / GRAIN);
    const expiresAt = Math.ceil((now + ms) / grain) * grain;
    const last = this.#uses.at(-1);
    if (last !== undefined && expiresAt <= last.expiresAt) last.units += units;
    else this.#uses.push({ expiresAt, units });
  }

  /** Changes the window; what is used stays used, as far as the new window goes. */
  #become(window: UnitWindow, limit: number, now: number): void {
    const { kind } = this.#window;
    const used = this.used(now);
    this.#window = window;
    this.#perMs = ratesOf(window, limit);
    if (kind === window.kind) return;
    this.#uses = [];
    this.#used = 0;
    this.#endsAt = window.kind === 'fixed' && used > 0 ? now + window.ms : Number.NEGATIVE_INFINITY;
    this.#endIsStated = false;
    this.#confirmed = false;
    if (window.kind !== 'slots') this.#set(used, now);
  }

  #expire(now: number): void {
    if (this.#window.kind === 'sliding') {
      while ((this.#uses[0]?.expiresAt ?? Number.POSITIVE_INFINITY) <= now) this.#uses.shift();
    } else if (this.#window.kind === 'refilling') {
      this.#used = Math.max(0, this.#used - (now - this.#at) * this.#perMs);
      this.#at = now;
    } else if (now >= this.#endsAt) {
      this.#used = 0;
      this.#endsAt = Number.NEGATIVE_INFINITY;
      this.#endIsStated = false;
      this.#confirmed = false;
    }
  }
}

const ratesOf = (window: UnitWindow, limit: number): number => (window.kind === 'refilling' ? limit / window.ms : 0);
