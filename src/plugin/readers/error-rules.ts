import type { FailureClass, Signal } from '../../contract/quota.js';
import type { Failure, Verdict } from '../door/attempt.js';
import type { ErrorRule } from '../door/error-rule.js';
import type { HeaderMeanings } from '../door/limit-headers.js';
import { boundRepairs } from './bound-repairs.js';
import { type ErrorFacts, errorField, readErrorBody } from './errors/error-body.js';
import { durationOf, headerOf } from './headers/headers.js';
import { clockOf } from './headers/provider-clock.js';
import { readRateLimitHeaders } from './headers/rate-limit-headers.js';
import { classOfStatus, scopeOfClass } from './status.js';
import { signalsInBody, statedLimits } from './waits/error-limits.js';
import { phrasesOf } from './waits/phrases.js';
import type { StatedLimit } from './waits/prose.js';
import { retryTimeOf } from './waits/retry-time.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The classes that end by waiting. For others, hints of when to retry mean nothing. */
const WAITING: ReadonlySet<FailureClass> = new Set(['rate_limit', 'quota', 'overloaded', 'server_error']);
/** The classes whose messages state limits. A message about the request may quote it. */
const LIMITED: ReadonlySet<FailureClass> = new Set([...WAITING, 'too_large']);

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
  const facts = readErrorBody(providerWords(failure));
  const status = failure.status < 400 ? (facts.status ?? failure.status) : failure.status;
  // Text under a success may be what a model wrote.
  const words = failure.status < 400 && facts.plainText ? '' : wordsOf(facts);
  const contentType = failure.head === undefined ? undefined : headerOf(failure.head.headers, 'content-type');
  const codes = [...facts.codes, ...codeIn(words), ...codeOfHeader(failure)].map(bare);
  const rule = rules.find((each) => holds(each, { facts, codes, status, words, contentType }));
  if (rule === undefined) return undefined;

  const limits = statedLimits(facts);
  const heard =
    failure.head === undefined ? [] : (readRateLimitHeaders(failure.head, meaningsOf(rule, meanings)) ?? []);
  const inResponse = [...signalsInBody(facts, clockOf(failure.head, failure.at), meaningsOf(rule, meanings)), ...heard];
  const signals = signalsOf(limits, rule, inResponse);
  const base =
    rule.class ?? (failure.status < 400 && facts.status === undefined ? failure.class : classOfStatus(status));
  // If the body names the exhausted quota, the headers describe others.
  const named =
    signals.length > 0 || base !== 'rate_limit' ? signals : heard.filter(({ remaining }) => remaining === 0);
  const failureClass = classOf(base, limits, named);
  const scope = rule.scope ?? scopeOfClass(failureClass);
  const until = WAITING.has(failureClass)
    ? untilOf(failure, facts, rule, failureClass, { signals, named }, meanings)
    : undefined;
  const repairs = rule.repairs ?? boundRepairs(facts);
  return {
    class: failureClass,
    ...(rule.about === undefined || (failureClass === 'too_large' && base !== failureClass)
      ? {}
      : { about: rule.about }),
    ...(scope === undefined ? {} : { scope }),
    ...(until === undefined ? {} : { until }),
    ...(signals.length === 0 || !LIMITED.has(failureClass) ? {} : { signals }),
    ...(repairs.length === 0 ? {} : { repairs }),
  };
};

/** The body, or else the message. A failure without a response has a message of 429chain, which no rule is about. */
const providerWords = ({ body, cause, message }: Failure): unknown => body ?? (cause === undefined ? message : '');

/** Fields with a message of their own, beside or around the one that counts: Kilo's `message`, OpenRouter's `raw`. */
const MESSAGES = ['message', 'detail', 'title', 'error_description', 'raw'];

const wordsOf = ({ message, layers }: ErrorFacts): string => {
  const others = layers.flatMap((layer) => MESSAGES.map((key) => layer[key]));
  const texts = others.filter((text): text is string => typeof text === 'string' && text !== '');
  return [...new Set([message, ...texts])].map(phrasesOf).join('\n');
};

/** A message that is a code, or that begins with one: `model_not_found`, `litellm.NotFoundError: …`. */
const CODE = /^(?:litellm\.)?(\w{1,60}(?:Error|Exception)(?=:)|[a-z]\w{0,60}_\w{1,60}(?=:|$))/;

const codeIn = (words: string): string[] => CODE.exec(words)?.slice(1) ?? [];

/** AWS names the error in a header: `ThrottlingException:http://…`. */
const codeOfHeader = ({ head }: Failure): string[] => {
  const type = head && headerOf(head.headers, 'x-amzn-errortype');
  return type === undefined ? [] : [type.slice(0, 200).split(':', 1)[0] as string];
};

/** AWS: `com.amazon.coral.service#ThrottlingException`. */
const bare = (code: string): string => code.replace(/^[\w.]{1,100}#/, '');

/** What rules look at. */
interface Evidence {
  readonly facts: ErrorFacts;
  readonly codes: readonly string[];
  readonly status: number;
  readonly words: string;
  readonly contentType: string | undefined;
}

const holds = (rule: ErrorRule, { facts, codes, status, words, contentType }: Evidence): boolean =>
  (rule.status === undefined || rule.status.includes(status)) &&
  (rule.code === undefined || codes.some(matches(rule.code))) &&
  (rule.says === undefined || rule.says.test(words)) &&
  (rule.unless === undefined || !rule.unless.test(words)) &&
  (rule.has === undefined || rule.has.some((key) => errorField(facts, key) !== undefined)) &&
  (rule.plainText === undefined || facts.plainText) &&
  (rule.contentType === undefined || (contentType !== undefined && rule.contentType.test(contentType)));

const matches = (code: readonly string[] | RegExp) =>
  code instanceof RegExp ? (name: string) => code.test(name) : (name: string) => code.includes(name);

const meaningsOf = ({ spent }: ErrorRule, meanings: HeaderMeanings): HeaderMeanings =>
  spent?.window === undefined ? meanings : { ...meanings, requests: { window: spent.window } };

/** The limits that the body states, each completed with what the headers state about the same quota. */
const signalsOf = (limits: readonly StatedLimit[], rule: ErrorRule, inResponse: readonly Signal[]): Signal[] => {
  const { spent, scope, refills } = rule;
  const stated = limits.map(({ requested, ...limit }): Signal => limit);
  const known =
    spent === undefined || stated.some((each) => isOf(each, spent)) ? stated : [...stated, { ...spent, remaining: 0 }];
  return known.map((signal): Signal => {
    const { limit, remaining, resetAt } = inResponse.find((each) => isOf(each, signal)) ?? {};
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
  { signals, named }: { readonly signals: readonly Signal[]; readonly named: readonly Signal[] },
  meanings: HeaderMeanings,
): number | undefined => {
  if (failureClass === 'quota' && isNever(named)) return Number.POSITIVE_INFINITY;
  const limits = { stated: signals, spent: named, lone: failureClass === 'rate_limit' };
  const hint = retryTimeOf(failure, facts, rule, limits, meanings);
  // Money does not come back within seconds, whatever a standard header says.
  return rule.about === 'money' && hint !== undefined ? Math.max(hint, failure.at + HOUR_MS) : hint;
};
