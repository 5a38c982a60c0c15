/** Wrong keys without a delay: for one address, and for all addresses together. */
const FREE = { address: 5, together: 50 };
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
 * Counts wrong keys per address and in total. After a few, each further one doubles the delay before the next attempt.
 * The same wrong key counts once, so that a script with an outdated key locks nobody out.
 */
export class WrongKeys {
  readonly #monotonic: () => number;
  /** The address with the most recent wrong key is last. */
  readonly #addresses = new Map<string, Attempts>();
  readonly #guesses = new Set<string>();
  #together = NONE;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Ms until `address` may try a key; 0 if it may now. */
  restOf(address: string): number {
    const until = Math.max(this.#together.restUntil, this.#addresses.get(address)?.restUntil ?? 0);
    return Math.max(0, until - this.#monotonic());
  }

  /** Counts the wrong key with this `digest`. */
  add(address: string, digest: string): void {
    if (this.#guesses.has(digest)) return;
    this.#guesses.add(digest);
    dropOldest(this.#guesses, MOST_GUESSES);
    const before = this.#addresses.get(address);
    this.#addresses.delete(address);
    this.#addresses.set(address, this.#next(before, FREE.address));
    dropOldest(this.#addresses, MOST_ADDRESSES);
    this.#together = this.#next(this.#together, FREE.together);
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
