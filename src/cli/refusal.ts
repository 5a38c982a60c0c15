import type { FailureClass } from '../contract/quota.js';
import { failureOfResponse } from '../engine/attempt/failure.js';
import { isFields } from '../plugin/readers/error-body.js';
import { tableOf } from './table.js';

const WORDS: Readonly<Record<FailureClass, string>> = {
  rate_limit: 'at its rate limit',
  quota: 'its quota is used up',
  auth: 'refuses its key',
  not_found: 'does not know the model',
  overloaded: 'overloaded',
  server_error: 'failed',
  too_large: 'the question is too long for it',
  bad_request: 'refused the request',
  moderation: 'refused the content',
  cancelled: 'cancelled',
};

const LONG_WAIT_SECONDS = 120;

/** An error answer of the proxy in plain words: its message, or every target with its reason. `servedBy` is its header. */
export const refusalOf = (status: number, body: unknown, servedBy: string | null): string => {
  const error = isFields(body) && isFields(body.error) ? body.error : {};
  if (Array.isArray(error.targets)) return exhausted(error, error.targets);
  const at = Date.now();
  const { message } = failureOfResponse({ status, headers: {}, at }, body, at, []);
  return servedBy === null
    ? `${message} (status ${status})`
    : `${servedBy} refused the question (${status}): ${message}`;
};

const exhausted = (error: Readonly<Record<string, unknown>>, targets: readonly unknown[]): string => {
  const rows = targets.filter(isFields).map(rowOf);
  const wait = error.retry_after_ms;
  const again = typeof wait === 'number' ? `\nTry again ${parseResetTime(Date.now() + wait)}.` : '';
  return `No target of chain "${error.chain}" can answer now.\n${tableOf(rows)}${again}`;
};

const rowOf = ({ target, reason, status, message, retry_at: retryAt }: Readonly<Record<string, unknown>>): string[] => {
  const why = [inWords(String(reason)), ...(status === undefined ? [] : [`(${status})`])].join(' ');
  const until = typeof retryAt === 'string' ? ` · again ${parseResetTime(Date.parse(retryAt))}` : '';
  return [String(target), `${why}${message === undefined ? '' : `: ${message}`}${until}`];
};

/** A reason is words already, or begins with a class. */
const inWords = (reason: string): string =>
  reason.replace(/^[a-z_]+(?=$|:| \()/, (word) => (Object.hasOwn(WORDS, word) ? WORDS[word as FailureClass] : word));

/** A moment that one can wait for, or one to come back at. */
const parseResetTime = (at: number): string => {
  const seconds = Math.max(0, Math.ceil((at - Date.now()) / 1000));
  return seconds < LONG_WAIT_SECONDS ? `in ${seconds} s` : `at ${new Date(at).toLocaleString()}`;
};
