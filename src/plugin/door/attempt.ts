import type { FailureClass, Limit, ScopeKind, Signal } from '../../contract/quota.js';
import type { RequestContent } from '../../contract/requests.js';

/** A provider and one of its models, as configured. `id` is `provider/model`. */
export interface Target {
  readonly id: string;
  readonly provider: string;
  readonly type: string;
  readonly model: string;
  /** Limits written down for this target alone. */
  readonly limits: readonly Limit[];
}

/** One try of one target for one request. */
export interface Attempt {
  readonly requestId: string;
  readonly chain: string;
  readonly target: Target;
  /** 1 for the first target that is tried. */
  readonly number: number;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly stream: boolean;
  readonly estimatedTokens: number;
  /** Nothing will be sent: `explain` asks what would happen. A tap that counts must not count this. */
  readonly dryRun: boolean;
}

/** Status line and headers of a provider's response, before a byte of its body. Header names are lower case. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** When it arrived, epoch ms. */
  readonly at: number;
}

/** Why a target is not to be asked now. */
export interface Denial {
  readonly reason: string;
  /** Epoch ms; absent when nobody knows. */
  readonly retryAt?: number | undefined;
}

/** An attempt that failed, as the engine saw it. */
export interface Failure {
  /** What the status alone says; a tap knows better. */
  readonly class: FailureClass;
  /** HTTP status; absent when there was no response. */
  readonly status?: number | undefined;
  /** The provider's own words, with keys masked. */
  readonly message: string;
  /** From Retry-After, epoch ms. A claim, not a truth. */
  readonly retryAt?: number | undefined;
  readonly head?: ResponseHead | undefined;
  /** JSON where the body was JSON, else its text, cut at 64 KiB. For an error inside an answer: that part of it. */
  readonly body?: unknown;
  /** When it was seen, epoch ms. */
  readonly at: number;
  readonly cause?: unknown;
}

/** A change to the request's body that may make a refused request acceptable. */
export type Repair = { readonly drop: string } | { readonly rename: string; readonly to: string };

/** What a failure means. Absent fields fall back to the engine's table. */
export interface Verdict {
  readonly class?: FailureClass | undefined;
  /** What rests. */
  readonly scope?: ScopeKind | undefined;
  /** Rest until, epoch ms. `Infinity`: for ever, until the configuration changes. */
  readonly until?: number | undefined;
  /** Limits that the refusal told, in its body for instance. */
  readonly signals?: readonly Signal[] | undefined;
  /** For `bad_request`: fields that were refused and may go or be renamed. */
  readonly repairs?: readonly Repair[] | undefined;
}

/** What every record of an attempt says. */
interface AttemptRecordBase {
  readonly attempt: Attempt;
  /** From the moment the target was chosen to its last byte, ms; 0 for a skipped target. */
  readonly durationMs: number;
  /** What the response said about limits. */
  readonly signals: readonly Signal[];
  /** What the provider type changed in the request's body, in plain words. */
  readonly adapted: readonly string[];
}

/** The target answered. A stream may still be under way. */
export interface ServedAttempt extends AttemptRecordBase {
  readonly outcome: 'served';
  readonly failure?: undefined;
}

/** The target was asked and did not answer, or its answer broke off. */
export interface FailedAttempt extends AttemptRecordBase {
  readonly outcome: 'failed';
  readonly failure: Failure;
}

/** A hook or the ledger kept the target from being asked. */
export interface SkippedAttempt extends AttemptRecordBase {
  readonly outcome: 'skipped';
  readonly failure?: undefined;
  readonly reason: string;
  /** Epoch ms; absent when unknown. */
  readonly retryAt?: number | undefined;
  /** A known limit is the reason: the provider would have answered 429. */
  readonly limited: boolean;
}

/** One target of the chain and what became of it in this request. */
export type AttemptRecord = ServedAttempt | FailedAttempt | SkippedAttempt;

/** What a request cost, in tokens. */
export interface TokenUsage {
  readonly input: number;
  readonly output: number;
  /** Of `input`: those that the provider had in its cache, as far as it says. */
  readonly cached?: number | undefined;
  /** The provider did not say; this is what we took it for. */
  readonly estimated: boolean;
}

/** A request that is over. */
export interface Outcome {
  readonly requestId: string;
  readonly chain: string;
  /** Below a provider's base URL, such as `/chat/completions`. */
  readonly path: string;
  /** Which key the caller used, never the key itself: its label, or `key 1` for the first of `server.apiKeys`. */
  readonly keyLabel: string;
  /** When it arrived, epoch ms. */
  readonly startedAt: number;
  /** What the caller got; 499 when the caller left first, 502 for a stream that broke. */
  readonly status: number;
  readonly durationMs: number;
  /** Time spent waiting for capacity. */
  readonly waitedMs: number;
  readonly stream: boolean;
  readonly servedBy?: Target | undefined;
  /** From its arrival until something real of a streamed answer came. */
  readonly firstTokenMs?: number | undefined;
  readonly usage?: TokenUsage | undefined;
  /** How often another target took up a stream that had broken. */
  readonly resumed: number;
  readonly attempts: readonly AttemptRecord[];
  /** What was asked and answered, read when it is called. Absent unless a plugin said `captureContent`. */
  readonly content?: (() => RequestContent) | undefined;
}
