import type { AttemptRecord, ResponseHead, Signal } from '../../plugin/index.js';
import { Charge } from './charge.js';
import { Deadline } from './connection/deadline.js';
import type { Exchange } from './connection/exchange.js';
import type { EngineContext } from './context.js';
import { failAttempt, recordOfFailure, surfaceOf } from './failed-attempt.js';
import type { AttemptOrder, Progress, Sent } from './progress.js';
import { countsBound } from './request/answer-bound.js';
import type { OutgoingRequest } from './request/outgoing-request.js';
import type { FailedResult } from './result.js';
import type { Relay } from './surface-answer.js';

const NO_SIGNALS: readonly Signal[] = [];
const NO_CHANGES: readonly string[] = [];

/** What an attempt holds until it is over: its exchange, its time limits, and the reservation. */
export class OpenAttempt implements Progress {
  readonly context: EngineContext;
  readonly order: AttemptOrder;
  readonly charge: Charge;
  sent: Sent | undefined;
  head: ResponseHead | undefined;
  relay: Relay | undefined;
  readonly #startedAt: number;
  #deadline: Deadline | undefined;
  #stopWatching: (() => void) | undefined;
  #signals: readonly Signal[] = NO_SIGNALS;
  #isOver = false;

  constructor(context: EngineContext, order: AttemptOrder) {
    this.context = context;
    this.order = order;
    this.charge = new Charge(context.estimates, order);
    this.#startedAt = context.clock.monotonic();
  }

  get deadline(): Deadline {
    return this.#deadline as Deadline;
  }

  /** The bound to send for each choice; `undefined` where the provider does not count it beforehand. */
  get countedBound(): number | undefined {
    const { request, target, repairs } = this.order;
    if (!countsBound(target, repairs)) return undefined;
    const { estimates, ledger } = this.context;
    return estimates.boundToSend(target.id, request.size, ledger.tokenRoom(target.id));
  }

  /** The request is about to be sent. From now on it is aborted when a time limit expires or the caller leaves. */
  begin(exchange: Exchange, outgoing: OutgoingRequest): void {
    const { target, request } = this.order;
    const abort = (cause: Error): void => exchange.abort(cause);
    this.sent = { exchange, outgoing };
    this.#deadline = new Deadline(target.timeouts, abort);
    this.#stopWatching = request.caller.onLeave(abort);
  }

  /** Status and headers have come. */
  answered(head: ResponseHead): void {
    this.head = head;
    const { hooks, ledger } = this.context;
    const { attempt, reservation } = this.order;
    if (hooks.onRateLimitHeaders.taps.length > 0) {
      this.#signals = hooks.onRateLimitHeaders.call(head, attempt) ?? NO_SIGNALS;
    }
    // They count even if the caller leaves before the body has come.
    ledger.observe(reservation, this.#signals, head.status < 300);
  }

  /** The response is an answer, or the beginning of one. */
  served(): void {
    const { target, reservation, request } = this.order;
    this.context.ledger.served(reservation);
    const surface = surfaceOf(request, this.sent);
    if (surface !== undefined) target.endpoints.answered(surface.name);
  }

  end(): void {
    if (this.#isOver) throw new Error('The attempt is already over.');
    this.#isOver = true;
    this.#deadline?.clear();
    this.#stopWatching?.();
  }

  /** @param repairable the caller has nothing of the answer, so that another form of the request may be sent */
  fail(cause: Error, repairable = false): FailedResult {
    this.end();
    this.sent?.exchange.abort(cause);
    const seen = { progress: this, cause, repairable, signals: this.#signals };
    const { decision, signals, ...failed } = failAttempt(this.context, this.order, seen);
    this.charge.failed(this);
    return { kind: 'failed', ...failed, record: recordOfFailure(this.record(), failed.failure, decision, signals) };
  }

  record(): AttemptRecord {
    return {
      attempt: this.order.attempt,
      durationMs: this.context.clock.monotonic() - this.#startedAt,
      outcome: 'served',
      signals: this.#signals,
      adapted: this.sent?.outgoing.changes ?? NO_CHANGES,
    };
  }
}
