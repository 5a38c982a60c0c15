import type { Explanation } from './explain.js';
import type { Dimension, Duration, TargetState } from './quota.js';
import type { RequestLogHealth, RequestPage, RequestRecord, Totals, UsageReport } from './requests.js';

/** Every route below `/admin/api`: what it takes and what it answers. Server and browser are typed by this alone. */
export interface AdminApi {
  /** How every target of every chain stands now, and what the day came to. */
  'GET /status': { reply: StatusReport };
  /** Requests that are over, the last one first. Query: `limit`, `cursor`, `chain`, `provider`, `status`. */
  'GET /requests': { reply: RequestPage };
  'GET /requests/:id': { reply: RequestRecord };
  /** What requests came to. Query: `from`, `to`. */
  'GET /usage': { reply: UsageReport };
  /** What would happen to a request now; nothing is sent, and nothing is spent. */
  'POST /explain': { body: ExplainRequest; reply: Explanation };
}

export interface LiveStatus {
  readonly targets: readonly TargetView[];
  /** Requests that wait for capacity. */
  readonly waiting: number;
}

export interface StatusReport extends LiveStatus {
  /** What requests that were over today came to; the day is that of UTC. Absent where requests are not logged. */
  readonly today?: Totals;
  readonly free: FreeToday;
  /** Absent where requests are not logged. */
  readonly log?: RequestLogHealth;
}

/**
 * How much of the free units of a day is used, as the limits of a day tell, in which use beside 429chain is included. A
 * provider's day begins at its own hour, such as midnight in UTC or Pacific time, or slides: each counts as it stands now.
 */
export interface FreeToday {
  /** Over all scopes whose tokens per day are known. Absent where there is none. */
  readonly tokens?: ShareUsed;
  /** The same for scopes of which only the requests per day are known. */
  readonly requests?: ShareUsed;
  /** Targets that may be asked and of which no limit of a day is known. They are in neither figure. */
  readonly unknown: number;
}

export interface ShareUsed {
  readonly used: number;
  readonly limit: number;
}

export interface TargetView {
  readonly target: string;
  /** The chains that name it. */
  readonly chains: readonly string[];
  readonly state: TargetState;
  readonly reason?: string;
  /** Epoch ms; absent where nobody knows, and for a state that does not end by itself. */
  readonly until?: number;
  /** Attempts that are under way. */
  readonly inFlight: number;
  readonly quotas: readonly QuotaView[];
}

export interface QuotaView {
  /** A provider (`groq`), a pool (`openrouter#free`) or a target (`groq/model`). */
  readonly scope: string;
  readonly dimension: Dimension;
  /** Absent for `concurrent`. */
  readonly window?: Duration;
  readonly limit?: number;
  readonly used?: number;
  readonly inFlight: number;
  readonly remaining?: number;
  /** Epoch ms. */
  readonly resetAt?: number;
  readonly source: 'header' | 'manual' | 'learned' | 'known';
}

/** A chat request, or as much of it as matters: its model, its length, whether it is streamed. */
export interface ExplainRequest {
  readonly model?: string;
  readonly messages?: readonly unknown[];
  readonly max_tokens?: number;
  readonly stream?: boolean;
}
