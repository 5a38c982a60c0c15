import type { Reservation } from '../../ledger/ledger.js';
import type { Attempt, Repair, ResponseHead } from '../../plugin/index.js';
import type { ResumableRequest } from '../resume/resumable-request.js';
import type { PreparedTarget } from '../target.js';
import type { Exchange } from './exchange.js';
import type { ExchangeGuard } from './exchange-guard.js';
import type { OutgoingRequest } from './outgoing-request.js';
import type { Relay } from './surface-answer.js';

/** One attempt: a request, the target it goes to, and the units that the ledger holds for it. */
export interface AttemptOrder {
  readonly request: ResumableRequest;
  readonly target: PreparedTarget;
  readonly attempt: Attempt;
  readonly reservation: Reservation;
  /** Changes to the request beyond those that the target is already known to need. */
  readonly repairs: readonly Repair[];
}

export interface Sent {
  readonly exchange: Exchange;
  readonly guard: ExchangeGuard;
  readonly outgoing: OutgoingRequest;
}

export interface Answering extends Sent {
  readonly head: ResponseHead;
}

/** How far an attempt is. */
export type OpenPhase =
  | { readonly phase: 'preparing' }
  /** There is no response yet. */
  | ({ readonly phase: 'sending' } & Sent)
  /** Status and headers are there. */
  | ({ readonly phase: 'answering' } & Answering)
  | ({ readonly phase: 'streaming'; readonly relay: Relay } & Answering);
