import type { Dimension, Duration, ScopeKind } from '../../contract/quota.js';

/** What headers mean whose names do not say it: Groq's `-requests` are per day, OpenAI's per minute. */
export interface HeaderMeaning {
  readonly window?: Duration;
  /** The quota refills continuously, and the reset is when it is full again. */
  readonly refills?: true;
  /** Only an error rule knows the window, by its `spent`. Without such a rule, the headers are not read. */
  readonly byRule?: true;
}

/** The headers of one limit. In `name`, `*` stands for `limit`, `remaining` and `reset`. */
export interface LimitHeader extends HeaderMeaning {
  /** Such as `x-acme-calls-*`. Lower case. */
  readonly name: string;
  readonly dimension: Dimension;
  /** Default: the target. */
  readonly scope?: ScopeKind;
}

/** How a provider states its limits in headers. */
export interface HeaderMeanings {
  /** What common headers of requests mean that have no window in their name. */
  readonly requests?: HeaderMeaning;
  /** The same for tokens. */
  readonly tokens?: HeaderMeaning;
  /** Headers of its own, beside the common ones. A row replaces the common one of the same name. */
  readonly rows?: readonly LimitHeader[];
}
