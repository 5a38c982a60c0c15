import type { Explanation } from './explain.js';
import type { Dimension, Duration, TargetState } from './quota.js';
import type { RequestPage, RequestRecord, UsageReport } from './requests.js';

/** Every route below `/admin/api`: what it takes and what it answers. Server and browser are typed by this alone. */
export interface AdminApi {
  /** Answers 401 to who is not signed in, as every other route. */
  'GET /session': { reply: SessionView };
  /** Signs in: the answer sets the cookie that opens the other routes. */
  'POST /session': { body: { readonly adminKey: string }; reply: SessionView };
  /** Signs out. */
  'DELETE /session': { reply: SessionView };
  /** How every target of every chain stands now. */
  'GET /status': { reply: StatusReport };
  /** Requests that are over, the last one first. Query: `limit`, `cursor`, `chain`, `provider`, `status`. */
  'GET /requests': { reply: RequestPage };
  'GET /requests/:id': { reply: RequestRecord };
  /** What requests came to. Query: `from`, `to`. */
  'GET /usage': { reply: UsageReport };
  /** What would happen to a request now; nothing is sent, and nothing is spent. */
  'POST /explain': { body: ExplainRequest; reply: Explanation };
}

export interface SessionView {
  readonly signedIn: boolean;
  /** That of the server. */
  readonly version: string;
}

export interface StatusReport {
  readonly targets: readonly TargetView[];
  /** Requests that wait for capacity. */
  readonly waiting: number;
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
