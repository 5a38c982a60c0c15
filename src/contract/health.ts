import type { ProviderTrial } from './models.js';
import type { FailureClass } from './quota.js';

/**
 * What happened last. `working`: an answer came · `failing`: the latest attempt failed · `limited`: the latest attempt hit a
 * limit · `unknown`: nothing was asked yet. A request that is at fault itself is no failure of a target that answers others.
 */
export type HealthState = 'working' | 'failing' | 'limited' | 'unknown';

/** A failed attempt. */
export interface HealthFailure {
  /** Epoch ms. */
  readonly at: number;
  readonly class: FailureClass;
  /** The HTTP status. Absent if there was no response. */
  readonly status?: number;
  /** The provider's words, with keys masked. */
  readonly reason: string;
}

/** Attempts by how they ended. Skipped targets and requests that were at fault themselves do not count. */
interface HealthCounts {
  readonly served: number;
  readonly failed: number;
  /** They hit a limit. */
  readonly limited: number;
}

/** The last 60 minutes. */
export interface HealthHour extends HealthCounts {
  /** The same in steps of five minutes, the earliest first, without those in which nothing happened. */
  readonly steps: readonly HealthStep[];
}

/** The attempts of five minutes. */
export interface HealthStep extends HealthCounts {
  /** When it began, epoch ms. */
  readonly at: number;
}

/** What happened last at a target. */
export interface HealthView {
  readonly state: HealthState;
  /** When an answer came last, epoch ms. Absent: none since the start, and none in the log of the last hour. */
  readonly lastSuccessAt?: number;
  /** The last attempt that failed for another reason than a limit. */
  readonly lastFailure?: HealthFailure;
  /** The last attempt that hit a limit. */
  readonly lastLimit?: HealthFailure;
  readonly hour: HealthHour;
}

/** What happened last at a provider, or at one of its keys. */
export interface ProviderHealth extends Omit<HealthView, 'lastFailure' | 'lastLimit'> {
  /** With the target at which it happened. */
  readonly lastFailure?: HealthFailure & { readonly target: string };
  readonly lastLimit?: HealthFailure & { readonly target: string };
  /** When 429chain last asked it for its models, and what came of it. */
  readonly check?: HealthCheck;
}

export interface HealthCheck extends Pick<ProviderTrial, 'state' | 'detail' | 'keyUntried'> {
  /** Epoch ms. */
  readonly at: number;
}
