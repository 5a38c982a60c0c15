import type { FailureClass, ScopeKind } from '../../contract/quota.js';

const CLASSES: Readonly<Record<number, FailureClass>> = {
  401: 'auth',
  402: 'quota',
  403: 'auth',
  404: 'not_found',
  408: 'server_error',
  410: 'not_found',
  413: 'too_large',
  424: 'server_error',
  425: 'server_error',
  429: 'rate_limit',
  498: 'overloaded',
  503: 'overloaded',
  529: 'overloaded',
};

/** The failure class of an HTTP status alone. A status below 400 means an error inside an answer. */
export const classOfStatus = (status: number): FailureClass =>
  CLASSES[status] ?? (status >= 500 || status < 400 ? 'server_error' : 'bad_request');

const SCOPES: Partial<Readonly<Record<FailureClass, ScopeKind>>> = {
  rate_limit: 'target',
  quota: 'target',
  auth: 'provider',
  not_found: 'target',
  overloaded: 'target',
  server_error: 'target',
};

/** What cools down after a failure of this class if neither a rule nor a plugin decides. `undefined`: nothing. */
export const scopeOfClass = (failureClass: FailureClass): ScopeKind | undefined => SCOPES[failureClass];
