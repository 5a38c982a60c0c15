import type { Ledger } from '../../ledger/ledger.js';
import { type Chain, chainOf, differInKey, type PreparedTarget } from '../target.js';

/** Decides which of several keys a request begins with, where a provider says `rotate: 'most-left'`. */
export class Rotation {
  readonly #ledger: Pick<Ledger, 'shareUsed'>;
  /** When each key was used last, as a count of uses. */
  readonly #lastUse = new Map<string, number>();
  #uses = 0;

  constructor(ledger: Pick<Ledger, 'shareUsed'>) {
    this.#ledger = ledger;
  }

  /** A target is asked now. */
  used({ rotates, keyedId }: PreparedTarget): void {
    if (rotates) this.#lastUse.set(keyedId, ++this.#uses);
  }

  /**
   * Returns the chain with the keys of each target in the order in which they are asked: first the one that has used the
   * smallest share of its tightest quota; of equals, the one that was used longest ago. Unknown quotas count as unused.
   */
  ordered(chain: Chain): Chain {
    if (!chain.rotates) return chain;
    const targets: PreparedTarget[] = [];
    for (let start = 0; start < chain.targets.length; ) {
      const first = chain.targets[start] as PreparedTarget;
      let end = start + 1;
      while (end < chain.targets.length && differInKey(first, chain.targets[end] as PreparedTarget)) end++;
      const keys = chain.targets.slice(start, end);
      targets.push(...(first.rotates && keys.length > 1 ? this.#sorted(keys) : keys));
      start = end;
    }
    return chainOf(chain, targets);
  }

  #sorted(keys: readonly PreparedTarget[]): PreparedTarget[] {
    return keys
      .map((target) => ({
        target,
        share: this.#ledger.shareUsed(target.id),
        lastUse: this.#lastUse.get(target.keyedId) ?? 0,
      }))
      .sort((one, other) => one.share - other.share || one.lastUse - other.lastUse)
      .map(({ target }) => target);
  }
}
