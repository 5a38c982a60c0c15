import type { FailureClass } from '../../contract/quota.js';
import type { CoolDown } from '../ledger.js';

/** How long a scope cools down when the provider named no usable time: `firstMs`, doubled each time up to `maxMs`. */
interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
  /** Failures in a row that pass before the first cooldown. */
  readonly tolerated: number;
  /** The longest time that is believed when the provider names one. */
  readonly maxHintMs: number;
}

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const OVERLOADED: Backoff = { firstMs: 2 * SECOND, maxMs: 15 * SECOND, tolerated: 1, maxHintMs: 60 * SECOND };

/** The other classes cause no cooldown, except for `auth`: a refused key never works again by itself. */
const BACKOFFS: Partial<Readonly<Record<FailureClass, Backoff>>> = {
  rate_limit: { firstMs: 2 * SECOND, maxMs: 64 * SECOND, tolerated: 0, maxHintMs: 6 * HOUR },
  quota: { firstMs: HOUR, maxMs: DAY, tolerated: 0, maxHintMs: 31 * DAY },
  not_found: { firstMs: HOUR, maxMs: HOUR, tolerated: 0, maxHintMs: DAY },
  overloaded: OVERLOADED,
  server_error: OVERLOADED,
};

/** The shortest time that is believed: "retry at once" would send the same request in a loop. */
const MIN_HINT_MS = 500;

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

interface CoolingDown {
  readonly phase: 'coolingDown';
  /** Epoch ms; `Infinity` for never. */
  readonly until: number;
  readonly class: FailureClass;
  /** In plain words. */
  readonly reason: string;
  /** The provider named the end. */
  readonly hinted: boolean;
  /** What comes at `until`. */
  readonly next: Ready | Probing;
}

export type CooldownPhase = Ready | Probing | CoolingDown;

/** Failures of one class in a row. */
interface Failures {
  readonly class?: FailureClass;
  readonly count: number;
}

const READY: Ready = { phase: 'ready' };
const NO_FAILURES: Failures = { count: 0 };

/** A cooldown as plain data. `until` null: never. */
export interface CooldownSnapshot {
  readonly phase: Ready | Probing | (Omit<CoolingDown, 'until'> & { readonly until: number | null });
  readonly failures: Failures;
}

/** The cooldown of one scope, and the care after it until an attempt is served again. */
export class Cooldown {
  #phase: CooldownPhase = READY;
  #failures = NO_FAILURES;
  /** What the latest served dispatch cleared: its answer may still break off. */
  #cleared = { sequence: 0, failures: NO_FAILURES };
  /** The latest dispatch that caused a cooldown. */
  #sequence = 0;

  /** Returns the phase at `now`. */
  at(now: number): CooldownPhase {
    if (this.#phase.phase === 'coolingDown' && this.#phase.until <= now) this.#phase = this.#phase.next;
    return this.#phase;
  }

  /**
   * Begins or prolongs the cooldown. A later end replaces an earlier one, and an end that the provider named replaces a
   * guess.
   * @param notBefore epoch ms: an earlier end would be in vain, by what was learned
   * @returns the end, epoch ms; `undefined` when this failure causes no cooldown
   */
  begin(coolDown: CoolDown, sequence: number, now: number, notBefore = 0): number | undefined {
    const current = this.at(now);
    if (sequence === this.#cleared.sequence) this.#failures = this.#cleared.failures;
    this.#count(coolDown.class, current);
    const end = endOf(coolDown, this.#failures.count, now);
    if (end === undefined) return undefined;
    this.#sequence = Math.max(this.#sequence, sequence);
    const until = Math.max(end, notBefore);
    const hinted = coolDown.until !== undefined;
    const next = probingAfter(current, hinted);
    if (current.phase === 'coolingDown' && !replaces({ until, hinted }, current)) {
      this.#phase = { ...current, next };
      return current.until;
    }
    this.#phase = { phase: 'coolingDown', until, class: coolDown.class, reason: coolDown.reason, hinted, next };
    this.#failures = { class: coolDown.class, count: this.#failures.count };
    return until;
  }

  /** Failures of one class that arrive during one cooldown are one failure. */
  #count(failureClass: FailureClass, { phase }: CooldownPhase): void {
    const repeated = this.#failures.class === failureClass;
    if (phase !== 'coolingDown') {
      this.#failures = { class: failureClass, count: repeated ? this.#failures.count + 1 : 1 };
    } else if (!repeated) this.#failures = { ...this.#failures, count: 1 };
  }

  /** An attempt was served. It says nothing against a cooldown that a later dispatch caused. */
  served(sequence: number): void {
    if (sequence <= this.#sequence) return;
    this.#cleared = { sequence, failures: this.#failures };
    this.#failures = NO_FAILURES;
    this.#phase = this.#phase.phase === 'coolingDown' ? { ...this.#phase, next: READY } : READY;
  }

  /** Returns what `revive` takes; `undefined` when there is nothing to keep. */
  snapshot(now: number): CooldownSnapshot | undefined {
    const phase = this.at(now);
    if (phase.phase !== 'coolingDown')
      return this.#failures.count === 0 ? undefined : { phase, failures: this.#failures };
    // After a restart a refused key is tried once more: the operator may have fixed it.
    if (phase.class === 'auth') return undefined;
    const until = Number.isFinite(phase.until) ? phase.until : null;
    return { phase: { ...phase, until }, failures: this.#failures };
  }

  static revive({ phase, failures }: CooldownSnapshot): Cooldown {
    const cooldown = new Cooldown();
    cooldown.#failures = failures;
    cooldown.#phase =
      phase.phase === 'coolingDown' ? { ...phase, until: phase.until ?? Number.POSITIVE_INFINITY } : phase;
    return cooldown;
  }
}

/** The lowest limit holds until an attempt is served. */
const probingAfter = (current: CooldownPhase, hinted: boolean): Probing => {
  const { next } = current.phase === 'coolingDown' ? current : { next: current };
  const limit = hinted ? PROBES_AFTER_HINT : PROBES_AFTER_GUESS;
  return { phase: 'probing', limit: next.phase === 'probing' ? Math.min(next.limit, limit) : limit };
};

const replaces = (one: Pick<CoolingDown, 'until' | 'hinted'>, other: CoolingDown): boolean =>
  one.hinted === other.hinted ? one.until > other.until : one.hinted;

const endOf = ({ class: failureClass, until: hint }: CoolDown, failures: number, now: number): number | undefined => {
  const until = Number.isNaN(hint) ? undefined : hint;
  if (failureClass === 'auth') return Number.POSITIVE_INFINITY;
  const backoff = BACKOFFS[failureClass];
  if (backoff === undefined) return undefined;
  if (until === Number.POSITIVE_INFINITY) return until;
  if (until !== undefined) return Math.min(Math.max(until, now + MIN_HINT_MS), now + backoff.maxHintMs);
  if (failures <= backoff.tolerated) return undefined;
  return now + Math.min(backoff.firstMs * 2 ** (failures - backoff.tolerated - 1), backoff.maxMs);
};
