import { failureOfResponse } from '../../engine/attempt/failure/failure.js';
import { plainReason } from '../../engine/walk/plain-reason.js';
import { isFields } from '../../plugin/fields.js';
import { tableOf } from '../terminal/table.js';

const LONG_WAIT_SECONDS = 120;

/**
 * An error response of the proxy as text for the terminal: its message, or a table of the targets with their reasons.
 * @param body the parsed response body
 * @param servedBy the target that sent the error, from the response's header; `null` if the proxy itself did
 */
export const errorText = (status: number, body: unknown, servedBy: string | null): string => {
  const error = isFields(body) && isFields(body.error) ? body.error : {};
  if (error.code === 'chain_exhausted' && Array.isArray(error.targets)) return targetTable(error, error.targets);
  const at = Date.now();
  const { message } = failureOfResponse({ status, headers: {}, at }, body, at, []);
  return servedBy === null
    ? `${message} (status ${status})`
    : `${servedBy} refused the request (${status}): ${message}`;
};

const targetTable = (error: Readonly<Record<string, unknown>>, targets: readonly unknown[]): string => {
  const rows = targets.filter(isFields).map(rowOf);
  const wait = error.retry_after_ms;
  const retry = typeof wait === 'number' ? `\nRetry ${momentOf(Date.now() + wait)}.` : '';
  return `No target of chain "${error.chain}" can answer now.\n${tableOf(rows)}${retry}`;
};

const rowOf = ({ target, reason, status, message, retry_at: retryAt }: Readonly<Record<string, unknown>>): string[] => {
  const why = [plainReason(String(reason)), ...(status === undefined ? [] : [`(${status})`])].join(' ');
  const until = typeof retryAt === 'string' ? ` · retry ${momentOf(Date.parse(retryAt))}` : '';
  return [String(target), `${why}${message === undefined ? '' : `: ${message}`}${until}`];
};

/** A near time as a number of seconds, a later one as date and time. */
const momentOf = (at: number): string => {
  const seconds = Math.max(0, Math.ceil((at - Date.now()) / 1000));
  return seconds < LONG_WAIT_SECONDS ? `in ${seconds} s` : `at ${new Date(at).toLocaleString()}`;
};
