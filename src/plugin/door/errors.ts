/**
 * Every error of 429chain itself, with its HTTP status and the `type` that OpenAI's SDKs know. `docs/errors.md` explains each
 * of them, and a test compares the two.
 */
export const ERRORS = {
  malformed_json: { status: 400, type: 'invalid_request_error' },
  invalid_request: { status: 400, type: 'invalid_request_error' },
  invalid_api_key: { status: 401, type: 'authentication_error' },
  forbidden: { status: 403, type: 'permission_error' },
  not_found: { status: 404, type: 'invalid_request_error' },
  model_not_found: { status: 404, type: 'invalid_request_error' },
  method_not_allowed: { status: 405, type: 'invalid_request_error' },
  in_use: { status: 409, type: 'invalid_request_error' },
  body_too_large: { status: 413, type: 'invalid_request_error' },
  unsupported_media_type: { status: 415, type: 'invalid_request_error' },
  too_many_attempts: { status: 429, type: 'rate_limit_error' },
  chain_exhausted: { status: 429, type: 'chain_exhausted' },
  upstream_failed: { status: 502, type: 'server_error' },
  internal_error: { status: 500, type: 'server_error' },
  too_many_clients: { status: 503, type: 'server_error' },
  shutting_down: { status: 503, type: 'server_error' },
  invalid_configuration: { status: 500, type: 'configuration_error' },
  configuration_changed: { status: 409, type: 'configuration_error' },
  read_only: { status: 403, type: 'configuration_error' },
  not_configured: { status: 503, type: 'configuration_error' },
  plugin_failed: { status: 500, type: 'configuration_error' },
} as const satisfies Record<string, { status: number; type: string }>;

export type ErrorCode = keyof typeof ERRORS;

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
