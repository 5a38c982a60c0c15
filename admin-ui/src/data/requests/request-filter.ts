import type { RequestRecord } from '../../../../src/contract/requests.js';

/** Selects requests. `status` is one status, `answered` or `failed`. */
export interface RequestFilter {
  readonly chain?: string | undefined;
  readonly provider?: string | undefined;
  readonly status?: string | undefined;
}

const NAMES = ['chain', 'provider', 'status'] as const;
/** The first status of a failed request. */
const FIRST_FAILURE = 400;

/** The filter of an address such as `?chain=default&status=failed`. */
export const filterOf = (search: string): RequestFilter => {
  const asked = new URLSearchParams(search);
  return Object.fromEntries(NAMES.map((name) => [name, asked.get(name) || undefined]));
};

/** The set fields of a filter in a fixed order. */
export const queryOf = (filter: RequestFilter): Readonly<Record<string, string>> =>
  Object.fromEntries(NAMES.flatMap((name) => (filter[name] === undefined ? [] : [[name, filter[name]]])));

/** The query of a page's address: `?chain=default`, or empty. */
export const searchOf = (filter: RequestFilter): string => {
  const text = new URLSearchParams(queryOf(filter)).toString();
  return text === '' ? '' : `?${text}`;
};

/** Whether a request matches the filter, by the rules of the server. */
export const fits = (request: RequestRecord, { chain, provider, status }: RequestFilter): boolean => {
  if (chain !== undefined && request.chain !== chain) return false;
  if (provider !== undefined && request.provider !== provider) return false;
  if (status === 'answered') return request.status < FIRST_FAILURE;
  if (status === 'failed') return request.status >= FIRST_FAILURE;
  return status === undefined || request.status === Number(status);
};
