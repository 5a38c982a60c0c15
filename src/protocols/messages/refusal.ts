import type { ProtocolReply, Refusal } from '../../plugin/door/protocol.js';
import type { Fields } from '../fields.js';

interface ErrorKind {
  /** HTTP status. */
  readonly status: number;
  /** Anthropic's `error.type`. */
  readonly type: string;
}

const INVALID: ErrorKind = { status: 400, type: 'invalid_request_error' };
const OVERLOADED: ErrorKind = { status: 529, type: 'overloaded_error' };
const OURS: ErrorKind = { status: 500, type: 'api_error' };

/** What a caller gets for a status of 429chain. All other statuses from 400 on are faults of the request. */
const KINDS: Readonly<Record<number, ErrorKind>> = {
  401: { status: 401, type: 'authentication_error' },
  403: { status: 403, type: 'permission_error' },
  404: { status: 404, type: 'not_found_error' },
  405: { ...INVALID, status: 405 },
  409: { ...INVALID, status: 409 },
  413: { status: 413, type: 'request_too_large' },
  429: { status: 429, type: 'rate_limit_error' },
};

/** Faults of the providers, or of a moment: a retry may help. */
const PASSING: ReadonlySet<string> = new Set([
  'chain_exhausted',
  'upstream_failed',
  'too_many_bodies',
  'too_many_clients',
  'shutting_down',
]);

const kindOf = ({ status, error: { code } }: Refusal): ErrorKind => {
  if (status >= 500) return PASSING.has(code) ? OVERLOADED : OURS;
  return KINDS[status] ?? INVALID;
};

/** Returns the body of an error, which is the data of an `error` event too. Our code and the targets stay as extra keys. */
export const errorBody = (refusal: Refusal, requestId: string): Fields => {
  const { message, type: _, param, ...rest } = refusal.error;
  // Clients compact a conversation when they read these words.
  const said = rest.code === 'context_length_exceeded' ? `prompt is too long: ${message}` : message;
  const named = param === null || param === undefined ? {} : { param };
  return {
    type: 'error',
    error: { type: kindOf(refusal).type, message: said, ...rest, ...named },
    request_id: requestId,
  };
};

/** Returns what a refused caller gets. */
export const refusalReply = (refusal: Refusal, requestId: string): ProtocolReply => ({
  status: kindOf(refusal).status,
  headers: refusal.headers,
  body: errorBody(refusal, requestId),
});
