import type { Need, Reservation, Usage } from '../ledger.js';
import type { Quota } from './quota.js';
import { unitsOf } from './refusal.js';
import type { Scope } from './scope.js';

/** The ledger, as far as its reservations need it. The same object for all of them. */
export interface Closing {
  /** Epoch ms. */
  now(): number;
  /** A reservation has used `used` units of what it held. */
  charged(reservation: HeldReservation, quota: Quota, used: number): void;
  /** A reservation holds nothing any more. */
  closed(reservation: HeldReservation): void;
}

/** `sent`: not answered yet. `closed`: it holds nothing any more. */
type Phase = 'sent' | 'answered' | 'closed';

/**
 * Units held for one attempt. It remembers which quotas it charged, so that a quota which appears later is never refunded.
 * A request counts as used from the moment it is answered, tokens when the answer is over, a slot never.
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
  readonly need: Need;
  /** Units still held, per quota. A charge that is closed is removed, so that it cannot be closed twice. */
  readonly #held = new Map<Quota, number>();
  readonly #ledger: Closing;
  #phase: Phase = 'sent';
  #isReported = false;
  /** The windows of the limits that the refusal of this attempt names, in ms; infinite where one has no known length. */
  #namedMs = 0;

  constructor(target: string, sequence: number, scopes: readonly Scope[], need: Need, sentAt: number, ledger: Closing) {
    this.target = target;
    this.sequence = sequence;
    this.scopes = scopes;
    this.sentAt = sentAt;
    this.others = scopes[0]?.inFlight ?? 0;
    this.#ledger = ledger;
    this.need = need;
    for (const scope of scopes) scope.begin(this);
  }

  /** Holds units of `quota`, also of one that appears only after this attempt was sent. */
  charge(quota: Quota): void {
    // The answer that created this quota has counted the request already.
    if (this.#phase !== 'sent' && quota.dimension === 'requests') return;
    const units = unitsOf(this.target, this.need, quota);
    quota.hold(units, this.sequence, this.sentAt);
    this.#held.set(quota, units);
  }

  /** A response has counted the units of this attempt already. */
  countedByResponse(quota: Quota, now: number): void {
    const units = this.#held.get(quota);
    this.#held.delete(quota);
    if (units !== undefined) quota.closeCounted(units, now);
  }

  /** The refusal of this attempt names a limit as the reason. `windowMs`: the length of its window, where it is known. */
  explain(windowMs = Number.POSITIVE_INFINITY): void {
    this.#namedMs = Math.max(this.#namedMs, windowMs);
  }

  /** Whether the refusal of this attempt names a limit as the reason. */
  get isExplained(): boolean {
    return this.#namedMs > 0;
  }

  /** The longest wait that the limits allow which the refusal of this attempt names, in ms. */
  get longestWaitMs(): number {
    return this.isExplained ? this.#namedMs : Number.POSITIVE_INFINITY;
  }

  get isAnswered(): boolean {
    return this.#phase !== 'sent';
  }

  /**
   * The provider answered: by now it has counted the request. Most providers count refused requests too.
   * @returns whether this is the first report; later ones change nothing
   */
  report(served: boolean, now: number): boolean {
    if (this.#isReported) return false;
    this.#isReported = true;
    this.#endWait();
    for (const [quota, units] of this.#held) {
      if (quota.dimension === 'requests') this.#close(quota, units, served || quota.countsRefused ? units : 0, now);
    }
    return true;
  }

  settle(usage?: Usage): void {
    this.#end(true, usage);
  }

  release(): void {
    this.#end(false, undefined);
  }

  #end(isUsed: boolean, usage: Usage | undefined): void {
    if (this.#phase === 'closed') return;
    this.#endWait();
    this.#phase = 'closed';
    const now = this.#ledger.now();
    for (const [quota, units] of this.#held)
      this.#close(quota, units, isUsed ? unitsUsed(this.target, quota, units, usage) : 0, now);
    for (const scope of this.scopes) scope.end(this);
    this.#ledger.closed(this);
  }

  #endWait(): void {
    if (this.#phase !== 'sent') return;
    this.#phase = 'answered';
    for (const scope of this.scopes) scope.unanswered--;
  }

  #close(quota: Quota, held: number, used: number, now: number): void {
    this.#held.delete(quota);
    quota.close(held, used, this.sequence, now);
    this.#ledger.charged(this, quota, used);
  }
}

/** No answer has more tokens. */
const MAX_TOKENS = 1e8;

const isCount = (tokens: number): boolean => tokens >= 0 && tokens <= MAX_TOKENS;

const unitsUsed = (target: string, { dimension, costs }: Quota, held: number, usage: Usage | undefined): number => {
  if (dimension === 'concurrent') return 0;
  // An impossible number says nothing: the estimate stays counted.
  if (usage === undefined || dimension === 'requests' || !isCount(usage.input) || !isCount(usage.output)) return held;
  if (dimension === 'units') return costs?.unitsUsed(target, usage) ?? held;
  if (dimension === 'tokens') return usage.input + usage.output;
  return dimension === 'output_tokens' ? usage.output : usage.input;
};
