import type { Dimension, Duration, FailureClass, FailureSubject, ScopeKind, Signal } from '../../contract/quota.js';
import type { Failure, Repair, Verdict } from '../door/attempt.js';
import { boundRepairs } from './bound-repairs.js';
import { type ErrorFacts, errorField, readErrorBody } from './error-body.js';
import { signalsInBody, statedLimits, structuredRetryAt } from './error-limits.js';
import { durationOf, headerOf, parseResetTime } from './headers.js';
import { parseWait, type StatedLimit } from './prose.js';
import { type HeaderMeanings, readRateLimitHeaders } from './rate-limit-headers.js';
import { classOfStatus } from './status.js';

/** A rule that says what some failures mean. Every condition that is given must hold. */
export interface ErrorRule {
  /** The HTTP status is one of these. For an error inside an answer: the status that the error states, else 200. */
  readonly status?: readonly number[];
  /** One of the body's codes is one of these, or matches. */
  readonly code?: readonly string[] | RegExp;
  /** The message matches. Keep the pattern narrow, because messages may quote the prompt. */
  readonly says?: RegExp;
  /** The error has one of these fields. */
  readonly has?: readonly string[];
  /** The body is not JSON. */
  readonly plainText?: true;

  /** Default: the class of the status. A `rate_limit` of a day or longer becomes `quota`. */
  readonly class?: FailureClass;
  /** What the failure is about. Default: what the class is usually about. */
  readonly about?: FailureSubject;
  /** What cools down. Default: depends on the class. */
  readonly scope?: ScopeKind;
  /** The quota that is exhausted, if no known sentence of the message states it. */
  readonly spent?: { readonly dimension: Dimension; readonly window?: Duration };
  /** The documented reset of the exhausted quota, epoch ms. It overrides every hint. */
  readonly resets?: (at: number) => number;
  /** The quotas that the response states refill continuously. */
  readonly refills?: true;
  /** How to change the request so that the provider accepts it. */
  readonly repairs?: readonly Repair[];
  /** What the provider means, for people who read the rules. */
  readonly why: string;
}

const DAY_MS = 86_400_000;

/** The classes that end by waiting. For others, hints of when to retry mean nothing. */
const WAITING: ReadonlySet<FailureClass> = new Set(['rate_limit', 'quota', 'overloaded', 'server_error']);
const SCOPES: Partial<Readonly<Record<FailureClass, ScopeKind>>> = {
  rate_limit: 'target',
  quota: 'target',
  auth: 'provider',
  not_found: 'target',
  overloaded: 'target',
  server_error: 'target',
};

/**
 * The verdict on a failure, by the first rule that holds. Limits and waits in body and headers are read independent of the
 * rule: a request larger than the limit is `too_large`, a limit of 0 is a `quota` that never resets.
 * @param meanings the windows of headers that name none
 * @returns `undefined` if no rule holds or if there was no response
 */
export const readFailure = (
  failure: Failure,
  rules: readonly ErrorRule[],
  meanings: HeaderMeanings = {},
): Verdict | undefined => {
  if (failure.status === undefined || failure.class === 'cancelled') return undefined;
  const facts = readErrorBody(failure.body ?? failure.message);
  const status = failure.status < 400 ? (facts.status ?? failure.status) : failure.status;
  const rule = rules.find((each) => holds(each, facts, status));
  if (rule === undefined) return undefined;

  const limits = statedLimits(facts);
  const heard =
    failure.head === undefined ? [] : (readRateLimitHeaders(failure.head, meaningsOf(rule, meanings)) ?? []);
  const told = [...signalsInBody(facts, failure.at, meaningsOf(rule, meanings)), ...heard];
  const signals = signalsOf(limits, rule, told);
  const base =
    rule.class ?? (failure.status < 400 && facts.status === undefined ? failure.class : classOfStatus(status));
  // If the body names the exhausted quota, the headers describe others.
  const named =
    signals.length > 0 || base !== 'rate_limit' ? signals : heard.filter(({ remaining }) => remaining === 0);
  const failureClass = classOf(base, limits, named);
  const scope = rule.scope ?? SCOPES[failureClass];
  const until = WAITING.has(failureClass) ? untilOf(failure, facts, rule, failureClass, named) : undefined;
  const repairs = rule.repairs ?? boundRepairs(facts);
  return {
    class: failureClass,
    ...(rule.about === undefined ? {} : { about: rule.about }),
    ...(scope === undefined ? {} : { scope }),
    ...(until === undefined ? {} : { until }),
    ...(signals.length === 0 ? {} : { signals }),
    ...(repairs.length === 0 ? {} : { repairs }),
  };
};

const holds = (rule: ErrorRule, facts: ErrorFacts, status: number): boolean =>
  (rule.status === undefined || rule.status.includes(status)) &&
  (rule.code === undefined || facts.codes.some(matches(rule.code))) &&
  (rule.says === undefined || rule.says.test(facts.message)) &&
  (rule.has === undefined || rule.has.some((key) => errorField(facts, key) !== undefined)) &&
  (rule.plainText === undefined || facts.plainText);

const matches = (code: readonly string[] | RegExp) =>
  code instanceof RegExp ? (name: string) => code.test(name) : (name: string) => code.includes(name);

const meaningsOf = ({ spent }: ErrorRule, meanings: HeaderMeanings): HeaderMeanings =>
  spent?.window === undefined ? meanings : { ...meanings, requests: { window: spent.window } };

/** The limits that the body states, each completed with what the headers state about the same quota. */
const signalsOf = (limits: readonly StatedLimit[], rule: ErrorRule, told: readonly Signal[]): Signal[] => {
  const { spent, scope, refills } = rule;
  const stated = limits.map(({ requested, ...limit }): Signal => limit);
  const known =
    spent === undefined || stated.some((each) => isOf(each, spent)) ? stated : [...stated, { ...spent, remaining: 0 }];
  return known.map((signal): Signal => {
    const { limit, remaining, resetAt } = told.find((each) => isOf(each, signal)) ?? {};
    return {
      ...signal,
      limit: signal.limit ?? limit,
      remaining: signal.remaining ?? remaining,
      resetAt,
      ...(scope === undefined || scope === 'target' ? {} : { scope }),
      ...(refills === undefined ? {} : { refills }),
    };
  });
};

const isOf = (one: Pick<Signal, 'dimension' | 'window'>, other: Pick<Signal, 'dimension' | 'window'>): boolean =>
  one.dimension === other.dimension && one.window === other.window;

const classOf = (base: FailureClass, limits: readonly StatedLimit[], named: readonly Signal[]): FailureClass => {
  if (limits.some(({ requested = 0, limit = Number.POSITIVE_INFINITY }) => requested > limit)) return 'too_large';
  // Groq sends 413 for an exhausted day too: then the sentence says how much was left.
  const spentAfterAll =
    base === 'too_large' &&
    limits.some(({ requested, remaining }) => requested !== undefined && remaining !== undefined);
  if (base !== 'rate_limit' && !spentAfterAll) return base;
  return isNever(named) || named.some((signal) => spanOf(signal) >= DAY_MS) ? 'quota' : 'rate_limit';
};

/** A limit of 0 means that the plan never allows this model. */
const isNever = (named: readonly Signal[]): boolean => named.some(({ limit }) => limit === 0);

const spanOf = ({ window }: Pick<Signal, 'window'>): number => (window === undefined ? 0 : (durationOf(window) ?? 0));

const untilOf = (
  failure: Failure,
  facts: ErrorFacts,
  rule: ErrorRule,
  failureClass: FailureClass,
  named: readonly Signal[],
): number | undefined => {
  if (failureClass === 'quota' && isNever(named)) return Number.POSITIVE_INFINITY;
  const { at, head, retryAt } = failure;
  const wait = parseWait(facts.message);
  // In order of trust. A hint that lies in the past is none.
  const hints = [
    rule.resets?.(at),
    retryAt,
    structuredRetryAt(facts, at),
    wait === undefined ? undefined : at + wait,
    resetOf(named, at),
    // Together's header belongs to no pair.
    failureClass === 'rate_limit' && head !== undefined
      ? parseResetTime(headerOf(head.headers, 'x-ratelimit-reset'), at)
      : undefined,
  ];
  return hints.find((hint) => hint !== undefined && hint > at) ?? retryAt;
};

/** The reset of the longest quota that is spent. A refilling one tells when it is full, which is no wait. */
const resetOf = (named: readonly Signal[], at: number): number | undefined =>
  named
    .filter(({ resetAt, refills }) => resetAt !== undefined && resetAt > at && refills === undefined)
    .toSorted((one, other) => spanOf(other) - spanOf(one))[0]?.resetAt;
