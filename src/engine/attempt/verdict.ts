import type { Reservation } from '../../ledger/ledger.js';
import type { LogFields } from '../../log.js';
import type { Attempt, Failure, Verdict } from '../../plugin/door/attempt.js';
import type { EngineContext } from './context.js';
import { scopeOfClass } from './failure.js';

/** What `onError` made of a failure. */
export interface Judgement {
  /** The failure with its final class. */
  readonly failure: Failure;
  readonly verdict: Verdict;
}

/** Asks the `onError` hook what a failure means. */
export const judge = ({ hooks }: EngineContext, attempt: Attempt, failure: Failure): Judgement => {
  const verdict = hooks.onError.call(failure, attempt) ?? {};
  return { failure: { ...failure, class: verdict.class ?? failure.class }, verdict };
};

/**
 * Tells the ledger about a failure and starts a cooldown if the verdict asks for one. `hasHead`: the provider answered.
 * Returns when the cooldown ends, epoch ms, or `undefined` without one.
 */
export const enforce = (
  { ledger, log }: EngineContext,
  attempt: Attempt,
  reservation: Reservation,
  { failure, verdict }: Judgement,
  hasHead: boolean,
): number | undefined => {
  if (hasHead) {
    ledger.observe(reservation, verdict.signals ?? [], false);
    ledger.refused(reservation);
  }
  const scope = verdict.scope ?? scopeOfClass(failure.class);
  if (scope === undefined) return undefined;
  const warning = warningAbout(failure, attempt);
  if (warning !== undefined) log[warning.level](warning.text, warning.fields);
  const until = verdict.until ?? failure.retryAt;
  return ledger.coolDown(reservation, scope, { class: failure.class, reason: reasonOf(failure), until });
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
const warningAbout = (failure: Failure, { requestId, target }: Attempt): Warning | undefined => {
  const { class: failureClass, status, message } = failure;
  const details = `${status ?? 'no status'}: ${message}`;
  const fields = { requestId, target: target.id, status };
  if (failureClass === 'auth') {
    const next = 'It gets no more requests until its configuration changes or 429chain restarts.';
    return { level: 'error', text: `${target.provider} refused its key (${details}). ${next}`, fields };
  }
  if (failureClass !== 'not_found') return undefined;
  const text = `${target.id} is unknown to its provider (${details}). 429chain tries it again in an hour.`;
  return { level: 'warn', text, fields };
};

/** Describes a failure in plain words, for cooldowns. */
const reasonOf = ({ class: failureClass, status, message }: Failure): string =>
  `${failureClass}${status === undefined ? '' : ` (${status})`}: ${message}`;
