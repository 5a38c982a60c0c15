import type { PreparedTarget } from '../engine/target.js';
import type { Ledger } from '../ledger/ledger.js';
import { knownLimits } from './known-limits.js';
import type { TargetFactory } from './prepare.js';

/** How many targets outside all chains are remembered, the least recently used forgotten first: callers choose their names. */
const MAX_ADDRESSED = 1_000;

/** The targets that requests address as `provider/model`, inside a chain or not. */
export class AddressedTargets {
  readonly #factory: TargetFactory;
  readonly #ledger: Ledger;
  readonly #inChains: ReadonlyMap<string, PreparedTarget>;
  /** Targets outside all chains, the least recently used first. */
  readonly #others = new Map<string, PreparedTarget>();

  constructor(factory: TargetFactory, ledger: Ledger, inChains: readonly PreparedTarget[]) {
    this.#factory = factory;
    this.#ledger = ledger;
    this.#inChains = new Map(inChains.toReversed().map((target) => [target.id, target]));
  }

  /**
   * The target, registered in the ledger: one for each key of the provider, unless `provider` names one such as `groq:key 1`.
   * Empty if `provider` is not configured.
   */
  find(provider: string, model: string): readonly PreparedTarget[] {
    return this.#factory.keyedIds(provider).map((keyedId) => {
      const id = `${keyedId}/${model}`;
      const target = this.#inChains.get(id) ?? this.#other(id, keyedId, model);
      // Also for a known target: the ledger may have forgotten one that was long unused.
      this.#ledger.register(target.scopes, knownLimits(target));
      return target;
    });
  }

  #other(id: string, keyedId: string, model: string): PreparedTarget {
    const target = this.#others.get(id) ?? this.#factory.addressed(keyedId, model);
    this.#others.delete(id);
    this.#others.set(id, target);
    const [leastUsed] = this.#others.keys();
    if (this.#others.size > MAX_ADDRESSED && leastUsed !== undefined) this.#others.delete(leastUsed);
    return target;
  }
}
