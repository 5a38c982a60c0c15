import type { AdminApi } from '../../../../src/contract/admin-api.js';
import type { Saved } from '../../../../src/contract/admin-configuration.js';

export type Route = keyof AdminApi;
export type Reply<R extends Route> = AdminApi[R]['reply'];

/** The routes that change the configuration: `save` calls them, and nothing else does. */
export type SavingRoute = {
  [R in Exclude<Route, `GET ${string}`>]: Reply<R> extends Saved ? R : never;
}[Exclude<Route, `GET ${string}`>];

type ParamOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamOf<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** What a route needs to be called: its parameters and its body, where it has them. */
export type Asked<R extends Route> = {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly signal?: AbortSignal;
} & ([ParamOf<R>] extends [never] ? unknown : { readonly params: Readonly<Record<ParamOf<R>, string>> }) &
  (AdminApi[R] extends { body: infer B } ? { readonly body: B } : unknown);

interface AnyAsked {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly revision?: string | undefined;
  readonly signal?: AbortSignal;
}

/** An error response with the server's message, or no response at all. */
export class ApiError extends Error {
  /** 0 without a response. */
  readonly status: number;
  readonly code: string;
  /** Further fields of the server's `error`. */
  readonly details: Readonly<Record<string, unknown>>;
  /** The body of the response. */
  readonly text: string;

  constructor(
    message: string,
    status: number,
    code: string,
    details: Readonly<Record<string, unknown>> = {},
    text = '',
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.details = details;
    this.text = text;
  }
}

const API = '/admin/api';

let signedOut: () => void = () => {};
const beginners = new Set<() => void>();

/** Calls `listener` whenever the session has ended. */
export const onSignedOut = (listener: () => void): void => {
  signedOut = listener;
};

export const sessionEnded = (): void => signedOut();

/** Calls `listener` whenever a session begins: pages that were kept load again. @returns a function that stops it */
export const onSignedIn = (listener: () => void): (() => void) => {
  beginners.add(listener);
  return () => beginners.delete(listener);
};

export const sessionBegan = (): void => {
  for (const listener of [...beginners]) listener();
};

/**
 * Calls a route that leaves the configuration as it is.
 * @throws ApiError with the server's message; status 0 if there is no answer
 */
export const call = <R extends Exclude<Route, SavingRoute>>(
  route: R,
  ...[asked]: Record<never, never> extends Asked<R> ? [asked?: Asked<R>] : [asked: Asked<R>]
): Promise<Reply<R>> => request(route, asked ?? {});

/**
 * Calls a route that changes the configuration, if `revision` is still in force.
 * @throws ApiError as `call`, with status 409 and code `configuration_changed` if it is not
 */
export const callFrom = <R extends SavingRoute>(revision: string, route: R, asked: Asked<R>): Promise<Reply<R>> =>
  request(route, { ...asked, revision });

const request = async <R extends Route>(
  route: R,
  { params = {}, query = {}, body, revision, signal }: AnyAsked,
): Promise<Reply<R>> => {
  const [method = 'GET', path = ''] = route.split(' ');
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const asText = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const search = asText.length === 0 ? '' : `?${new URLSearchParams(asText)}`;
  const response = await send(`${API}${filled}${search}`, {
    method,
    ...(signal === undefined ? {} : { signal }),
    headers: {
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      ...(revision === undefined ? {} : { 'if-match': `"${revision}"` }),
    },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  return (await response.json()) as Reply<R>;
};

/** As `fetch`, but throws for error responses. @throws ApiError */
export const send = async (url: string, init: RequestInit = {}): Promise<Response> => {
  const response = await fetch(url, init).catch((cause: Error) => {
    if (cause.name === 'AbortError') throw cause;
    throw new ApiError('429chain does not answer. Is it running?', 0, 'offline');
  });
  if (response.ok) return response;
  const error = await errorOf(response);
  // A wrong key at the sign-in says nothing about a session.
  const isSignIn = init.method === 'POST' && url.endsWith('/session');
  if (error.status !== 401 || isSignIn) throw error;
  sessionEnded();
  // A page with unsaved changes stays behind the sign-in: these words must still be right afterwards.
  throw new ApiError('Your session had ended. Sign in, and try again.', 401, error.code);
};

const errorOf = async (response: Response): Promise<ApiError> => {
  const text = await response.text();
  try {
    const { message, code, type: _, param: __, ...details } = JSON.parse(text).error;
    return new ApiError(String(message), response.status, String(code), details, text);
  } catch {
    return new ApiError(
      `The server answered ${response.status}, and not in JSON.`,
      response.status,
      'unknown',
      {},
      text,
    );
  }
};
