import type { FailureClass } from '../../contract/quota.js';
import type { CoolDown } from '../ledger.js';

/** How long a scope rests when the provider gave no usable hint: `firstMs`, doubled each time up to `longestMs`. */
interface Rest {
  readonly firstMs: number;
  readonly longestMs: number;
  /** Failures in a row that are let pass before the first rest. */
  readonly tolerated: number;
  /** The longest claim that is believed. */
  readonly clampMs: number;
}

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const OVERLOADED: Rest = { firstMs: 2 * SECOND, longestMs: 15 * SECOND, tolerated: 1, clampMs: 60 * SECOND };

/** The failure table of the design, as far as it speaks of resting. A class that is absent never rests. */
const RESTS: Partial<Readonly<Record<FailureClass, Rest>>> = {
  rate_limit: { firstMs: 2 * SECOND, longestMs: 64 * SECOND, tolerated: 0, clampMs: 6 * HOUR },
  quota: { firstMs: HOUR, longestMs: DAY, tolerated: 0, clampMs: 31 * DAY },
  not_found: { firstMs: HOUR, longestMs: HOUR, tolerated: 0, clampMs: DAY },
  overloaded: OVERLOADED,
  server_error: OVERLOADED,
};

/** A hint of "at once" after a refusal is not believed to the letter, or the same request would be sent in a loop. */
const SHORTEST_MS = 500;

/** How many attempts may be in flight at a scope that has just come back: one after a guess, a few after a hint. */
const AFTER_GUESS = 1;
const AFTER_HINT = 3;

/** A scope's rest as it is kept over a restart. */
export interface RestsSnapshot {
  /** Epoch ms; null: never. */
  readonly until: number | null;
  readonly class: FailureClass | null;
  readonly reason: string;
  readonly hinted: boolean;
  readonly strikes: number;
}

/** What rests a scope, and how it may be met again. One per scope. */
export class Rests {
  until = 0;
  class: FailureClass | undefined;
  reason = '';
  /** Attempts in flight allowed until the scope has served one; `undefined`: no bound. */
  careful: number | undefined;
  /** The end was the provider's word, and not a guess. */
  #hinted = false;
  /** Failures of this class in a row. */
  #strikes = 0;
  /** What was held against it until the latest dispatch that was served: its answer may yet break off. */
  #forgiven: { sequence: number; strikes: number; class: FailureClass | undefined } | undefined;
  /** The latest dispatch that put the scope to rest. */
  #sequence = 0;

  /**
   * Begins or prolongs the rest. A later end wins over an earlier one, the provider's word over a guess. `notBefore`:
   * what was learned says that it would be in vain.
   * @returns when it ends, epoch ms; `undefined` when this failure is let pass.
   */
  begin(coolDown: CoolDown, sequence: number, now: number, notBefore = 0): number | undefined {
    const resting = this.until > now;
    if (this.#forgiven?.sequence === sequence) {
      this.#strikes = this.#forgiven.strikes;
      this.class = this.#forgiven.class;
    }
    // A herd's failures that come in during one rest are one failure.
    if (!resting || this.class !== coolDown.class)
      this.#strikes = this.class === coolDown.class ? this.#strikes + 1 : 1;
    const known = endOf(coolDown, this.#strikes, now);
    const end = known === undefined ? undefined : Math.max(known, notBefore);
    if (!resting) this.class = coolDown.class;
    if (end === undefined) return undefined;
    const hinted = coolDown.until !== undefined;
    const replaces = !resting || (hinted && !this.#hinted) || (hinted === this.#hinted && end > this.until);
    if (replaces) {
      this.until = end;
      this.class = coolDown.class;
      this.reason = coolDown.reason;
      this.#hinted = hinted;
    }
    this.careful = Math.min(this.careful ?? AFTER_HINT, hinted ? AFTER_HINT : AFTER_GUESS);
    this.#sequence = Math.max(this.#sequence, sequence);
    return this.until;
  }

  /** An attempt was served. It says nothing against a rest that a later dispatch began. */
  served(sequence: number): void {
    if (sequence <= this.#sequence) return;
    this.#forgiven = { sequence, strikes: this.#strikes, class: this.class };
    this.#strikes = 0;
    this.class = undefined;
    this.careful = undefined;
  }

  /** Absent when there is nothing to remember. */
  snapshot(now: number): RestsSnapshot | undefined {
    // A refused key is tried once more after a restart: whoever restarts has perhaps mended it.
    if (this.class === 'auth' || (this.until <= now && this.#strikes === 0)) return undefined;
    const until = Number.isFinite(this.until) ? this.until : null;
    return { until, class: this.class ?? null, reason: this.reason, hinted: this.#hinted, strikes: this.#strikes };
  }

  restore({ until, class: failureClass, reason, hinted, strikes }: RestsSnapshot): void {
    this.until = until ?? Number.POSITIVE_INFINITY;
    this.class = failureClass ?? undefined;
    this.reason = reason;
    this.#hinted = hinted;
    this.#strikes = strikes;
    this.careful = hinted ? AFTER_HINT : AFTER_GUESS;
  }

  clear(): void {
    this.until = 0;
    this.served(Number.POSITIVE_INFINITY);
  }
}

const endOf = ({ class: failureClass, until: claimed }: CoolDown, strikes: number, now: number): number | undefined => {
  const until = Number.isNaN(claimed) ? undefined : claimed;
  if (failureClass === 'auth') return Number.POSITIVE_INFINITY;
  const rest = RESTS[failureClass];
  if (rest === undefined) return undefined;
  if (until === Number.POSITIVE_INFINITY) return until;
  if (until !== undefined) return Math.min(Math.max(until, now + SHORTEST_MS), now + rest.clampMs);
  if (strikes <= rest.tolerated) return undefined;
  return now + Math.min(rest.firstMs * 2 ** (strikes - rest.tolerated - 1), rest.longestMs);
};
