import type { Clock } from '../../clock.js';
import type { Ledger, Need, Refusal, SteadyRefusals } from '../../ledger/ledger.js';
import type { Caller } from '../caller.js';
import type { PreparedTarget } from '../target.js';
import type { Grant } from './commands.js';

/** `gone`: the caller left. `late`: nothing came free in time. `full`: too many wait already. `closed`: no more waiting. */
export type WaitResult = Grant | 'gone' | 'late' | 'full' | 'closed';

export interface WaitOptions {
  /** In order of preference. */
  readonly targets: readonly PreparedTarget[];
  readonly needOf: (target: PreparedTarget) => Need;
  /** The request must not ask the target before then, epoch ms. */
  readonly notBefore: (target: PreparedTarget) => number | undefined;
  /** The longest wait. */
  readonly ms: number;
  readonly caller: Caller;
}

interface Waiter extends WaitOptions {
  /** Smaller: the request began to wait earlier. */
  readonly place: number;
  readonly among: ReadonlySet<PreparedTarget>;
  /** Target id → what kept it back when the queue last looked. */
  readonly refusals: Map<string, Refusal>;
  /** Its first targets that rest, whatever else happens. */
  resting: Resting | undefined;
  readonly done: (result: WaitResult) => void;
}

/** What the ledger has answered once, and need not answer again. */
interface Resting extends SteadyRefusals {
  readonly restVersion: number;
}

/** The longest span that setTimeout takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Requests that wait for capacity: first come, first served. A request whose attempt failed waits again in its old place.
 * The ledger wakes the queue when room may have returned, and one timer wakes it at the earliest moment that a request waits
 * for. It never polls.
 */
export class Queue {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #maxWaiting: number;
  /** By place. */
  #waiters = new Set<Waiter>();
  /** The place of each request that has waited, by its caller. */
  readonly #places = new WeakMap<Caller, number>();
  #lastPlace = 0;
  readonly #unsubscribe: () => void;
  #onLength: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  /** The ledger or the queue changed since the last look. */
  #changed = false;
  #serving = false;
  #closed = false;
  /** Of the present look only: an older refusal may name a moment that has passed, and would wake the queue for ever. */
  #earliest = Number.POSITIVE_INFINITY;

  /** At most `maxWaiting` requests wait at once. */
  constructor(ledger: Ledger, clock: Clock, maxWaiting: number) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#maxWaiting = maxWaiting;
    this.#unsubscribe = ledger.onChange(() => this.#wake());
  }

  get length(): number {
    return this.#waiters.size;
  }

  /** Calls `listener` whenever a request starts or stops waiting. */
  onLength(listener: () => void): void {
    this.#onLength = listener;
  }

  /** No further request may wait. */
  get full(): boolean {
    return this.#waiters.size >= this.#maxWaiting;
  }

  /** Returns how many requests that came earlier wait for this target and could use what is left of it. */
  ahead(target: PreparedTarget): number {
    if (this.#waiters.size === 0) return 0;
    const now = this.#clock.now();
    let ahead = 0;
    for (const waiter of this.#waiters) if (claims(waiter, target, now)) ahead++;
    return ahead;
  }

  /** Waits until one of the targets has room, and holds it. Of several with room, the first in their order is granted. */
  wait(options: WaitOptions): Promise<WaitResult> {
    if (options.caller.gone) return Promise.resolve('gone');
    if (this.#closed) return Promise.resolve('closed');
    if (this.full) return Promise.resolve('full');
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.done('late'), Math.min(options.ms, LONGEST_TIMER_MS));
      const unwatch = options.caller.onLeave(() => waiter.done('gone'));
      const waiter: Waiter = {
        ...options,
        place: this.#placeOf(options.caller),
        among: new Set(options.targets),
        refusals: new Map(),
        resting: undefined,
        done: (result) => {
          if (!this.#waiters.delete(waiter)) return;
          clearTimeout(timer);
          unwatch();
          resolve(result);
          this.#onLength();
          this.#wake();
        },
      };
      this.#insert(waiter);
      this.#onLength();
      this.#wake();
    });
  }

  #placeOf(caller: Caller): number {
    const known = this.#places.get(caller);
    if (known !== undefined) return known;
    this.#places.set(caller, ++this.#lastPlace);
    return this.#lastPlace;
  }

  #insert(waiter: Waiter): void {
    this.#waiters.add(waiter);
    if (waiter.place === this.#lastPlace) return;
    this.#waiters = new Set([...this.#waiters].sort((one, other) => one.place - other.place));
  }

  /** Ends every wait with `closed`, and every later one at once. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const waiter of [...this.#waiters]) waiter.done('closed');
    clearTimeout(this.#timer);
  }

  /** Many changes in one turn of the event loop cause one look. */
  #wake(): void {
    this.#changed = true;
    if (this.#serving || this.#waiters.size === 0) return;
    this.#serving = true;
    queueMicrotask(() => void this.#serve());
  }

  async #serve(): Promise<void> {
    try {
      while (this.#changed) {
        this.#changed = false;
        this.#arm(await this.#look());
      }
    } catch {
      // The ledger cannot answer: the waits run out one by one, and the next change causes another look.
    } finally {
      this.#serving = false;
    }
  }

  /** Grants what can be granted. Returns the earliest moment that a request still waits for, epoch ms. */
  async #look(): Promise<number> {
    this.#earliest = Number.POSITIVE_INFINITY;
    /** Targets kept for an earlier waiter: later ones must not take them. */
    const claimed = new Set<string>();
    for (const waiter of [...this.#waiters]) {
      if (!this.#waiters.has(waiter)) continue;
      const grant = await this.#grant(waiter, claimed);
      if (grant === undefined) continue;
      if (this.#waiters.has(waiter)) waiter.done(grant);
      else grant.reservation.release();
    }
    return this.#earliest;
  }

  /** Holds room at the first of a waiter's targets that has some and that no earlier waiter claims. */
  async #grant(waiter: Waiter, claimed: Set<string>): Promise<Grant | undefined> {
    const { restVersion } = this.#ledger;
    const resting = this.#restingOf(waiter, restVersion);
    const open = this.#openTo(waiter, resting, claimed);
    if (open.length === 0) return undefined;
    const asked = this.#ledger.reserve(open.map((target) => ({ target: target.id, need: waiter.needOf(target) })));
    const { reservation, refusals, steady } = asked instanceof Promise ? await asked : asked;
    if (steady !== undefined && open.length === waiter.targets.length) waiter.resting = { ...steady, restVersion };
    for (const [index, refusal] of refusals.entries()) {
      const target = open[index] as PreparedTarget;
      this.#keepBack(waiter, target, refusal);
      if (refusal.retryAt !== Number.POSITIVE_INFINITY && !refusal.resetsAtOnce) claimed.add(target.id);
    }
    return reservation && { target: open[refusals.length] as PreparedTarget, reservation };
  }

  /** Returns how many of a waiter's first targets still rest. */
  #restingOf({ resting }: Waiter, restVersion: number): number {
    if (resting === undefined || resting.restVersion !== restVersion || this.#clock.now() >= resting.until) return 0;
    this.#earliest = Math.min(this.#earliest, resting.until);
    return resting.count;
  }

  /** Returns the targets after the first ones that the waiter may ask now, and that no earlier waiter claims. */
  #openTo(waiter: Waiter, first: number, claimed: ReadonlySet<string>): readonly PreparedTarget[] {
    const now = this.#clock.now();
    const open: PreparedTarget[] = [];
    for (let index = first; index < waiter.targets.length; index++) {
      const target = waiter.targets[index] as PreparedTarget;
      if (claimed.has(target.id)) continue;
      const notBefore = waiter.notBefore(target) ?? 0;
      if (notBefore <= now) open.push(target);
      else this.#keepBack(waiter, target, deniedUntil(notBefore));
    }
    return open;
  }

  #keepBack({ refusals }: Waiter, target: PreparedTarget, refusal: Refusal): void {
    refusals.set(target.id, refusal);
    this.#earliest = Math.min(this.#earliest, refusal.retryAt ?? Number.POSITIVE_INFINITY);
  }

  #arm(next: number): void {
    clearTimeout(this.#timer);
    if (this.#waiters.size === 0 || next === Number.POSITIVE_INFINITY) return;
    const ms = Math.min(Math.max(1, next - this.#clock.now() + 1), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#wake(), ms);
  }
}

/** A target that is closed to one request is open to others. */
const deniedUntil = (retryAt: number): Refusal => ({
  granted: false,
  code: 'cooldown',
  reason: 'denied',
  retryAt,
  resetsAtOnce: true,
});

/** Returns whether a newcomer that takes from this target would make the waiter wait longer. */
const claims = ({ among, refusals }: Waiter, target: PreparedTarget, now: number): boolean => {
  if (!among.has(target)) return false;
  const refusal = refusals.get(target.id);
  if (refusal === undefined) return true;
  const { retryAt = 0, resetsAtOnce = false } = refusal;
  if (retryAt === Number.POSITIVE_INFINITY) return false;
  return !resetsAtOnce || retryAt <= now;
};
