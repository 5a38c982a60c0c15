import type { PreviewResult, Reservation, SteadyRefusals } from '../../ledger/ledger.js';
import type { Repair } from '../../plugin/door/attempt.js';
import type { AttemptResult } from '../attempt/result.js';
import type { PreparedTarget } from '../target.js';
import type { Denied, Refused } from './outcome.js';

/** Room at one target, held already. */
export interface Grant {
  readonly target: PreparedTarget;
  readonly reservation: Reservation;
}

/** Hold room at the first of these targets that has some, if no hook denies it. */
export interface Reserve {
  readonly do: 'reserve';
  readonly targets: readonly PreparedTarget[];
  /** Our own caution with targets whose limits are unknown is no reason to refuse. */
  readonly skipProbation: boolean;
}

export interface ReserveReply {
  readonly granted?: Grant | undefined;
  /**
   * What kept back each target before the granted one, in order. Without a grant: up to the target that a hook denied, or
   * for every target.
   */
  readonly kept: readonly (Denied | Refused)[];
  /** How long the first refusals in `kept` hold for every request. */
  readonly steady?: SteadyRefusals | undefined;
}

/** Find out what keeps these targets back, up to the first that has room. Holds nothing. */
interface Preview {
  readonly do: 'preview';
  readonly targets: readonly PreparedTarget[];
}

/** Send the request to the target. The reply is never a cancellation: then the walk is over. */
export interface AttemptCommand {
  readonly do: 'attempt';
  readonly grant: Grant;
  /** Changes to the request that the target is not known to need yet. */
  readonly repairs: readonly Repair[];
}

/** Wait until one of these targets has room, the first in this order going first. */
export interface Wait {
  readonly do: 'wait';
  readonly targets: readonly PreparedTarget[];
  readonly ms: number;
  /** This request must not ask the target before then, epoch ms. */
  readonly notBefore: (target: PreparedTarget) => number | undefined;
}

/** `late`: nothing came free in time. `full`: too many requests wait already. */
export type WaitReply =
  | { readonly kind: 'granted'; readonly grant: Grant }
  | { readonly kind: 'denied'; readonly outcome: Denied }
  | { readonly kind: 'late' }
  | { readonly kind: 'full' };

/** What a walk asks its driver for. The walk itself sends nothing, holds nothing and waits for nothing. */
export type Command = Reserve | Preview | AttemptCommand | Wait;

/** The reply that each command gets. */
export interface Replies {
  readonly reserve: ReserveReply;
  readonly preview: PreviewResult;
  readonly attempt: AttemptResult;
  readonly wait: WaitReply;
}

export type Reply = Replies[keyof Replies];

/** A step of a walk: yields commands, receives the reply that `Replies` has for each, and returns `T`. */
export type Steps<T> = Generator<Command, T, Reply>;
