/** What a limit counts. `input_tokens` is a token limit that leaves the answer out (Groq's ITPM, Gemini's TPM). */
export type Dimension = 'requests' | 'tokens' | 'input_tokens' | 'concurrent';

/** A span of time as people write it: `500ms`, `6s`, `1m`, `1h30m`, `1d`. */
export type Duration = string;

/** What a quota covers, or what rests: the whole account, a pool of its models, or one target. */
export type ScopeKind = 'provider' | 'pool' | 'target';

/** One limit as a person or a provider type writes it down. `concurrent` has no window. */
export type Limit =
  | { readonly requests: number; readonly per: Duration }
  | { readonly tokens: number; readonly per: Duration }
  | { readonly concurrent: number };

/** What kind of failure it is: what the engine does about it follows from that. */
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

/** `available`: nothing known against it · `tracking`: quotas known, room left · `exhausted`: skipped until a time. */
export type TargetState = 'available' | 'tracking' | 'exhausted' | 'unconfigured' | 'disabled';

/** One rate-limit fact read off a response. An absent field means the response did not say. */
export interface Signal {
  readonly dimension: Dimension;
  /** Absent for `concurrent`, and where neither a name nor a table says how long the window is. */
  readonly window?: Duration | undefined;
  /** Default: the target. */
  readonly scope?: ScopeKind | undefined;
  readonly limit?: number | undefined;
  readonly remaining?: number | undefined;
  /** Epoch ms. */
  readonly resetAt?: number | undefined;
  /** At `resetAt` the quota is full again; room returns bit by bit before that. */
  readonly refills?: boolean | undefined;
}

/** Limits that are known before any response tells them. `manual`: a person wrote them down. */
export interface Declaration {
  /** A provider (`groq`), a pool (`openrouter#free`) or a target (`groq/model`). */
  readonly scope: string;
  readonly limits: readonly Limit[];
  readonly source: 'manual' | 'known';
}
