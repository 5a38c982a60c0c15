/** Random numbers that repeat for the same seed. Each concern has its own, so that none shifts another's. */
export class Random {
  #state: number;

  /** @param name what the numbers are for; part of the seed */
  constructor(seed: number, name: string) {
    let hash = seed | 0;
    for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x5bd1e995) ^ (hash >>> 13);
    this.#state = hash;
  }

  /** In [0, 1). Mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  between([least, most]: readonly [number, number]): number {
    return least + (most - least) * this.next();
  }

  /** A span whose logarithm is normal: half of them below `median`, and a few far above it. */
  spread(median: number, sigma: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    return median * Math.exp(sigma * normal);
  }

  /** The time until the next of events that occur independently. */
  gap(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.next() * values.length)] as T;
  }

  /** One of `values`, with the frequency of its share. */
  weighed<T extends { readonly share: number }>(values: readonly T[]): T {
    const mark = this.next() * values.reduce((sum, { share }) => sum + share, 0);
    let sum = 0;
    for (const value of values) {
      sum += value.share;
      if (mark < sum) return value;
    }
    return values.at(-1) as T;
  }
}
