import type { ParsedUrlQuery } from 'node:querystring';
import type { RequestLog, RequestPage, RequestQuery, RequestRecord, UsageReport } from '../../contract/requests.js';
import { ChainError } from '../../plugin/door/errors.js';

/** One page of finished requests. @throws ChainError `invalid_request` · `not_found` if requests are not logged */
export const requestsOf = async (log: RequestLog | undefined, query: ParsedUrlQuery): Promise<RequestPage> => {
  const asked: RequestQuery = {
    limit: numberIn(query, 'limit'),
    cursor: textIn(query, 'cursor'),
    chain: textIn(query, 'chain'),
    provider: textIn(query, 'provider'),
    status: statusIn(query),
    from: momentIn(query, 'from'),
    to: momentIn(query, 'to'),
    search: textIn(query, 'search'),
  };
  try {
    return await kept(log).requests(asked);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ChainError('invalid_request', `"cursor" is invalid: ${error.message}`, { param: 'cursor' });
  }
};

/** One request with all of its attempts. @throws ChainError `not_found` */
export const requestOf = async (log: RequestLog | undefined, id: string): Promise<RequestRecord> => {
  const found = await kept(log).request(id);
  if (found !== undefined) return found;
  throw new ChainError('not_found', `The log has no request "${id}". It may have been deleted because of its age.`);
};

/**
 * Totals of requests. `from` and `to` are epoch ms or dates, `timeZone` is a name such as `Europe/Berlin`.
 * @throws ChainError `invalid_request` · `not_found`
 */
export const usageOf = async (log: RequestLog | undefined, query: ParsedUrlQuery): Promise<UsageReport> =>
  kept(log).usage({ from: momentIn(query, 'from'), to: momentIn(query, 'to'), timeZone: timeZoneIn(query) });

const timeZoneIn = (query: ParsedUrlQuery): string | undefined => {
  const text = textIn(query, 'timeZone');
  try {
    if (text !== undefined) new Intl.DateTimeFormat('en', { timeZone: text });
    return text;
  } catch {
    const message = `"timeZone" is "${text}". Expected the name of a time zone, such as Europe/Berlin.`;
    throw new ChainError('invalid_request', message, { param: 'timeZone' });
  }
};

const kept = (log: RequestLog | undefined): RequestLog => {
  if (log !== undefined) return log;
  throw new ChainError('not_found', 'Requests are not logged: no plugin such as nedb-logger is enabled.');
};

const textIn = (query: ParsedUrlQuery, name: string): string | undefined => {
  const value = query[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text === '' ? undefined : text;
};

const numberIn = (query: ParsedUrlQuery, name: string): number | undefined => {
  const text = textIn(query, name);
  if (text === undefined || /^\d{1,15}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new ChainError('invalid_request', `"${name}" is "${text}". Expected a whole number.`, { param: name });
};

const statusIn = (query: ParsedUrlQuery): RequestQuery['status'] => {
  const text = textIn(query, 'status');
  if (text === undefined || text === 'answered' || text === 'failed') return text;
  if (/^\d{3}$/.test(text)) return Number(text);
  const message = `"status" is "${text}". Expected a status such as 429, "answered" or "failed".`;
  throw new ChainError('invalid_request', message, { param: 'status' });
};

/** The last time that a `Date` can hold, epoch ms. */
const LAST_MS = 8.64e15;

const momentIn = (query: ParsedUrlQuery, name: string): number | undefined => {
  const text = textIn(query, name);
  if (text === undefined) return undefined;
  const at = /^\d{5,}$/.test(text) ? Number(text) : Date.parse(text);
  if (Math.abs(at) <= LAST_MS) return at;
  const message = `"${name}" is "${text}". Expected a date such as 2026-01-31, or epoch milliseconds.`;
  throw new ChainError('invalid_request', message, { param: name });
};
