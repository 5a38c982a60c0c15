import type { Signal } from '../../contract/quota.js';
import { durationOf } from '../../plugin/readers/headers/headers.js';
import type { CoolDown, Reservation } from '../ledger.js';
import { HeldReservation } from './reservation.js';
import type { Scope } from './scope.js';

/** A hint may be this much longer than the window that it is about: clocks disagree, and seconds are rounded. */
const ROUNDED_MS = 10_000;

/** Returns how long to wait, as the provider stated; `undefined` if it stated no time, or one that is over. */
export const hintOf = ({ until }: CoolDown, { longestWaitMs }: HeldReservation, now: number): number | undefined => {
  if (until === undefined || !(until > now)) return undefined;
  return until - now > longestWaitMs + ROUNDED_MS ? longestWaitMs : until - now;
};

/** Returns the length of the window in ms; `undefined` if the signal names none. */
export const windowOf = ({ window }: Signal): number | undefined =>
  (window === undefined ? undefined : durationOf(window)) || undefined;

export const heldOf = (reservation: Reservation): HeldReservation => {
  if (reservation instanceof HeldReservation) return reservation;
  throw new Error('The reservation was not made by this ledger.');
};

/** Returns the scope of a kind; the account for a pool or a key where the target has none. */
export const scopeOf = (scopes: readonly Scope[], kind: Scope['kind']): Scope =>
  scopes.find((scope) => scope.kind === kind) ?? (scopes.at(-1) as Scope);
