import type { Surface } from '../../plugin/door/surface.js';
import type { AttemptRecord, Failure, Repair, Signal } from '../../plugin/index.js';
import { NoOverlap } from '../causes.js';
import type { ChainRequest } from '../request.js';
import { learnFrom } from '../surfaces/learn.js';
import type { EngineContext } from './context.js';
import { decisionOf } from './failure/decision.js';
import { failureOf } from './failure/failure.js';
import { learnLack } from './learn-lack.js';
import type { AttemptOrder, Progress, Sent } from './progress.js';
import { proposeRepairs } from './repair-proposals.js';
import { permitted } from './request/surface-request.js';
import type { FailedResult } from './result.js';
import { enforce, type Judgement, judge, scopeOf, withoutCooldown } from './verdict.js';

interface Seen {
  readonly progress: Progress;
  readonly cause: Error;
  /** The caller has nothing of the answer, so that another form of the request may be sent. */
  readonly repairable: boolean;
  /** The limits that the response stated in its head. */
  readonly signals: readonly Signal[];
}

/** What came of a failed attempt. */
type Failed = Omit<FailedResult, 'kind' | 'record'> & {
  /** What came of the failure, in plain words. */
  readonly decision: string;
  /** The limits that the response stated in its head and its body. */
  readonly signals: readonly Signal[];
};

/** Judges a failure, and makes the ledger and what is known of the target follow from it. */
export const failAttempt = (context: EngineContext, order: AttemptOrder, seen: Seen): Failed => {
  const { progress, cause, repairable, signals } = seen;
  const { sent, head } = progress;
  const { attempt, request, reservation, target } = order;
  const first = failureOf(cause, head, context.clock.now(), target.secrets);
  // Neither a caller who left nor a continuation without overlap says anything about the target.
  if (first.class === 'cancelled' || cause instanceof NoOverlap) {
    if (cause instanceof NoOverlap) context.ledger.served(reservation);
    return { failure: first, repairs: [], decision: decisionOf(first, target.scopes, {}), signals };
  }
  const judgement = judge(context, attempt, first);
  const { failure, verdict } = judgement;
  const repairs = repairable && sent !== undefined ? repairsFor(context, order, judgement, sent) : [];
  const lacks = repairs.length === 0 ? learnLack(verdict, target, request.body) : undefined;
  // Nothing cools down while another form of the request may be accepted, nor if nothing was sent.
  const surface = surfaceOf(request, sent);
  const isMissing = learnFrom(failure, surface, request.body, target);
  const keepsRule = failure.class === 'not_found' && sent?.outgoing.restricted === true;
  const isEvidence = sent !== undefined && repairs.length === 0 && !isMissing && !keepsRule;
  const enforced = isEvidence ? judgement : withoutCooldown(judgement);
  const restsUntil = enforce(context, attempt, reservation, enforced, head !== undefined);
  const decision = decisionOf(failure, target.scopes, {
    scope: scopeOf(judgement),
    until: restsUntil,
    repaired: repairs.length > 0,
    missing: isMissing ? surface?.name : undefined,
    limits: verdict.signals ?? signals.filter(({ remaining }) => remaining === 0),
  });
  return { failure, restsUntil, repairs, lacks, decision, signals: [...signals, ...(verdict.signals ?? [])] };
};

/** Returns the endpoint that the target was asked at; `undefined` for chat, and if it was not asked. */
export const surfaceOf = ({ surface }: ChainRequest, sent: Sent | undefined): Surface | undefined =>
  sent === undefined || sent.outgoing.text?.overChat === true ? undefined : surface;

const repairsFor = (
  { estimates, ledger }: EngineContext,
  { request, target, repairs }: AttemptOrder,
  judgement: Judgement,
  { outgoing }: Sent,
): readonly Repair[] => {
  const { size, surface } = request;
  const others = ledger.inFlight(target.id) - 1;
  const proposed = proposeRepairs({ judgement, outgoing, target, size, tried: repairs, others, estimates });
  return permitted(proposed, surface, outgoing.openAiBody);
};

/** Returns the record of an attempt with its failure. It is kept without the body, which may repeat prompts and keys. */
export const recordOfFailure = (
  { attempt, durationMs, adapted }: AttemptRecord,
  { class: failureClass, status, message, retryAt, at }: Failure,
  decision: string,
  signals: readonly Signal[],
): AttemptRecord => ({
  attempt,
  durationMs,
  outcome: 'failed',
  failure: { class: failureClass, status, message, retryAt, at },
  decision,
  signals,
  adapted,
});
