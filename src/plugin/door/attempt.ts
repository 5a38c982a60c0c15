import type { FailureClass, FailureSubject, Limit, ScopeKind, Signal } from '../../contract/quota.js';
import type { RequestContent } from '../../contract/requests.js';
import type { ConversationRules, MediaKind } from './conversation.js';

/** One model of one configured provider. */
export interface Target {
  /** The provider's id and the model: `groq/llama-3.3-70b`. If the provider has several keys, `groq:key 1/llama-3.3-70b`. */
  readonly id: string;
  /** The provider's id in the configuration. */
  readonly provider: string;
  /** The label of the provider's key, such as `key 1`, if the provider has several. Never the key itself. */
  readonly key?: string | undefined;
  /** The provider's type, such as `groq`. */
  readonly type: string;
  readonly model: string;
  /** The limits that the configuration sets for this target alone. */
  readonly limits: readonly Limit[];
}

/** One attempt to answer a request with one target. A request has as many attempts as targets that 429chain tried. */
export interface Attempt {
  readonly requestId: string;
  /** The name of the chain that the request uses, or `provider/model` if it names a target itself. */
  readonly chain: string;
  readonly target: Target;
  /** 1 for the first target of the request that is tried. */
  readonly number: number;
  /** Epoch ms. */
  readonly startedAt: number;
  /** Whether the caller asked for a stream. */
  readonly stream: boolean;
  /** Upper estimate of the input and output tokens of the request. */
  readonly estimatedTokens: number;
  /**
   * `explain` asks what would happen, and nothing is sent. A tap decides as usual, and a tap that counts must count only
   * attempts whose `dryRun` is false.
   */
  readonly dryRun: boolean;
}

/** Status and headers of a provider's response, before any byte of its body. */
export interface ResponseHead {
  readonly status: number;
  /** Names are lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** When the response arrived, epoch ms. */
  readonly at: number;
}

/** The answer of a `beforeAttempt` tap that skips the target. */
export interface Denial {
  /** Shown in the log, the admin and the error's list of targets. Known keys are masked. */
  readonly reason: string;
  /** When the target may be asked again, epoch ms. Absent if unknown: then no request waits for this target. */
  readonly retryAt?: number | undefined;
}

/** A failed attempt as `onError` receives it. */
export interface Failure {
  /** What the HTTP status alone means. The verdict of a tap replaces it. */
  readonly class: FailureClass;
  /** HTTP status; absent if there was no response. */
  readonly status?: number | undefined;
  /** What the failure is about. Absent before a verdict was given. */
  readonly about?: FailureSubject | undefined;
  /** The provider's message, with keys masked. */
  readonly message: string;
  /** When the `retry-after` header allows the next request, epoch ms. */
  readonly retryAt?: number | undefined;
  /** Absent if there was no response. */
  readonly head?: ResponseHead | undefined;
  /** The response body, parsed if it is JSON, else as text of up to 64 KiB. For an error inside an answer: that error. */
  readonly body?: unknown;
  /** When 429chain noticed the failure, epoch ms. */
  readonly at: number;
  /** The thrown error, if the failure is not a response of the provider. */
  readonly cause?: unknown;
}

/**
 * A change to the request body that may make a refused request acceptable: 429chain applies it, tries the target again, and
 * remembers it for some hours if that helped. Fields are paths as in `Adaptation`, such as
 * `messages[].content[].cache_control`. A name that the body does not have at this place is looked for at every other place.
 */
export type Repair =
  | { readonly drop: string }
  | { readonly rename: string; readonly to: string }
  /** Replaces the value `from`, or every value if `from` is absent. */
  | { readonly replace: string; readonly from?: unknown; readonly to: unknown }
  /**
   * Lowers a number that is larger. With `once`, the limit depends on this request and is not remembered. `max_tokens` also
   * means `max_completion_tokens`, and with `once` it is set if the request has neither.
   */
  | { readonly cap: string; readonly to: number; readonly once?: true }
  /** Joins a list of text parts into one string. */
  | { readonly flatten: string }
  /** Follows these rules for the earlier messages from now on. One rule for each repair. */
  | { readonly conversation: ConversationRules };

/** The answer of an `onError` tap: what a failure means. For every absent field, 429chain decides by the status. */
export interface Verdict {
  readonly class?: FailureClass | undefined;
  /** What the failure is about, for the log. Default: what the class is usually about. */
  readonly about?: FailureSubject | undefined;
  /** What cools down: the target, its pool or the whole provider. */
  readonly scope?: ScopeKind | undefined;
  /** When the cooldown ends, epoch ms. `Infinity`: as late as its class allows, a day at most. */
  readonly until?: number | undefined;
  /** Limits that the response states, for example in its body. */
  readonly signals?: readonly Signal[] | undefined;
  /** How to change the request so that the target accepts it. Nothing cools down while 429chain tries that. */
  readonly repairs?: readonly Repair[] | undefined;
  /** What the target does not take. For some hours, requests with such parts pass it over. */
  readonly lacks?: readonly MediaKind[] | undefined;
}

/** What every record of an attempt has. */
interface AttemptRecordBase {
  readonly attempt: Attempt;
  /** From the choice of the target to its last byte, ms. 0 for a skipped target. */
  readonly durationMs: number;
  /** The limits that the response stated. */
  readonly signals: readonly Signal[];
  /** What was left out of the caller's request, and what was changed in its body for the target, one sentence each. */
  readonly adapted: readonly string[];
}

/** The target answered. Its stream may still be running. */
export interface ServedAttempt extends AttemptRecordBase {
  readonly outcome: 'served';
  readonly failure?: undefined;
}

/** The target was asked and failed, or its answer broke off. */
export interface FailedAttempt extends AttemptRecordBase {
  readonly outcome: 'failed';
  /** Without `body`, `head` and `cause`. */
  readonly failure: Failure;
  /**
   * What 429chain made of the failure, in plain words and without words of the provider: `429 about a limit (requests per
   * minute): the target cools down for 38s`.
   */
  readonly decision?: string | undefined;
}

/** The target was not asked: a limit, a cooldown or a denial prevented it. */
export interface SkippedAttempt extends AttemptRecordBase {
  readonly outcome: 'skipped';
  readonly failure?: undefined;
  readonly reason: string;
  /** When the target may be asked again, epoch ms; absent if unknown. */
  readonly retryAt?: number | undefined;
  /** Whether a known limit was the reason: the provider would have answered 429. */
  readonly limited: boolean;
}

/** What happened with one target of the chain in one request. */
export type AttemptRecord = ServedAttempt | FailedAttempt | SkippedAttempt;

/** A target that request after request skips for the same reason. The fields are those of `SkippedAttempt`. */
export interface SkippedTarget {
  readonly target: Target;
  readonly reason: string;
  readonly retryAt?: number | undefined;
  readonly limited: boolean;
}

/** The first targets of a chain, which were skipped together because they rest. */
export interface SkippedTogether {
  readonly outcome: 'skipped together';
  /** In the order of the chain. The same list for every request until something changes. */
  readonly targets: readonly SkippedTarget[];
  /** Epoch ms. */
  readonly startedAt: number;
}

/** The tokens of one request. */
export interface TokenUsage {
  readonly input: number;
  readonly output: number;
  /** The part of `input` that the provider read from its cache; absent if it does not say. */
  readonly cached?: number | undefined;
  /** Whether 429chain estimated the numbers because the provider did not report them. */
  readonly estimated: boolean;
}

/** A finished request, as `afterResponse` receives it. */
export interface Outcome {
  readonly requestId: string;
  /** The name of the chain, or `provider/model` if the request named a target itself. */
  readonly chain: string;
  /** The path below a provider's base URL, such as `/chat/completions`. */
  readonly path: string;
  /** The label of the caller's key, such as `key 1` for the first of `server.apiKeys`. Never the key itself. */
  readonly keyLabel: string;
  /** When the request arrived, epoch ms. */
  readonly startedAt: number;
  /** The status that the caller got; 499 if the caller left first, 502 for a stream that broke. */
  readonly status: number;
  /**
   * The code of the error that 429chain itself answered with, such as `chain_exhausted`. Absent if there was none. A
   * request that was refused before it was read (`invalid_api_key`, `malformed_json`) has an empty `chain`, and an empty
   * `keyLabel` if its key was at fault.
   */
  readonly refusal?: string | undefined;
  /** From the arrival of the request to the last byte of the answer, ms. */
  readonly durationMs: number;
  /** How much of that the request waited for a limit to reset, ms. */
  readonly waitedMs: number;
  readonly stream: boolean;
  /** The target that answered; absent if none did. */
  readonly servedBy?: Target | undefined;
  /** From the arrival of the request to the first content of a streamed answer, ms. */
  readonly firstTokenMs?: number | undefined;
  /** Absent if no target answered. */
  readonly usage?: TokenUsage | undefined;
  /** How often another target resumed the stream after it broke. */
  readonly resumed: number;
  /** Every target of the chain that was asked or skipped, in order. */
  readonly attempts: readonly AttemptRecord[];
  /**
   * The same as `attempts`, with one entry for all targets that were skipped together. In a long chain where most targets
   * rest, it is far cheaper to read: `attempts` is built when it is read. Absent if no targets were skipped together.
   */
  readonly steps?: readonly (AttemptRecord | SkippedTogether)[] | undefined;
  /** Returns the prompt and the answer. Absent unless a plugin called `captureContent`. */
  readonly content?: (() => RequestContent) | undefined;
}
