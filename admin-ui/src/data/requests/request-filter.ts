import type { RequestRecord } from '../../../../src/contract/requests.js';

/** Which requests are shown. `status` is one status, or `answered`, or `failed`. */
export interface RequestFilter {
  readonly chain?: string | undefined;
  readonly provider?: string | undefined;
  readonly status?: string | undefined;
}

const NAMES = ['chain', 'provider', 'status'] as const;
/** From here on nobody was answered. */
const FIRST_FAILURE = 400;

/** What an address such as `?chain=default&status=failed` asks for. */
export const filterOf = (search: string): RequestFilter => {
  const asked = new URLSearchParams(search);
  return Object.fromEntries(NAMES.map((name) => [name, asked.get(name) || undefined]));
};

/** What is set of it, in a fixed order. */
export const queryOf = (filter: RequestFilter): Readonly<Record<string, string>> =>
  Object.fromEntries(NAMES.flatMap((name) => (filter[name] === undefined ? [] : [[name, filter[name]]])));

/** What stands behind a page's path: `?chain=default`, or nothing. */
export const searchOf = (filter: RequestFilter): string => {
  const text = new URLSearchParams(queryOf(filter)).toString();
  return text === '' ? '' : `?${text}`;
};

/** As the server understands it. */
export const fits = (request: RequestRecord, { chain, provider, status }: RequestFilter): boolean => {
  if (chain !== undefined && request.chain !== chain) return false;
  if (provider !== undefined && request.provider !== provider) return false;
  if (status === 'answered') return request.status < FIRST_FAILURE;
  if (status === 'failed') return request.status >= FIRST_FAILURE;
  return status === undefined || request.status === Number(status);
};
