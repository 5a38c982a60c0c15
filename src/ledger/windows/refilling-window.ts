import type { Window, WindowSnapshot } from './window.js';

/** A bucket that refills all the time, such as Groq's: its reset is when it is full, room returns before that. */
export class RefillingWindow implements Window {
  limit: number;
  #level: number;
  #at: number;
  #perMs: number;

  constructor(level: number, limit: number, perMs: number, at: number) {
    this.limit = limit;
    this.#level = level;
    this.#perMs = perMs;
    this.#at = at;
  }

  left(now: number): number {
    if (now > this.#at) {
      this.#level = Math.min(this.limit, this.#level + (now - this.#at) * this.#perMs);
      this.#at = now;
    }
    // A hair below a whole unit is that unit: repeated addition must not cost a millisecond.
    return Math.floor(this.#level + 1e-6);
  }

  freeAt(units: number, now: number): number {
    if (units > this.limit) return Number.POSITIVE_INFINITY;
    this.left(now);
    return now + Math.ceil((units - this.#level) / this.#perMs);
  }

  use(units: number, at: number): void {
    this.left(at);
    this.#level -= units;
  }

  /** `alone`: nothing else is in flight, so that no answer can have been overtaken on its way. */
  observe(level: number, limit: number, perMs: number, at: number, alone: boolean): void {
    const now = Math.max(at, this.#at);
    this.left(now);
    this.#perMs = perMs;
    this.limit = limit;
    const seen = level + (now - at) * perMs;
    this.#level = alone ? seen : Math.min(this.#level, seen);
    this.#at = now;
  }

  resetAt(now: number): number | undefined {
    const missing = this.limit - this.left(now);
    return missing <= 0 ? undefined : now + Math.ceil(missing / this.#perMs);
  }

  snapshot(held: number, now: number): WindowSnapshot {
    this.left(now);
    return { kind: 'refilling', limit: this.limit, level: this.#level - held, perMs: this.#perMs, at: this.#at };
  }
}
