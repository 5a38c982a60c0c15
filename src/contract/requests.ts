import type { FailureClass } from './quota.js';

/** One target of the chain, and what came of it for one request. */
export interface RequestAttempt {
  /** `provider/model`. */
  readonly target: string;
  readonly outcome: 'served' | 'failed' | 'skipped';
  /** Why it failed. Of a target that was passed over: `rate_limit` where only a limit stood in the way. */
  readonly class?: FailureClass | undefined;
  /** In plain words, with keys masked. */
  readonly reason?: string | undefined;
  /** HTTP status of a failure; absent when there was no response. */
  readonly status?: number | undefined;
  /** When it was asked or passed over, ms after the request's arrival. Absent where an older version kept the request. */
  readonly startedMs?: number | undefined;
  readonly durationMs: number;
  /** What was changed in the request for this target, in plain words. Absent where nothing was. */
  readonly adapted?: readonly string[] | undefined;
}

/** What was asked and answered. Each is cut at 262,144 characters, and says so at its end. */
export interface RequestContent {
  /** The caller's body, as JSON. */
  readonly request: string;
  /**
   * What the caller got to read, as far as it came: the text, and each tool call on a line of its own. Of a provider's
   * refusal that was handed on, its body. Absent where there was nothing.
   */
  readonly answer?: string | undefined;
}

/** A request that is over, as it is kept. */
export interface RequestRecord {
  /** As in `x-request-id`; a caller may have sent the same one twice. */
  readonly id: string;
  /** When it arrived, epoch ms. */
  readonly at: number;
  /** Empty for a request that was refused before its chain was known. */
  readonly chain: string;
  /** The target that served it, of a stream that was taken up the last one. Absent when none did. */
  readonly target?: string | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly promptTokens?: number | undefined;
  readonly completionTokens?: number | undefined;
  /** Of the prompt's. */
  readonly cachedTokens?: number | undefined;
  /** The provider did not say; the counts are what we took them for. */
  readonly tokensEstimated?: boolean | undefined;
  readonly latencyMs: number;
  readonly firstTokenMs?: number | undefined;
  /** Time spent waiting for capacity. */
  readonly waitedMs: number;
  /** What the caller got; 499 when the caller left first. */
  readonly status: number;
  /** The code of the error that 429chain itself answered with. */
  readonly refusal?: string | undefined;
  readonly stream: boolean;
  readonly path: string;
  /** Which key the caller used, never the key itself. */
  readonly keyLabel: string;
  /** How often another target took up its stream. */
  readonly resumed: number;
  /** In the order in which they were asked or passed over. */
  readonly attempts: readonly RequestAttempt[];
  /** Only where the log was told to keep it, and never in a page. */
  readonly content?: RequestContent | undefined;
}

/** Which requests are looked up. */
export interface RequestQuery {
  /** At most so many; 50 unless told, never more than 500. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
  readonly chain?: string | undefined;
  /** The one that served it. */
  readonly provider?: string | undefined;
  /** One status, or all below 400, or all from there on. */
  readonly status?: number | 'answered' | 'failed' | undefined;
}

/** The request that was over last comes first. */
export interface RequestPage {
  /** May be fewer than asked for, or none, and yet there is a `next`: one question looks through so much and no more. */
  readonly requests: readonly RequestRecord[];
  /** Absent: there are no older ones. */
  readonly next?: string | undefined;
}

/**
 * What requests came to. For everything and for a chain, `requests` are those that came. For a provider and a target
 * they are those for which it was asked; `failures` and the latencies are then those of its attempts.
 */
export interface Totals {
  readonly requests: number;
  /** Those that ended without an answer. A caller who left first is no failure. */
  readonly failures: number;
  /** Requests whose caller left before the answer was whole. */
  readonly cancelled: number;
  /** Attempts that failed, by class; the request may have been served by another target all the same. */
  readonly failedAttempts: Readonly<Partial<Record<FailureClass, number>>>;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Limits that were run into: attempts that failed as `rate_limit` or `quota`. */
  readonly rateLimited: number;
  /** Limits that were not run into: targets passed over because of one. */
  readonly avoided: number;
  /** Requests that were answered although the first target of their chain could not. */
  readonly saved: number;
  /** Latency of what was answered, within 5 %; absent where nothing was. */
  readonly p50Ms?: number | undefined;
  readonly p99Ms?: number | undefined;
}

/** Epoch ms. Whole days of UTC are told, the first and the last included; unless told, the last 30 days. */
export interface UsageSpan {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** What requests came to, in all and in parts. */
export interface UsageReport {
  readonly total: Totals;
  readonly providers: Readonly<Record<string, Totals>>;
  readonly chains: Readonly<Record<string, Totals>>;
  readonly targets: Readonly<Record<string, Totals>>;
  /** Those on which there was anything, the earliest first. `day` is such as `2026-01-31`, in UTC. */
  readonly days: readonly (Totals & { readonly day: string })[];
}

/** Whether all is kept that should be. */
export interface RequestLogHealth {
  /** Why it cannot be written at the moment; absent while it can. */
  readonly failing?: string | undefined;
  /** Requests that are in the totals but were not kept, since the start. */
  readonly lost: number;
}

/** What is kept of requests that are over, and what they came to. */
export interface RequestLog {
  readonly health: RequestLogHealth;
  /** @throws RangeError for a cursor that is none */
  requests(query?: RequestQuery): Promise<RequestPage>;
  /** The last one of this id. */
  request(id: string): Promise<RequestRecord | undefined>;
  usage(span?: UsageSpan): Promise<UsageReport>;
}
