import type { UnitWindow } from '../../plugin/door/unit-store.js';

/** What a response stated about a quota, and what the ledger knows about the attempt that it answers. Times are epoch ms. */
export interface Observation {
  /** Units left. */
  readonly remaining: number;
  readonly limit: number | undefined;
  readonly resetAt: number | undefined;
  /** Units come back bit by bit; at `resetAt` all of them are back. */
  readonly refills: boolean;
  /** When the attempt was sent, and when its response arrived. */
  readonly sentAt: number;
  readonly at: number;
  /** The provider did not refuse the attempt. */
  readonly accepted: boolean;
  /** No response to a later dispatch was observed before. Responses overtake each other. */
  readonly latest: boolean;
  /** No other attempt was in flight from the dispatch to the response, so that the response cannot be out of date. */
  readonly alone: boolean;
  /** Units held by attempts in flight, this one included. */
  readonly inFlight: number;
}

/**
 * How the units of a quota come back with time. Times are epoch ms. Units in flight are not the window's concern: the
 * quota keeps them.
 */
export interface Window {
  readonly limit: number | undefined;
  /** It counts own uses one by one. Other windows rely on what the provider states. */
  readonly countsUses: boolean;
  /** All units return in one moment, so that uses until then delay no one. */
  readonly resetsAtOnce: boolean;
  /** It began by the clock alone: no response has confirmed yet that the provider agrees. */
  readonly unconfirmed: boolean;
  /** While it is unconfirmed: units that were left before, and are left even if the provider does not agree. Default: none. */
  readonly assured?: number;
  /** Returns the units left at `now`; negative when more was used than there was. */
  left(now: number): number;
  /** Returns when `units` are left if nothing more is used; `Infinity` for never. Call it only while fewer are left. */
  freeAt(units: number, now: number): number;
  /** Counts `units` that an attempt used, which ended at `at`. */
  use(units: number, at: number): void;
  /** Returns when the window is full again; `undefined` when that is unknown. */
  resetAt(now: number): number | undefined;
  /** An attempt was served: the provider agrees that the window has begun. */
  confirm(now: number): void;
  /** Takes over a limit that is known without what is left of it. Returns the window that holds from now on. */
  declare(limit: number): Window;
  /** Takes over a response. Returns the window that holds from now on; `undefined` when it describes another kind of window. */
  observe(observation: Observation): Window | undefined;
  /** Returns how units return, for other processes that count the same limit. */
  shape(now: number): UnitWindow;
  /** Multiplies the limit and all that is counted, when a limit is divided among processes. */
  scale(factor: number): void;
  /** Returns what `reviveWindow` takes, with `held` units counted as used; `undefined` when there is nothing to keep. */
  snapshot(held: number, now: number): WindowSnapshot | undefined;
}

/** Returns `value * factor`; a whole number if it is one but for rounding. */
export const scaled = (value: number, factor: number): number => {
  const exact = value * factor;
  const whole = Math.round(exact);
  return Math.abs(exact - whole) < 1e-6 ? whole : exact;
};

/** Where neither a header nor a table names the length of a window: the most common one. */
export const UNNAMED_WINDOW_MS = 60_000;

/** A window as plain data. */
export type WindowSnapshot =
  | {
      readonly kind: 'sliding';
      readonly limit: number;
      readonly uses: readonly (readonly [expiresAt: number, units: number])[];
    }
  | {
      readonly kind: 'fixed';
      readonly limit: number | null;
      /** Null: without bound. */
      readonly remaining: number | null;
      readonly resetAt: number;
    }
  | {
      readonly kind: 'calendar';
      readonly limit: number;
      readonly used: number;
      /** The part of `used` that the provider may count in the next window. */
      readonly late: number;
      readonly endsAt: number;
    }
  | {
      readonly kind: 'refilling';
      readonly limit: number;
      readonly level: number;
      readonly perMs: number;
      readonly at: number;
    };
