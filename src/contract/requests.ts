import type { FailureClass } from './quota.js';

/** The outcome of one target for one request. */
export interface RequestAttempt {
  /** `provider/model`. */
  readonly target: string;
  readonly outcome: 'served' | 'failed' | 'skipped';
  /** The class of the failure. For a skipped target: `rate_limit` if only a limit was in the way. */
  readonly class?: FailureClass | undefined;
  /** A readable reason, with keys masked. */
  readonly reason?: string | undefined;
  /** The HTTP status of a failure. Absent if there was no response. */
  readonly status?: number | undefined;
  /**
   * What 429chain made of a failure, in plain words: `403 about this model: the target cools down for 1h, the account does not`.
   * Absent in records of older versions.
   */
  readonly decision?: string | undefined;
  /** When the target was asked or skipped, in ms after the request arrived. Absent in records of older versions. */
  readonly startedMs?: number | undefined;
  readonly durationMs: number;
  /** Descriptions of the changes to the request for this target. Absent if there were none. */
  readonly adapted?: readonly string[] | undefined;
}

/** The texts of a request and its answer. Each is cut at 262,144 characters, with a note at its end. */
export interface RequestContent {
  /** The request body, as JSON. */
  readonly request: string;
  /**
   * What the client received: the text, and each tool call on its own line. For a refusal of the provider that was passed
   * on, the error that the client received. Absent if the client received nothing.
   */
  readonly answer?: string | undefined;
}

/** A finished request, as it is stored. */
export interface RequestRecord {
  /** The `x-request-id`. Clients can send the same one twice. */
  readonly id: string;
  /** The arrival time, epoch ms. */
  readonly at: number;
  /** Empty for a request that was refused before its chain was known. */
  readonly chain: string;
  /** The target that served the request; for a resumed stream, the last one. Absent if none did. */
  readonly target?: string | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly promptTokens?: number | undefined;
  readonly completionTokens?: number | undefined;
  /** The part of `promptTokens` that came from a cache. */
  readonly cachedTokens?: number | undefined;
  /** The provider reported no usage: the counts are estimates. */
  readonly tokensEstimated?: boolean | undefined;
  readonly latencyMs: number;
  readonly firstTokenMs?: number | undefined;
  /** Time spent waiting for capacity. */
  readonly waitedMs: number;
  /** The status that the client received; 499 if the client disconnected first. */
  readonly status: number;
  /** The code of the error that 429chain itself answered with. */
  readonly refusal?: string | undefined;
  readonly stream: boolean;
  readonly path: string;
  /** The label of the client key. */
  readonly keyLabel: string;
  /** How often another target resumed the stream. */
  readonly resumed: number;
  /** In chronological order. */
  readonly attempts: readonly RequestAttempt[];
  /** How many more attempts there were, in the middle of `attempts`. Absent if all are listed. */
  readonly omittedAttempts?: number | undefined;
  /** Present only if the request log stores contents, and never in a page. */
  readonly content?: RequestContent | undefined;
}

/** A query of stored requests. */
export interface RequestQuery {
  /** The maximum number of requests. Default: 50; at most 500. */
  readonly limit?: number | undefined;
  /** The `next` of the previous page. */
  readonly cursor?: string | undefined;
  readonly chain?: string | undefined;
  /** The provider that served the request. */
  readonly provider?: string | undefined;
  /** A status, `answered` for all below 400, or `failed` for all others. */
  readonly status?: number | 'answered' | 'failed' | undefined;
  /** Only requests that arrived at this time or later, epoch ms. */
  readonly from?: number | undefined;
  /** Only requests that arrived before this time, epoch ms. */
  readonly to?: number | undefined;
  /**
   * Words that all must occur, in any order and case: in the id, the chain, the key label, the code of the error, or in a
   * target, reason or class of failure of an attempt.
   */
  readonly search?: string | undefined;
}

/** A page of requests. The one that finished last comes first. */
export interface RequestPage {
  /** Can be shorter than the limit, even empty, although there is a `next`: a query searches a bounded amount. */
  readonly requests: readonly RequestRecord[];
  /** The cursor of the next page. Absent if there are no older requests. */
  readonly next?: string | undefined;
  /** Set on the last page if older requests were deleted. */
  readonly deleted?: boolean | undefined;
}

/**
 * Totals over requests. In totals of everything and of a chain, `requests` counts the received requests. In totals of a
 * provider or target, it counts the requests for which it was asked, and `failures` and latencies are those of its attempts.
 */
export interface Totals {
  readonly requests: number;
  /** Requests that ended without an answer, not counting those whose client disconnected. */
  readonly failures: number;
  /** Requests whose client disconnected before the answer was complete. */
  readonly cancelled: number;
  /** Failed attempts by class. Another target may have served the request. */
  readonly failedAttempts: Readonly<Partial<Record<FailureClass, number>>>;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Limits hit: attempts that failed with `rate_limit` or `quota`. */
  readonly rateLimited: number;
  /** Limits avoided: targets that were skipped because of one. */
  readonly avoided: number;
  /** Requests rescued by fallback: answered although the first target of the chain could not. */
  readonly saved: number;
  /** The latency of answered requests, within 5 %. Absent if there are none. */
  readonly p50Ms?: number | undefined;
  readonly p99Ms?: number | undefined;
}

/** A period in epoch ms. Reports cover whole days, including the first and last. Default: the last 30 days. */
export interface UsageSpan {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** The time zone of the days, such as `Europe/Berlin`. Default: UTC. */
  readonly timeZone?: string | undefined;
}

/** Totals over requests: overall, by provider, chain, target and day. What is optional, a log may leave out. */
export interface UsageReport {
  /** The time zone of `days`. Absent: UTC. */
  readonly timeZone?: string | undefined;
  readonly total: Totals;
  readonly providers: Readonly<Record<string, Totals>>;
  readonly chains: Readonly<Record<string, Totals>>;
  readonly targets: Readonly<Record<string, Totals>>;
  /** By the model of a target, whatever its provider: the sum of these targets. */
  readonly models?: Readonly<Record<string, Totals>> | undefined;
  /** By the label of the client key. */
  readonly keys?: Readonly<Record<string, Totals>> | undefined;
  /** By the path of the endpoint, such as `/chat/completions`. */
  readonly paths?: Readonly<Record<string, Totals>> | undefined;
  /** The days with requests, the earliest first, such as `2026-01-31`. */
  readonly days: readonly (Totals & { readonly day: string })[];
  /** The hours with requests, the earliest first. `at`: their start, epoch ms. Absent if the period has more than 7 days. */
  readonly hours?: readonly (Totals & { readonly at: number })[] | undefined;
}

/** The state of the request log. */
export interface RequestLogHealth {
  /** Why the log cannot be written now. Absent if it can. */
  readonly failing?: string | undefined;
  /** The number of requests since the start that are in the totals but were not stored. */
  readonly lost: number;
}

/** The stored requests and their totals. */
export interface RequestLog {
  readonly health: RequestLogHealth;
  /** @throws RangeError for an invalid cursor */
  requests(query?: RequestQuery): Promise<RequestPage>;
  /** The latest request with this id. */
  request(id: string): Promise<RequestRecord | undefined>;
  /** @throws RangeError for an unknown time zone */
  usage(span?: UsageSpan): Promise<UsageReport>;
}
