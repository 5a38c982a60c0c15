import type { Signal } from '../../contract/quota.js';
import type { CoolDown } from '../ledger.js';
import type { Quota } from './quota.js';
import type { HeldReservation } from './reservation.js';
import type { Scope } from './scope.js';

/** Hears what a ledger counts and learns, so that other processes can count it too. */
export interface Witness {
  /** An attempt has really used `used` units of what it held. */
  charged(held: HeldReservation, quota: Quota, used: number): void;
  /** A response stated something about a quota. `includesThis`: what the attempt held of it is free again. */
  stated(held: HeldReservation, scope: Scope, quota: Quota, signal: Signal, includesThis: boolean): void;
  /** An attempt was served, and a scope no longer doubts that a cooldown is over. */
  recovered(held: HeldReservation, scope: Scope): void;
  /** A scope cools down until then, epoch ms. */
  cooled(scope: Scope, coolDown: CoolDown, until: number): void;
  /** A scope may have learned a limit. */
  learned(scope: Scope): void;
  /** An attempt holds nothing any more. */
  closed(held: HeldReservation): void;
}
