import type { TargetState } from './quota.js';

/** What would happen to a request now. Nothing is sent, and nothing is spent. */
export interface Explanation {
  readonly chain: string;
  readonly decision:
    | { readonly kind: 'asks'; readonly target: string }
    /** For the first of these that comes back, at most so long. `retryAt`, epoch ms: the earliest that is known. */
    | { readonly kind: 'waits'; readonly targets: readonly string[]; readonly maxMs: number; readonly retryAt?: number }
    | { readonly kind: 'refuses'; readonly status: number; readonly message: string };
  /** Every target of the chain, in its order. */
  readonly targets: readonly ExplainedTarget[];
}

export interface ExplainedTarget {
  readonly target: string;
  readonly state: TargetState;
  /** `asked` · `passed over`, and why · `not reached`, since another one comes first. */
  readonly step: 'asked' | 'skipped' | 'not reached';
  readonly reason?: string;
  /** Epoch ms. */
  readonly retryAt?: number;
}
