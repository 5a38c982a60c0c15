import type { FailureClass, ScopeKind } from '../../contract/quota.js';
import type { Failure, ResponseHead } from '../../plugin/door/attempt.js';
import { readErrorBody } from '../../plugin/readers/error-body.js';
import { retryAfterOf } from '../../plugin/readers/headers.js';
import { classOfStatus } from '../../plugin/readers/status.js';
import { maskSecrets } from '../../secrets.js';
import { CallerGone, isCancelled, NoOverlap, NotAdaptable, TimedOut } from '../causes.js';

/** Longest part of a provider's words that is kept. */
const LONGEST_MESSAGE = 500;

/** What rests where no plugin says. A class that is absent rests nothing. */
const SCOPES: Partial<Readonly<Record<FailureClass, ScopeKind>>> = {
  rate_limit: 'target',
  quota: 'pool',
  auth: 'provider',
  not_found: 'target',
  overloaded: 'target',
  server_error: 'target',
};

export const scopeOfClass = (failureClass: FailureClass): ScopeKind | undefined => SCOPES[failureClass];

/** A response that is no answer: an error status, or an error where an answer should be. */
export const failureOfResponse = (
  head: ResponseHead,
  body: unknown,
  at: number,
  secrets: readonly string[],
): Failure => ({
  class: classOfStatus(head.status),
  status: head.status,
  message: maskSecrets(messageOf(body), secrets).slice(0, LONGEST_MESSAGE) || `status ${head.status}, nothing said`,
  retryAt: retryAfterOf(head),
  head,
  body,
  at,
});

/** An exchange that broke, timed out, or brought what is no answer at all. */
export const failureOfCause = (
  cause: Error,
  head: ResponseHead | undefined,
  at: number,
  secrets: readonly string[],
): Failure => ({
  class: isCancelled(cause)
    ? 'cancelled'
    : cause instanceof NoOverlap || cause instanceof NotAdaptable
      ? 'bad_request'
      : 'server_error',
  // What broke off before its body was whole says nothing by its status.
  status: head !== undefined && head.status < 300 ? head.status : undefined,
  message: maskSecrets(plainWords(cause), secrets).slice(0, LONGEST_MESSAGE),
  head: head !== undefined && head.status < 300 ? head : undefined,
  at,
  cause,
});

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing listens there',
  ECONNRESET: 'the connection broke',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'its name could not be looked up',
  UND_ERR_SOCKET: 'the connection broke',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  ERR_INVALID_URL: 'its base URL is no URL',
};

const plainWords = (cause: Error): string => {
  if (cause instanceof TimedOut || cause instanceof CallerGone) return cause.message;
  const { code } = cause as { code?: unknown };
  const words = typeof code === 'string' ? NETWORK[code] : undefined;
  return words === undefined ? cause.message : `${words} (${code})`;
};

/**
 * The sentence for people in an error body of any shape, or else the codes that name it. Never the body itself, which may
 * hold what was asked.
 */
const messageOf = (body: unknown): string => {
  if (typeof body === 'string' && body.trimStart().startsWith('<')) return titleOf(body);
  const { message, codes } = readErrorBody(body);
  return message || codes.join(', ');
};

const titleOf = (html: string): string =>
  `an HTML page: ${/<title>([^<]*)/i.exec(html)?.[1]?.trim() || 'without a title'}`;
