/** A learned limit: at most `limit` requests in any `windowMs`. */
export interface Learned {
  readonly limit: number;
  readonly windowMs: number;
}

/** A 429 that stated no limit. */
export interface BareRefusal {
  /** The attempt went beyond the learned limit, as a test. */
  readonly expected: boolean;
  /** When to retry, as the provider stated; then no early probe is needed. */
  readonly hintMs: number | undefined;
  /** Attempts that the provider has not answered yet: presumably it has admitted them. */
  readonly inFlight: number;
  /** Tokens that the attempt needs. */
  readonly tokens: number;
}

/** What was learned, for other processes that ask the same target. Times are epoch ms. */
export interface SharedLearning {
  readonly limit: number | null;
  readonly window: number;
  readonly refuted: number;
  readonly countsRefused: boolean;
  readonly step: number;
  readonly failedTests: number;
  /** Null: never. */
  readonly testAt: number | null;
  readonly probesLeft: number;
  readonly refusedAt: number;
  readonly contradictions: number;
  readonly surprises: number;
  readonly earlyReturns: number;
  readonly taught: number;
}

/** Whether this is all that one process learned of a limit. */
export const isLearning = (shared: Partial<SharedLearning>): shared is SharedLearning => shared.window !== undefined;

/** What was learned, as plain data. */
export interface LearnerSnapshot {
  readonly limit: number;
  /** An index into the known windows; so is `refuted`. */
  readonly window: number;
  readonly refuted: number;
  readonly countsRefused: boolean;
  readonly proven: number;
  /** Epoch ms. */
  readonly served: readonly number[];
}
