import type { ScopeKind } from '../../contract/quota.js';
import type { Reservation } from '../../ledger/ledger.js';
import type { LogFields } from '../../log.js';
import type { Attempt, Failure, Verdict } from '../../plugin/door/attempt.js';
import { withoutQuotations } from '../../plugin/door/quotations.js';
import { scopeOfClass } from '../../plugin/readers/status.js';
import type { EngineContext } from './context.js';
import { restOf, subjectOf } from './failure/decision.js';

/** What `onError` made of a failure. */
export interface Judgement {
  /** The failure with its final class and what it is about. */
  readonly failure: Failure;
  readonly verdict: Verdict;
}

/** Asks the `onError` hook what a failure means. */
export const judge = ({ hooks }: EngineContext, attempt: Attempt, failure: Failure): Judgement => {
  const verdict = hooks.onError.call(failure, attempt) ?? {};
  const judged = { ...failure, class: verdict.class ?? failure.class };
  return { failure: { ...judged, about: verdict.about ?? subjectOf(judged) }, verdict };
};

/** Returns what cools down after a failure; `undefined` if nothing does. */
export const scopeOf = ({ failure, verdict }: Judgement): ScopeKind | undefined =>
  verdict.scope ?? scopeOfClass(failure.class);

/**
 * Tells the ledger about a failure and starts a cooldown if the verdict asks for one. `hasHead`: the provider answered.
 * Returns when the cooldown ends, epoch ms, or `undefined` without one.
 */
export const enforce = (
  { ledger, log }: EngineContext,
  attempt: Attempt,
  reservation: Reservation,
  judgement: Judgement,
  hasHead: boolean,
): number | undefined => {
  const { failure, verdict } = judgement;
  if (hasHead) {
    ledger.observe(reservation, verdict.signals ?? [], false);
    ledger.refused(reservation);
  }
  const scope = scopeOf(judgement);
  if (scope === undefined) return undefined;
  const hint = verdict.until ?? failure.retryAt;
  const until = ledger.coolDown(reservation, scope, { class: failure.class, reason: reasonOf(failure), until: hint });
  const warning = warningAbout(failure, attempt, scope, until);
  if (warning !== undefined) log[warning.level](warning.text, warning.fields);
  return until;
};

/** Returns a judgement after which nothing cools down: the target is asked again with a repaired request. */
export const withoutCooldown = ({ failure, verdict }: Judgement): Judgement => ({
  failure: { ...failure, class: 'bad_request' },
  verdict: { signals: verdict.signals },
});

interface Warning {
  readonly level: 'warn' | 'error';
  readonly text: string;
  readonly fields: LogFields;
}

/** Failures that only a person can fix. */
const warningAbout = (
  failure: Failure,
  { requestId, target }: Attempt,
  scope: ScopeKind,
  until: number | undefined,
): Warning | undefined => {
  const { class: failureClass, status } = failure;
  if (failureClass !== 'auth' && failureClass !== 'not_found') return undefined;
  const details = `${status ?? 'no status'}: ${withoutQuotations(failure.message)}`;
  const isKey = failureClass === 'auth';
  const { key } = target;
  const refusedKey = key === undefined ? 'its key' : `its key "${key}"`;
  const refusedAccount = key === undefined ? 'the account' : `the account of its key "${key}"`;
  const what = isKey
    ? `${target.provider} refused ${failure.about === 'account' ? refusedAccount : refusedKey}`
    : `${target.id} is unknown to its provider`;
  const rest = restOf(failure, { target: target.id, provider: target.provider }, { scope, until });
  return {
    level: isKey ? 'error' : 'warn',
    text: `${what} (${details}). ${rest.charAt(0).toUpperCase()}${rest.slice(1)}.`,
    fields: { requestId, target: target.id, status },
  };
};

/** Describes a failure in plain words, for cooldowns. They outlive the request, so they must not quote it. */
const reasonOf = ({ class: failureClass, status, message }: Failure): string =>
  `${failureClass}${status === undefined ? '' : ` (${status})`}: ${withoutQuotations(message)}`;
