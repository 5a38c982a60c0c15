import type { Dimension } from '../../contract/quota.js';
import type { Need, Reservation, Usage } from '../ledger.js';
import type { Quota } from './quota.js';
import { unitsOf } from './refusal.js';
import type { Scope } from './scope.js';

interface Charge {
  readonly quota: Quota;
  readonly units: number;
  open: boolean;
}

/**
 * Remembers which quotas it charged, so that one born meanwhile is never refunded. A request counts as used from the
 * moment it was answered, tokens when the answer is over, a slot never.
 */
export class HeldReservation implements Reservation {
  readonly granted = true;
  readonly target: string;
  readonly sequence: number;
  /** Epoch ms. */
  readonly sentAt: number;
  /** Attempts at the same target that were in flight when this one was sent. */
  readonly others: number;
  readonly scopes: readonly Scope[];
  readonly #charges: Charge[] = [];
  readonly #need: Need;
  readonly #now: () => number;
  readonly #onClose: (reservation: HeldReservation) => void;
  #open = true;
  #answered = false;

  constructor(
    target: string,
    sequence: number,
    scopes: readonly Scope[],
    need: Need,
    now: () => number,
    onClose: (reservation: HeldReservation) => void,
  ) {
    this.target = target;
    this.sequence = sequence;
    this.scopes = scopes;
    this.#now = now;
    this.sentAt = now();
    this.others = scopes[0]?.open.size ?? 0;
    this.#onClose = onClose;
    this.#need = need;
    for (const scope of scopes) {
      scope.open.add(this);
      scope.unanswered++;
      for (const quota of scope.quotas) this.charge(quota);
    }
  }

  /** Holds units of `quota`, also of one that was heard of only after this attempt was sent. */
  charge(quota: Quota): void {
    // It was counted when it was answered, before this quota was born of that answer.
    if (this.#answered && quota.dimension === 'requests') return;
    const units = unitsOf(this.#need, quota);
    quota.hold(units, this.sequence);
    this.#charges.push({ quota, units, open: true });
  }

  /** A signal has this attempt's units in it already. */
  countedBySignal(quota: Quota): void {
    const charge = this.#charges.find((each) => each.quota === quota);
    if (charge === undefined || !charge.open) return;
    charge.open = false;
    quota.counted(charge.units, this.#now());
  }

  get isAnswered(): boolean {
    return this.#answered;
  }

  /**
   * The provider has answered: it has counted the request by now, most of them also one that they refused.
   */
  answered(served: boolean): void {
    this.#countAnswer();
    for (const charge of this.#charges) {
      const { dimension, countsRefused } = charge.quota;
      if (dimension === 'requests') this.#close(charge, served || countsRefused ? charge.units : 0);
    }
  }

  settle(usage?: Usage): void {
    this.#finish((quota, units) => (quota.dimension === 'concurrent' ? 0 : usedOf(quota.dimension, units, usage)));
  }

  release(): void {
    this.#finish(() => 0);
  }

  #finish(used: (quota: Quota, units: number) => number): void {
    if (!this.#open) return;
    this.#open = false;
    this.#countAnswer();
    for (const charge of this.#charges) this.#close(charge, used(charge.quota, charge.units));
    for (const scope of this.scopes) scope.open.delete(this);
    this.#onClose(this);
  }

  #countAnswer(): void {
    if (this.#answered) return;
    this.#answered = true;
    for (const scope of this.scopes) scope.unanswered--;
  }

  #close(charge: Charge, used: number): void {
    if (!charge.open) return;
    charge.open = false;
    charge.quota.close(charge.units, used, this.sequence, this.#now());
  }
}

const usedOf = (dimension: Dimension, held: number, usage: Usage | undefined): number => {
  if (usage === undefined || dimension === 'requests') return held;
  return dimension === 'tokens' ? usage.input + usage.output : usage.input;
};
