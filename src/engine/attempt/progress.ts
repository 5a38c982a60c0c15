import type { Reservation } from '../../ledger/ledger.js';
import type { Attempt, Repair, ResponseHead } from '../../plugin/index.js';
import type { ResumableRequest } from '../resume/resumable-request.js';
import type { PreparedTarget } from '../target.js';
import type { Exchange } from './connection/exchange.js';
import type { OutgoingRequest } from './request/outgoing-request.js';
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

/** The exchange of an attempt, and the request that it sends. */
export interface Sent {
  readonly exchange: Exchange;
  readonly outgoing: OutgoingRequest;
}

/** How far an attempt is. */
export interface Progress {
  /** Absent while the request is prepared. */
  readonly sent: Sent | undefined;
  /** Status and headers of the response, once they are there. */
  readonly head: ResponseHead | undefined;
  /** Set once the answer is read as a stream. */
  readonly relay: Relay | undefined;
}
