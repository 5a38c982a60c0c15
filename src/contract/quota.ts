/**
 * What a limit counts. `input_tokens` counts only the tokens of prompts (Groq's ITPM, Gemini's TPM), `output_tokens` only
 * those of answers (Groq's OTPM). `units` are what a provider counts instead of tokens, such as neurons or dollars.
 */
export type Dimension = 'requests' | 'tokens' | 'input_tokens' | 'output_tokens' | 'units' | 'concurrent';

/** A duration as text: `500ms`, `6s`, `1m`, `1h30m`, `1d`. */
export type Duration = string;

/** The scope of a quota or a cooldown: the whole account, a pool of its models, or one target. */
export type ScopeKind = 'provider' | 'pool' | 'target';

/** A window that begins and ends by the calendar of a time zone. */
export interface Calendar {
  readonly each: 'day' | 'week' | 'month';
  /** The name of a time zone, such as `America/Los_Angeles`. Default: `UTC`. */
  readonly zone?: string;
  /**
   * When it begins. For a month, the day from 1 to 31; in a shorter month it begins on the last day. For a week, any date on
   * which it begins, such as `2026-03-05`. Default: the first day of the month; Monday.
   */
  readonly from?: number | string;
}

/** `per`: a rolling window of this length. */
type LimitWindow = { readonly per: Duration } | Calendar;

/** What a request costs, in the units of a limit: the sum of these. */
export interface Cost {
  /** For each request. */
  readonly request?: number;
  /** For 1,000 tokens of the prompt. */
  readonly input?: number;
  /** For 1,000 tokens of the answer. */
  readonly output?: number;
}

/** What requests cost, by pattern of the model, in which `*` is any text. The first pattern that fits counts. */
export type Costs = Readonly<Record<string, Cost>>;

/** A limit in the configuration or in a provider type. `concurrent` has no window. */
export type Limit =
  | ({ readonly requests: number } & LimitWindow)
  | ({ readonly tokens: number } & LimitWindow)
  | ({ readonly input_tokens: number } & LimitWindow)
  | ({ readonly output_tokens: number } & LimitWindow)
  | ({ readonly units: number; readonly costs: Costs } & LimitWindow)
  | { readonly concurrent: number };

/** The class of a failure, which decides how the engine reacts to it. */
export type FailureClass =
  | 'rate_limit'
  | 'quota'
  | 'auth'
  | 'not_found'
  | 'overloaded'
  | 'server_error'
  | 'too_large'
  | 'bad_request'
  | 'moderation'
  | 'cancelled';

/**
 * What a failure is about, read from the provider's codes and words before its status. `money`: credit or a payment
 * method · `account`: its country, verification or permissions · `connection`: no usable response came.
 */
export type FailureSubject =
  | 'key'
  | 'account'
  | 'money'
  | 'model'
  | 'limit'
  | 'capacity'
  | 'request'
  | 'content'
  | 'connection';

/** `available`: no known limit · `tracking`: known quotas have capacity · `exhausted`: skipped until a reset. */
export type TargetState = 'available' | 'tracking' | 'exhausted' | 'unconfigured' | 'disabled';

/** Rate-limit information from a response. Fields that the response does not contain are absent. */
export interface Signal {
  readonly dimension: Dimension;
  /** Absent for `concurrent`, and if the length of the window is unknown. */
  readonly window?: Duration | undefined;
  /** Default: the target. */
  readonly scope?: ScopeKind | undefined;
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** Epoch ms. */
  readonly resetAt?: number | undefined;
  /** The quota refills continuously and is full at `resetAt`. */
  readonly refills?: boolean | undefined;
}

/** Limits that are known before the first response. `manual`: from the configuration. */
export interface Declaration {
  /** A provider (`groq`), a pool (`openrouter#free`) or a target (`groq/model`). */
  readonly scope: string;
  readonly limits: readonly Limit[];
  readonly source: 'manual' | 'known';
}
