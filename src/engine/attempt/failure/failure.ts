import type { FailureClass } from '../../../contract/quota.js';
import type { Failure, ResponseHead } from '../../../plugin/door/attempt.js';
import { readErrorBody } from '../../../plugin/readers/errors/error-body.js';
import { retryAfterOf } from '../../../plugin/readers/headers/headers.js';
import { classOfStatus } from '../../../plugin/readers/status.js';
import { maskSecrets, withoutCredentials } from '../../../secrets.js';
import { CallerGone, ErrorInAnswer, isCancelled, NoOverlap, NotAdaptable, TimedOut } from '../../causes.js';

/** Characters of a provider's message that are kept. */
const LONGEST_MESSAGE = 500;

/** Describes why an attempt failed. `head` is the response's status and headers, if it came that far. */
export const failureOf = (
  cause: Error,
  head: ResponseHead | undefined,
  at: number,
  secrets: readonly string[],
): Failure =>
  cause instanceof ErrorInAnswer && head !== undefined
    ? failureOfResponse(head, cause.body, at, secrets)
    : failureOfCause(cause, head, at, secrets);

/** Describes a response that is not an answer: an error status, or an error under status 200. */
export const failureOfResponse = (
  head: ResponseHead,
  body: unknown,
  at: number,
  secrets: readonly string[],
): Failure => ({
  class: classOfStatus(head.status),
  status: head.status,
  message:
    redirectIn(head) ??
    (maskSecrets(readErrorBody(body).summary, secrets).slice(0, LONGEST_MESSAGE) || `${head.status} with no message`),
  retryAt: retryAfterOf(head),
  head,
  body,
  at,
});

/** Paths that 429chain adds to a base URL. */
const OWN_PATHS =
  /\/(?:(?:chat\/)?completions|models|embeddings|audio\/[a-z]+|moderations|rerank|images\/generations)\/*$/;

/** A redirect in words. It is not followed: the request contains the key, and many redirects turn a POST into a GET. */
const redirectIn = ({ status, headers: { location } }: ResponseHead): string | undefined => {
  if (status < 300 || status > 399 || typeof location !== 'string') return undefined;
  const [address = ''] = withoutCredentials(location).split(/[?#]/);
  return `${status}: the provider moved to ${address.slice(0, LONGEST_MESSAGE)}. Set baseUrl to ${address.replace(OWN_PATHS, '').slice(0, LONGEST_MESSAGE)}`;
};

/** Describes an exchange that broke, timed out, or brought something that is not an answer. */
export const failureOfCause = (
  cause: Error,
  head: ResponseHead | undefined,
  at: number,
  secrets: readonly string[],
): Failure => {
  // A refusal that broke off before its body was whole means nothing by its status.
  const accepted = head !== undefined && head.status < 300 ? head : undefined;
  return {
    class: classOfCause(cause),
    status: accepted?.status,
    message: maskSecrets(textOf(cause), secrets).slice(0, LONGEST_MESSAGE),
    head: accepted,
    at,
    cause,
  };
};

const classOfCause = (cause: Error): FailureClass => {
  if (isCancelled(cause)) return 'cancelled';
  return cause instanceof NoOverlap || cause instanceof NotAdaptable ? 'bad_request' : 'server_error';
};

const UNTRUSTED =
  'nothing on this machine trusts its certificate: name the file of its authority in NODE_EXTRA_CA_CERTS, and restart';

const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing listens there',
  ECONNRESET: 'the connection broke',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be resolved',
  UND_ERR_SOCKET: 'the connection broke',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  // Without a proxy, this limit is off.
  UND_ERR_HEADERS_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_OVERFLOW: 'an answer with too many headers',
  ERR_ASSERTION: 'an answer that is not valid HTTP',
  ERR_INVALID_URL: 'the base URL is invalid',
  CERT_HAS_EXPIRED: "its certificate has expired, or this machine's clock is wrong",
  CERT_NOT_YET_VALID: "its certificate is not valid yet, or this machine's clock is wrong",
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name: check the base URL',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS: check whether the base URL must begin with http://',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'it speaks only versions of TLS that are no longer safe',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it speaks only versions of TLS that are no longer safe',
};

const textOf = (cause: Error): string => {
  if (cause instanceof TimedOut || cause instanceof CallerGone) return cause.message;
  const { code, proxy } = cause as { code?: unknown; proxy?: string };
  const text = typeof code === 'string' ? NETWORK_ERRORS[code] : undefined;
  const what = text === undefined ? cause.message : `${text} (${code})`;
  return proxy === undefined ? what : `${what}, through the proxy ${proxy}`;
};
