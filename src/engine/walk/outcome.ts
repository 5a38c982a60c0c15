import type { ChainRules } from '../../config/settings.js';
import type { FailureClass, TargetState } from '../../contract/quota.js';
import type { Refusal } from '../../ledger/ledger.js';
import type { Denial, Failure, SkippedTarget } from '../../plugin/door/attempt.js';
import type { MediaKind } from '../../plugin/door/conversation.js';
import type { PreparedTarget } from '../target.js';
import { isAboutRequest } from './rejection.js';

/**
 * The target cannot be asked whatever its limits: it has no key, it is switched off, it cannot do what is asked, or a rule of
 * the chain forbids it.
 */
interface Unusable {
  readonly kind: 'unusable';
  readonly target: PreparedTarget;
  readonly state: 'unconfigured' | 'disabled' | 'available';
  readonly reason: string;
  readonly rule?: keyof ChainRules | undefined;
}

/** The target takes no such part of a message as the request has. */
interface Unsuited {
  readonly kind: 'unsuited';
  readonly target: PreparedTarget;
  readonly lacks: MediaKind;
  readonly reason: string;
}

/** A `beforeAttempt` hook keeps this request from asking the target. */
export interface Denied {
  readonly kind: 'denied';
  readonly target: PreparedTarget;
  readonly reason: string;
  /** Epoch ms; `Infinity` when the hook named no time. */
  readonly retryAt: number;
}

/** The ledger has no room for the request at the target. */
export interface Refused {
  readonly kind: 'refused';
  readonly target: PreparedTarget;
  readonly refusal: Refusal;
}

/** The target was asked and did not answer. */
export interface Failed {
  readonly kind: 'failed';
  readonly target: PreparedTarget;
  readonly failure: Failure;
  /** When the target's cooldown ends, epoch ms; absent when it does not cool down. */
  readonly restsUntil: number | undefined;
  /** This request does not ask the target again before then, epoch ms. */
  readonly notBefore: number;
  /** The part of a message that it refused, where it takes no such part at all. */
  readonly lacks?: MediaKind | undefined;
}

/** A target was not asked. */
export type Skipped = Unusable | Unsuited | Denied | Refused;

/** What became of one target in a walk. */
export type TargetOutcome = Skipped | Failed;

/** A hook is not asked about the same target again sooner than this, whatever time it named. */
const SHORTEST_DENIAL_MS = 250;

/** A target that failed and does not cool down is not asked by the same request again sooner than this. */
const PAUSE_AFTER_FAILURE_MS = 1_000;

export const denied = (target: PreparedTarget, { reason, retryAt }: Denial, now: number): Denied => ({
  kind: 'denied',
  target,
  reason,
  retryAt: retryAt === undefined ? Number.POSITIVE_INFINITY : Math.max(retryAt, now + SHORTEST_DENIAL_MS),
});

/** The target is not asked with this request, whatever its limits. */
export const passedOver = (target: PreparedTarget, reason: string): Unusable => ({
  kind: 'unusable',
  target,
  state: 'available',
  reason,
});

export const unsuited = (target: PreparedTarget, lacks: MediaKind): Unsuited => ({
  kind: 'unsuited',
  target,
  lacks,
  reason: `takes no ${lacks}`,
});

export const refused = (target: PreparedTarget, refusal: Refusal): Refused => ({ kind: 'refused', target, refusal });

/** What a failed attempt leaves behind. */
interface FailedResult {
  readonly failure: Failure;
  readonly restsUntil?: number | undefined;
  readonly lacks?: MediaKind | undefined;
}

export const failed = (target: PreparedTarget, { failure, restsUntil, lacks }: FailedResult, now: number): Failed => ({
  kind: 'failed',
  target,
  failure,
  restsUntil,
  notBefore: restsUntil ?? now + PAUSE_AFTER_FAILURE_MS,
  lacks,
});

/** Returns whether the target cannot serve this request, whatever its limits. */
export const isPassedOver = (outcome: TargetOutcome): outcome is Unusable | Unsuited =>
  outcome.kind === 'unusable' || outcome.kind === 'unsuited';

/** Returns the rule of the chain that keeps the target from being asked; `undefined` if none does. */
export const ruleOf = (outcome: TargetOutcome): keyof ChainRules | undefined =>
  outcome.kind === 'unusable' ? outcome.rule : undefined;

/** Returns the part of the request that the target does not take; `undefined` if that is not what keeps it back. */
export const lackIn = (outcome: TargetOutcome): MediaKind | undefined =>
  outcome.kind === 'unsuited' || outcome.kind === 'failed' ? outcome.lacks : undefined;

const LIMIT_CLASSES: ReadonlySet<FailureClass | undefined> = new Set(['rate_limit', 'quota']);

/** Returns whether a limit stood in the way, and not a fault: waiting helps, and 429 is the honest status. */
export const isLimit = (outcome: TargetOutcome): boolean => {
  if (outcome.kind === 'denied') return Number.isFinite(outcome.retryAt);
  if (outcome.kind === 'failed') return LIMIT_CLASSES.has(outcome.failure.class);
  if (isPassedOver(outcome)) return false;
  const { code, class: failureClass } = outcome.refusal;
  return code === 'cooldown' ? LIMIT_CLASSES.has(failureClass) : code !== 'disabled' && code !== 'too_large';
};

/** Returns whether a key that worked was refused for the first time: the ledger asks it again soon, and does not call it disabled. */
export const isDoubted = (outcome: TargetOutcome): boolean =>
  outcome.kind === 'refused' && outcome.refusal.code === 'cooldown' && outcome.refusal.class === 'auth';

/** Returns whether the target refused its key and is asked again until `until`, epoch ms: the ledger knows whether it is doubted. */
export const mayBeDoubted = (outcome: TargetOutcome, until: number): boolean =>
  outcome.kind === 'failed' && outcome.failure.class === 'auth' && (outcome.restsUntil ?? until + 1) <= until;

/** Returns whether only our own caution holds the request back: nothing is known against the target. */
export const isOnProbation = (outcome: TargetOutcome): outcome is Refused =>
  outcome.kind === 'refused' && outcome.refusal.code === 'first_contact';

export const classOf = (outcome: TargetOutcome): FailureClass | undefined => {
  if (outcome.kind === 'failed') return outcome.failure.class;
  if (outcome.kind !== 'refused') return undefined;
  return outcome.refusal.code === 'too_large' ? 'too_large' : outcome.refusal.class;
};

/**
 * Returns when the target may serve again, epoch ms; `Infinity` for never, `undefined` when that is unknown or depends on
 * attempts in flight.
 */
export const retryAtOf = (outcome: TargetOutcome): number | undefined => {
  if (isPassedOver(outcome)) return Number.POSITIVE_INFINITY;
  if (outcome.kind === 'denied') return outcome.retryAt;
  return outcome.kind === 'failed' ? outcome.restsUntil : outcome.refusal.retryAt;
};

/** Returns the moment before which this request must not ask the target again, epoch ms. */
export const notBeforeOf = (outcome: TargetOutcome | undefined): number | undefined => {
  if (outcome?.kind === 'denied') return outcome.retryAt;
  return outcome?.kind === 'failed' ? outcome.notBefore : undefined;
};

export const stateOf = (outcome: TargetOutcome): TargetState => {
  if (outcome.kind === 'unusable') return outcome.state;
  if (outcome.kind === 'unsuited') return 'available';
  if (outcome.kind === 'denied') return 'exhausted';
  if (outcome.kind === 'refused') return outcome.refusal.code === 'disabled' ? 'disabled' : 'exhausted';
  if (outcome.failure.class === 'auth') return 'disabled';
  return outcome.restsUntil === undefined ? 'available' : 'exhausted';
};

/** Returns the reason in plain words; for a failure, its class: the provider's words stand beside it. */
export const reasonOf = (outcome: TargetOutcome): string => {
  if (outcome.kind === 'failed') return outcome.failure.class;
  return outcome.kind === 'refused' ? outcome.refusal.reason : outcome.reason;
};

/** Returns whether the provider found fault with the request itself. */
export const isRejection = (outcome: TargetOutcome): outcome is Failed =>
  outcome.kind === 'failed' && isAboutRequest(outcome.failure);

/** Returns a skipped target as plugins get it. */
export const skippedTarget = (outcome: Skipped): SkippedTarget => ({
  target: outcome.target.publicView,
  reason: reasonOf(outcome),
  retryAt: retryAtOf(outcome),
  // Neither our own caution nor a hook's decision says what the provider would have answered.
  limited: isLimit(outcome) && outcome.kind !== 'denied' && !isOnProbation(outcome),
});
