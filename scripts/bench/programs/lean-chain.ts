import { Pool } from 'undici';

export interface Target {
  readonly id: string;
  readonly pool: Pool;
  readonly path: string;
  readonly headers: readonly string[];
  /** Epoch ms; it cools down until then. */
  restsUntil: number;
  requestsLeft: number;
  tokensLeft: number;
  tokensUsed: number;
}

/** An ordered list of targets, which remembers the first that can answer until a cooldown above it ends. */
export class Chain {
  readonly #targets: readonly Target[];
  #first = 0;
  #looksAgainAt = 0;

  constructor(providers: readonly string[]) {
    const pools = new Map<string, Pool>();
    this.#targets = providers.map((provider, index) => {
      const { origin, pathname } = new URL(provider);
      const pool = pools.get(origin) ?? new Pool(origin, { pipelining: 1 });
      pools.set(origin, pool);
      return {
        id: `provider-${index}`,
        pool,
        path: `${pathname}/chat/completions`,
        headers: ['authorization', 'Bearer sk-provider', 'content-type', 'application/json'],
        restsUntil: 0,
        requestsLeft: Number.POSITIVE_INFINITY,
        tokensLeft: Number.POSITIVE_INFINITY,
        tokensUsed: 0,
      };
    });
  }

  /** The first target that can answer now. */
  pick(now: number): Target | undefined {
    if (now >= this.#looksAgainAt) this.#look(now);
    return this.#targets[this.#first];
  }

  /** Lets a target rest after a 429. */
  rest(target: Target, until: number): void {
    target.restsUntil = until;
    this.#looksAgainAt = 0;
  }

  #look(now: number): void {
    this.#looksAgainAt = Number.POSITIVE_INFINITY;
    for (this.#first = 0; this.#first < this.#targets.length; this.#first++) {
      const { restsUntil, requestsLeft } = this.#targets[this.#first] as Target;
      if (restsUntil <= now && requestsLeft > 0) return;
      this.#looksAgainAt = Math.min(this.#looksAgainAt, restsUntil);
    }
  }
}
