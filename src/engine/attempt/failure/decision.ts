import type { FailureClass, FailureSubject, ScopeKind, Signal } from '../../../contract/quota.js';
import type { TargetScopes } from '../../../ledger/ledger.js';
import type { Failure } from '../../../plugin/door/attempt.js';
import { CallerGone, isCancelled, isTimeout, NoOverlap, NotAdaptable } from '../../causes.js';
import { spanText } from './span-text.js';

/** What a failure of a class is about if the verdict does not say. */
const SUBJECTS: Readonly<Record<FailureClass, FailureSubject>> = {
  rate_limit: 'limit',
  quota: 'limit',
  auth: 'key',
  not_found: 'model',
  overloaded: 'capacity',
  server_error: 'connection',
  too_large: 'request',
  bad_request: 'request',
  moderation: 'content',
  cancelled: 'connection',
};

const PAYMENT_REQUIRED = 402;

/** Returns what a failure is usually about. */
export const subjectOf = ({ class: failureClass, status }: Pick<Failure, 'class' | 'status'>): FailureSubject =>
  failureClass === 'quota' && status === PAYMENT_REQUIRED ? 'money' : SUBJECTS[failureClass];

const ABOUT: Readonly<Record<FailureSubject, string>> = {
  key: 'about the key',
  account: 'about the account',
  money: "about the account's credit",
  model: 'about this model',
  limit: 'about a limit',
  capacity: "about the provider's capacity",
  request: 'about the request',
  content: 'about the content',
  connection: 'from the provider',
};

/** What it means that nothing cools down. */
const WITHOUT_REST: Partial<Readonly<Record<FailureClass, string>>> = {
  overloaded: 'nothing cools down yet',
  server_error: 'nothing cools down yet',
  bad_request: 'nothing cools down, other targets may accept it',
  too_large: 'nothing cools down, a target with more room may accept it',
};

/** With these statuses, the whole account is the usual suspect. */
const ACCOUNT_STATUSES: ReadonlySet<number | undefined> = new Set([401, 402, 403]);

const UNITS: Readonly<Record<string, string>> = {
  '1s': 'second',
  '1m': 'minute',
  '1h': 'hour',
  '1d': 'day',
  '7d': 'week',
};
const MOST_LIMITS = 2;
/** A key that worked before rests so briefly after its first refusal. */
const SOON_MS = 5_000;

/** What 429chain does after a failure. */
export interface Consequence {
  /** What rests until `until`. */
  readonly scope?: ScopeKind | undefined;
  /** Epoch ms; absent if nothing cools down. */
  readonly until?: number | undefined;
  /** The same target gets a repaired request. */
  readonly repaired?: boolean;
  /** The endpoint that the target turned out not to have. */
  readonly missing?: string | undefined;
  /** The limits that the refusal names. */
  readonly limits?: readonly Signal[] | undefined;
}

/**
 * Describes a failure and its consequence in one sentence, without words of the provider: `403 about this model: the target
 * cools down for 1h, the account does not`. The one place for these words.
 */
export const decisionOf = (failure: Failure, scopes: TargetScopes, consequence: Consequence): string =>
  `${headOf(failure, consequence.limits ?? [])}: ${restOf(failure, scopes, consequence)}`;

/** Describes what rests, and for how long. */
export const restOf = (
  failure: Failure,
  scopes: TargetScopes,
  { scope, until, repaired, missing }: Consequence,
): string => {
  if (repaired) return 'nothing cools down, a repaired request follows';
  if (missing !== undefined) return `only its endpoint for ${missing} is skipped, for an hour at most`;
  if (failure.cause instanceof NoOverlap) return 'nothing cools down';
  if (scope === undefined || until === undefined) return WITHOUT_REST[failure.class] ?? 'nothing cools down';
  const span = Number.isFinite(until) ? `for ${spanText(until - failure.at)}` : 'until its configuration changes';
  return `${nameOf(scope, scopes)} cools down ${span}${additionOf(failure, scope, until)}`;
};

const additionOf = ({ class: failureClass, status, at }: Failure, scope: ScopeKind, until: number): string => {
  if (scope === 'target' && ACCOUNT_STATUSES.has(status)) return ', the account does not';
  return failureClass === 'auth' && until - at <= SOON_MS ? ', then the key is tried again' : '';
};

const nameOf = (scope: ScopeKind, { pool }: TargetScopes): string => {
  if (scope === 'target') return 'the target';
  return scope === 'pool' && pool !== undefined ? `the pool ${pool}` : 'the whole account';
};

const headOf = (failure: Failure, limits: readonly Signal[]): string => {
  const { status, cause } = failure;
  if (cause instanceof Error) return headOfCause(failure, cause);
  const about = `${ABOUT[failure.about ?? subjectOf(failure)]}${failure.about === 'limit' ? namesOf(limits) : ''}`;
  if (status === undefined) return `No response, ${about}`;
  return status < 300 ? `An error inside the answer, ${about}` : `${status} ${about}`;
};

const headOfCause = ({ status }: Failure, cause: Error): string => {
  if (cause instanceof CallerGone) return 'The client disconnected';
  if (isCancelled(cause)) return 'The request was cancelled';
  if (isTimeout(cause)) return 'No answer in time';
  if (cause instanceof NoOverlap) return 'The answer does not continue the text that the client has';
  if (cause instanceof NotAdaptable) return "Not sent, the provider's API cannot express the request";
  return status === undefined ? 'No response' : 'No complete answer';
};

const namesOf = (limits: readonly Signal[]): string => {
  const names = limits.slice(0, MOST_LIMITS).map(({ dimension, window }) => nameOfLimit(dimension, window));
  return names.length === 0 ? '' : ` (${[...new Set(names)].join(', ')})`;
};

const nameOfLimit = (dimension: Signal['dimension'], window: string | undefined): string => {
  if (dimension === 'concurrent') return 'concurrent requests';
  const units = dimension.replace('_', ' ');
  return window === undefined ? units : `${units} per ${UNITS[window] ?? window}`;
};
