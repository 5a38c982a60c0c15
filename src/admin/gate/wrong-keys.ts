/** Wrong keys that are free before anybody has to wait: for one address, and for all of them together. */
const FREE = { address: 5, together: 50 };
const FIRST_REST_MS = 10_000;
/** The longest rest, and how long nobody has to guess until all is forgotten. */
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
 * Wrong keys, counted by the address that they came from, and together: after a few, each further one doubles the time
 * until the next may be tried. The same wrong key again is no further guess, so that a script with an old one locks
 * nobody out.
 */
export class WrongKeys {
  readonly #monotonic: () => number;
  /** In the order in which they guessed last. */
  readonly #addresses = new Map<string, Attempts>();
  readonly #guesses = new Set<string>();
  #together = NONE;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** How many ms no key from `address` is looked at; 0 when it may try. */
  restOf(address: string): number {
    const until = Math.max(this.#together.restUntil, this.#addresses.get(address)?.restUntil ?? 0);
    return Math.max(0, until - this.#monotonic());
  }

  /** Counts a wrong key, told by its `digest`. */
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

/** Maps and sets keep what came first in front. */
const dropOldest = (kept: Map<string, unknown> | Set<string>, most: number): void => {
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
};
