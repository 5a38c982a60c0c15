import type { TargetState } from './quota.js';
import type { FreeStanding, TrainingStanding } from './standing.js';

/** What would happen to a request now. Nothing is sent to the providers. */
export interface Explanation {
  readonly chain: string;
  /** `model` names neither a chain, a target nor an alias: the default chain answers. Absent otherwise. */
  readonly unknownModel?: true;
  readonly decision:
    | { readonly kind: 'asks'; readonly target: string }
    /** The request waits for the first of `targets`, at most `maxMs`. `retryAt`: the earliest known time, epoch ms. */
    | { readonly kind: 'waits'; readonly targets: readonly string[]; readonly maxMs: number; readonly retryAt?: number }
    | { readonly kind: 'refuses'; readonly status: number; readonly message: string };
  /** All targets of the chain, in order. */
  readonly targets: readonly ExplainedTarget[];
}

export interface ExplainedTarget {
  readonly target: string;
  readonly state: TargetState;
  /** `asked`: the chosen target · `skipped`, for `reason` · `not reached`: an earlier target is asked. */
  readonly step: 'asked' | 'skipped' | 'not reached';
  readonly reason?: string;
  /** Epoch ms. */
  readonly retryAt?: number;
  /** Whether it is free, and how that is known. Only for a chain with `free: 'only'`. */
  readonly free?: FreeStanding;
  /** Whether its provider trains on requests, and how that is known. Only for a chain with `privacy: 'no-training'`. */
  readonly training?: TrainingStanding;
}
