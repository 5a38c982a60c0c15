import type { FailureClass } from '../../contract/quota.js';

/**
 * Every error code of 429chain, with its HTTP status and the `type` that OpenAI's SDKs know. `docs/errors.md` explains each
 * of them, and a test compares the two.
 */
export const ERRORS = {
  malformed_json: { status: 400, type: 'invalid_request_error' },
  invalid_request: { status: 400, type: 'invalid_request_error' },
  unsupported_tool: { status: 400, type: 'invalid_request_error' },
  previous_response_not_found: { status: 400, type: 'invalid_request_error' },
  invalid_api_key: { status: 401, type: 'authentication_error' },
  forbidden: { status: 403, type: 'permission_error' },
  not_allowed: { status: 403, type: 'permission_error' },
  not_found: { status: 404, type: 'invalid_request_error' },
  model_not_found: { status: 404, type: 'invalid_request_error' },
  context_length_exceeded: { status: 400, type: 'invalid_request_error' },
  content_filter: { status: 400, type: 'invalid_request_error' },
  content_policy_violation: { status: 400, type: 'invalid_request_error' },
  method_not_allowed: { status: 405, type: 'invalid_request_error' },
  in_use: { status: 409, type: 'invalid_request_error' },
  upload_stalled: { status: 408, type: 'invalid_request_error' },
  body_too_large: { status: 413, type: 'invalid_request_error' },
  unsupported_media_type: { status: 415, type: 'invalid_request_error' },
  too_many_attempts: { status: 429, type: 'rate_limit_error' },
  chain_exhausted: { status: 429, type: 'chain_exhausted' },
  upstream_failed: { status: 502, type: 'server_error' },
  internal_error: { status: 500, type: 'server_error' },
  too_many_bodies: { status: 503, type: 'server_error' },
  too_many_clients: { status: 503, type: 'server_error' },
  shutting_down: { status: 503, type: 'server_error' },
  invalid_configuration: { status: 500, type: 'configuration_error' },
  configuration_changed: { status: 409, type: 'configuration_error' },
  read_only: { status: 403, type: 'configuration_error' },
  not_configured: { status: 503, type: 'configuration_error' },
  plugin_failed: { status: 500, type: 'configuration_error' },
} as const satisfies Record<string, { status: number; type: string }>;

/** The code of an error. */
export type ErrorCode = keyof typeof ERRORS;

/** How 429chain passes on a refusal of one class. */
interface RejectionRule {
  /** The code for the caller, which also decides status and type. */
  readonly code: ErrorCode;
  /** Codes of the provider that replace it. */
  readonly keepsCode?: RegExp;
  /** Statuses of the provider that replace the status of the code. SDKs do not retry after any of them. */
  readonly keepsStatus?: readonly number[];
}

/** The classes of refusals that are about the request itself: what the caller gets when a provider refuses with one of them. */
export const REJECTIONS: Partial<Readonly<Record<FailureClass, RejectionRule>>> = {
  bad_request: { code: 'invalid_request', keepsCode: /^[a-z][a-z0-9_.-]{1,63}$/i, keepsStatus: [404, 415, 422] },
  // Agents compact a conversation when they read this code under a 400. Providers use 400, 413, 422, 429 and 500.
  too_large: { code: 'context_length_exceeded' },
  moderation: { code: 'content_filter', keepsCode: /^content_policy_violation$/ },
};

/** What an error says beside its code and message. */
export interface ChainErrorOptions {
  /** Overrides the status of the table. */
  readonly status?: number;
  /** The invalid field of the request. */
  readonly param?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Extra fields of the answer's `error` object. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error with a code of `ERRORS`. The caller may see its message. */
export class ChainError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #param: string | null;
  readonly #details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: ChainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ChainError';
    this.code = code;
    this.status = options.status ?? ERRORS[code].status;
    this.headers = options.headers ?? {};
    this.#param = options.param ?? null;
    this.#details = options.details ?? {};
  }

  /** The response body, in OpenAI's shape. */
  toJSON(): { error: Record<string, unknown> } {
    const { type } = ERRORS[this.code];
    return { error: { message: this.message, type, code: this.code, param: this.#param, ...this.#details } };
  }
}
