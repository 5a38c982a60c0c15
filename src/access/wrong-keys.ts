import { ChainError } from '../plugin/door/errors.js';
import { digestOf } from '../secrets.js';
import { callerNetwork } from './caller-address.js';

/** Wrong keys without a delay from one address. */
const FREE = 5;
const FIRST_REST_MS = 10_000;
/** The longest delay, and the time without a wrong key after which all are forgotten. */
const LONGEST_REST_MS = 15 * 60_000;
const MOST_ADDRESSES = 1_000;
const MOST_GUESSES = 1_000;

interface Attempts {
  readonly wrong: number;
  /** Monotonic ms. */
  readonly restUntil: number;
}

const NONE: Attempts = { wrong: 0, restUntil: Number.NEGATIVE_INFINITY };

/**
 * Counts wrong keys per address, and in total if that has a bound. After a few, each further one doubles the delay before
 * the next attempt. The same wrong key counts once: a script with an outdated key does not lock out its
 * address.
 */
export class WrongKeys {
  readonly #monotonic: () => number;
  /** The address with the most recent wrong key is last. */
  readonly #addresses = new Map<string, Attempts>();
  readonly #guesses = new Set<string>();
  #together = NONE;

  readonly #freeTogether: number;

  /**
   * @param monotonic in ms
   * @param freeTogether wrong keys without a delay from all addresses together; by default, only each address counts
   */
  constructor(monotonic: () => number, freeTogether = Number.POSITIVE_INFINITY) {
    this.#monotonic = monotonic;
    this.#freeTogether = freeTogether;
  }

  /** @throws ChainError `too_many_attempts` while `address` has to wait */
  refuseResting(address: string): void {
    const restMs = this.#restOf(callerNetwork(address));
    if (restMs <= 0) return;
    const seconds = Math.ceil(restMs / 1000);
    throw new ChainError('too_many_attempts', `Too many wrong keys. Try again in ${seconds} s.`, {
      headers: { 'retry-after': String(seconds) },
    });
  }

  /** Counts a wrong key. Only its digest is kept. */
  add(address: string, key: string): void {
    this.#count(callerNetwork(address), digestOf(key).toString('base64url'));
  }

  #restOf(address: string): number {
    const until = Math.max(this.#together.restUntil, this.#addresses.get(address)?.restUntil ?? 0);
    return until - this.#monotonic();
  }

  #count(address: string, digest: string): void {
    if (this.#guesses.has(digest)) return;
    this.#guesses.add(digest);
    dropOldest(this.#guesses, MOST_GUESSES);
    const before = this.#addresses.get(address);
    this.#addresses.delete(address);
    this.#addresses.set(address, this.#next(before, FREE));
    dropOldest(this.#addresses, MOST_ADDRESSES);
    this.#together = this.#next(this.#together, this.#freeTogether);
  }

  #next({ wrong: before, restUntil }: Attempts = NONE, free: number): Attempts {
    const now = this.#monotonic();
    const wrong = now - restUntil > LONGEST_REST_MS ? 1 : before + 1;
    const restMs = wrong < free ? 0 : Math.min(FIRST_REST_MS * 2 ** (wrong - free), LONGEST_REST_MS);
    return { wrong, restUntil: now + restMs };
  }
}

/** Maps and sets keep their order of insertion. */
const dropOldest = (kept: Map<string, unknown> | Set<string>, most: number): void => {
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
};
