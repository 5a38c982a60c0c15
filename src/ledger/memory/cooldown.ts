import type { FailureClass } from '../../contract/quota.js';
import type { SharedCooldown } from '../../plugin/door/unit-store.js';
import type { CoolDown } from '../ledger.js';
import { cooldownMs, isDoubted, LONGEST_COOLDOWN_MS } from './backoff.js';

/** Attempts that may be in flight after a cooldown, until one is served: its end was guessed, or the provider named it. */
const PROBES_AFTER_GUESS = 1;
const PROBES_AFTER_HINT = 3;

interface Ready {
  readonly phase: 'ready';
}

/** The cooldown is over, but no attempt was served since. */
interface Probing {
  readonly phase: 'probing';
  /** Attempts that may be in flight. */
  readonly limit: number;
}

export interface CoolingDown {
  readonly phase: 'coolingDown';
  /** Epoch ms. */
  readonly until: number;
  readonly class: FailureClass;
  /** In plain words. */
  readonly reason: string;
  /** The provider named the end. */
  readonly hinted: boolean;
  /** The key was refused for the first time since it worked. */
  readonly doubted: boolean;
  /** What comes at `until`. */
  readonly next: Ready | Probing;
}

export type CooldownPhase = Ready | Probing | CoolingDown;

/** Failures since an attempt was last served, by class. Failures during one cooldown count as one. */
type Failures = Partial<Readonly<Record<FailureClass, number>>>;

const READY: Ready = { phase: 'ready' };
const NO_FAILURES: Failures = {};

/** A cooldown as plain data. */
export interface CooldownSnapshot {
  readonly phase: CooldownPhase;
  readonly failures: Failures;
}

/** The attempt that failed. */
interface FailedAttempt {
  readonly sequence: number;
  /** Epoch ms. */
  readonly sentAt: number;
}

/** The cooldown of one scope, and the care after it until an attempt is served again. */
export class Cooldown {
  #phase: CooldownPhase = READY;
  #failures = NO_FAILURES;
  /** What the latest served dispatch cleared: its answer may still break off. */
  #clearedSequence = 0;
  #clearedFailures = NO_FAILURES;
  /** The latest dispatch that caused a cooldown. */
  #sequence = 0;
  /** When the latest cooldown ended or will end, epoch ms. */
  #endsAt = Number.NEGATIVE_INFINITY;
  /** An attempt was served: the key works. */
  #worked = false;

  /** Returns the phase at `now`. */
  at(now: number): CooldownPhase {
    if (this.#phase.phase === 'coolingDown' && this.#phase.until <= now) this.#phase = this.#phase.next;
    return this.#phase;
  }

  /**
   * Begins or prolongs the cooldown. A later end replaces an earlier one, and an end that the provider named replaces a
   * guess.
   * @param hintMs how long to wait, as the provider stated
   * @param notBefore epoch ms: an earlier end would be in vain, by what was learned
   * @returns the end, epoch ms; `undefined` when this failure causes no cooldown
   */
  begin(
    { class: failureClass, reason }: CoolDown,
    attempt: FailedAttempt,
    now: number,
    hintMs: number | undefined,
    notBefore = 0,
  ): number | undefined {
    const current = this.at(now);
    if (attempt.sequence === this.#clearedSequence) this.#failures = this.#clearedFailures;
    const count = this.#count(failureClass, attempt, current);
    const failure = { class: failureClass, count, hintMs, keyWorked: this.#worked };
    const ms = cooldownMs(failure);
    if (ms === undefined) return undefined;
    this.#sequence = Math.max(this.#sequence, attempt.sequence);
    const until = Math.max(now + ms, notBefore);
    const hinted = hintMs !== undefined;
    const next = probingAfter(current, hinted && count === 1);
    if (current.phase === 'coolingDown' && !replaces({ until, hinted }, current)) {
      this.#phase = { ...current, next };
      return current.until;
    }
    const doubted = isDoubted(failure);
    this.#phase = { phase: 'coolingDown', until, class: failureClass, reason, hinted, doubted, next };
    this.#endsAt = until;
    return until;
  }

  /** Counts a failure, unless the attempt was sent before the latest cooldown of this class ended. Returns the count. */
  #count(failureClass: FailureClass, { sentAt }: FailedAttempt, { phase }: CooldownPhase): number {
    const before = this.#failures[failureClass] ?? 0;
    const isSame = before > 0 && (phase === 'coolingDown' || sentAt < this.#endsAt);
    const count = isSame ? before : before + 1;
    this.#failures = { ...this.#failures, [failureClass]: count };
    return count;
  }

  /**
   * An attempt was served. It says nothing against a cooldown that a later dispatch caused.
   * @returns whether the phase is another one now
   */
  served(sequence: number): boolean {
    this.#worked = true;
    if (sequence <= this.#sequence) return false;
    this.#clearedSequence = sequence;
    this.#clearedFailures = this.#failures;
    this.#failures = NO_FAILURES;
    const before = this.#phase;
    this.#phase = before.phase === 'coolingDown' ? { ...before, next: READY } : READY;
    return this.#phase !== before;
  }

  /** Takes over a cooldown that another process began, unless this one ends later. `sequence`: the latest dispatch. */
  takeOver({ class: failureClass, reason, until }: SharedCooldown, sequence: number, now: number): void {
    const current = this.at(now);
    if (until <= now || (current.phase === 'coolingDown' && current.until >= until)) return;
    this.#sequence = Math.max(this.#sequence, sequence);
    this.#failures = { ...this.#failures, [failureClass]: Math.max(1, this.#failures[failureClass] ?? 0) };
    this.#endsAt = until;
    this.#phase = {
      phase: 'coolingDown',
      until,
      class: failureClass,
      reason,
      hinted: false,
      doubted: false,
      next: probingAfter(current, false),
    };
  }

  /** Another process was served after the cooldown. */
  endProbing(now: number): void {
    if (this.at(now).phase !== 'probing') return;
    this.#failures = NO_FAILURES;
    this.#phase = READY;
  }

  /** Returns what `revive` takes; `undefined` when there is nothing to keep. */
  snapshot(now: number): CooldownSnapshot | undefined {
    const phase = this.at(now);
    // After a restart a refused key is tried once more: the operator may have fixed it.
    if (phase.phase === 'coolingDown' && phase.class === 'auth') return undefined;
    if (phase.phase !== 'coolingDown' && Object.keys(this.#failures).length === 0) return undefined;
    return { phase, failures: this.#failures };
  }

  /** @throws Error for a snapshot that cannot be true: it could lock the scope for ever */
  static revive({ phase, failures }: CooldownSnapshot, now: number): Cooldown {
    if (!isPhase(phase)) throw new Error('a cooldown is not valid');
    const cooldown = new Cooldown();
    cooldown.#failures = countsIn(failures);
    if (phase.phase !== 'coolingDown') {
      cooldown.#phase = phase;
      return cooldown;
    }
    // The clock may have jumped since, and an older version saved `null` for never.
    const latest = now + LONGEST_COOLDOWN_MS;
    cooldown.#endsAt = Math.min((phase.until as number | null) ?? latest, latest);
    cooldown.#phase = { ...phase, until: cooldown.#endsAt };
    return cooldown;
  }
}

/** The lowest limit holds until an attempt is served. */
const probingAfter = (current: CooldownPhase, trusted: boolean): Probing => {
  const { next } = current.phase === 'coolingDown' ? current : { next: current };
  const limit = trusted ? PROBES_AFTER_HINT : PROBES_AFTER_GUESS;
  return { phase: 'probing', limit: next.phase === 'probing' ? Math.min(next.limit, limit) : limit };
};

const isCare = (phase: CooldownPhase | undefined): boolean =>
  phase?.phase === 'ready' || (phase?.phase === 'probing' && phase.limit >= 1);

/** An older version saved `null` for never. */
const isPhase = (phase: CooldownPhase | undefined): boolean => {
  if (phase?.phase !== 'coolingDown') return isCare(phase);
  const { until, reason, class: failureClass, next } = phase;
  return (until === null || Number.isFinite(until)) && [reason, failureClass].every(isText) && isCare(next);
};

const isText = (value: unknown): boolean => typeof value === 'string';

/** Without what is no count: an older version saved another shape. */
const countsIn = (failures: Failures): Failures =>
  Object.fromEntries(Object.entries(failures).filter(([, count]) => Number.isInteger(count) && count >= 0));

const replaces = (one: Pick<CoolingDown, 'until' | 'hinted'>, other: CoolingDown): boolean =>
  one.hinted === other.hinted ? one.until > other.until : one.hinted;
