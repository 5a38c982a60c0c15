import type { FailureClass, TargetState } from '../../contract/quota.js';
import type { Refusal } from '../../ledger/ledger.js';
import type { Attempt, Denial, Failure, SkippedAttempt } from '../../plugin/door/attempt.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { Chain, PreparedTarget } from '../target.js';

/** What came of one target for one request. */
export interface TargetOutcome {
  readonly target: PreparedTarget;
  readonly state: TargetState;
  /** In plain words. */
  readonly reason: string;
  readonly class?: FailureClass | undefined;
  /** A limit stood in the way, and not a fault: waiting helps, and 429 is the honest status. */
  readonly limited: boolean;
  /** Nothing is known against it: only our own caution holds requests back. */
  readonly onProbation?: boolean;
  readonly status?: number | undefined;
  readonly message?: string | undefined;
  /** This request is not to ask it before then, epoch ms: a hook has denied it, or it has just failed. */
  readonly deniedUntil?: number;
  /** Epoch ms; `Infinity`: never. Absent: unknown, or as soon as an attempt in flight is over. */
  readonly retryAt?: number | undefined;
}

const LIMITS: ReadonlySet<FailureClass | undefined> = new Set(['rate_limit', 'quota']);

export const unusable = (
  target: PreparedTarget,
  { state, reason }: NonNullable<PreparedTarget['unusable']>,
): TargetOutcome => ({
  target,
  state,
  reason,
  limited: false,
  retryAt: Number.POSITIVE_INFINITY,
});

export const refused = (
  target: PreparedTarget,
  { code, class: failureClass, reason, retryAt }: Refusal,
): TargetOutcome => ({
  target,
  state: code === 'disabled' ? 'disabled' : 'exhausted',
  reason,
  class: code === 'too_large' ? 'too_large' : failureClass,
  onProbation: code === 'first_contact',
  limited: code === 'cooldown' ? LIMITS.has(failureClass) : code !== 'disabled' && code !== 'too_large',
  retryAt,
});

/** A hook is not asked again sooner than this, whatever it says. */
const SHORTEST_DENIAL_MS = 250;

/** A hook said no. With a time it is a limit like any other. */
export const denied = (target: PreparedTarget, { reason, retryAt }: Denial, now: number): TargetOutcome => {
  const until = retryAt === undefined ? Number.POSITIVE_INFINITY : Math.max(retryAt, now + SHORTEST_DENIAL_MS);
  return { target, state: 'exhausted', reason, limited: retryAt !== undefined, retryAt: until, deniedUntil: until };
};

/** A target that failed a request, and does not rest for it, is not asked again by the same request sooner than this. */
const BREATHER_MS = 1_000;

export const failed = (
  target: PreparedTarget,
  failure: Failure,
  restsUntil: number | undefined,
  now: number,
): TargetOutcome => ({
  target,
  state: failure.class === 'auth' ? 'disabled' : restsUntil === undefined ? 'available' : 'exhausted',
  reason: failure.class,
  class: failure.class,
  limited: LIMITS.has(failure.class),
  status: failure.status,
  message: failure.message,
  retryAt: restsUntil,
  deniedUntil: restsUntil ?? now + BREATHER_MS,
});

/** In-flight attempts end soon; nobody knows when. */
const SOON_MS = 1_000;

/** Nothing left: every target of the chain with its reason, and when to come again. */
export const exhausted = (chain: Chain, trail: Iterable<TargetOutcome>, now: number): ChainError => {
  const all = [...trail];
  // Those that nobody has set up, or that are switched off, say nothing about the others.
  const usable = all.filter(({ target }) => target.unusable === undefined);
  const limited = usable.length > 0 && usable.every((each) => each.limited);
  const tooLarge = usable.length > 0 && usable.every((each) => each.class === 'too_large');
  const times = all
    .filter((each) => each.limited || each.retryAt !== undefined)
    .map(({ retryAt }) => retryAt ?? now + SOON_MS);
  const earliest = Math.min(...times.filter(Number.isFinite));
  const retryAfterMs = Number.isFinite(earliest) ? Math.max(SOON_MS, Math.ceil(earliest - now)) : undefined;
  return new ChainError('chain_exhausted', messageOf(chain, all), {
    status: tooLarge ? 413 : limited ? 429 : 503,
    headers: retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
    details: {
      chain: chain.name,
      retry_after_ms: retryAfterMs ?? null,
      targets: all.map(({ target, state, reason, status, message, retryAt }) => ({
        target: target.id,
        state,
        reason,
        ...(status === undefined ? {} : { status }),
        ...(message === undefined ? {} : { message }),
        ...(isDate(retryAt) ? { retry_at: new Date(retryAt).toISOString() } : {}),
      })),
    },
  });
};

/** A plugin may say a time that is none: for ever, or beyond all calendars. */
const isDate = (at: number | undefined): at is number => at !== undefined && !Number.isNaN(new Date(at).getTime());

const messageOf = (chain: Chain, trail: readonly TargetOutcome[]): string =>
  `No target of chain "${chain.name}" can answer now. ` +
  trail
    .map(({ target, reason, message }) => `${target.id}: ${reason}${message === undefined ? '' : ` (${message})`}`)
    .join(' · ');

/** The record of a target that was not asked. */
export const skipped = (attempt: Attempt, outcome: TargetOutcome): SkippedAttempt => ({
  outcome: 'skipped',
  attempt,
  durationMs: 0,
  reason: outcome.reason,
  retryAt: outcome.retryAt,
  // Neither our own caution nor a hook's decision says what the provider would have answered.
  limited: outcome.limited && outcome.onProbation !== true && outcome.deniedUntil === undefined,
  signals: [],
  adapted: [],
});
