import type { SkippedTarget } from '429chain/plugin';
import { type Names, skippedLabel } from './labels.js';

/** Lists that are kept before they are counted. */
const MOST_KEPT = 32;

/** Adds to the counters of one target. */
type Count = (target: string, outcome: string, times: number) => void;

/** How often targets were skipped together. Many requests skip the same ones: their counters are raised once for all. */
export class SkippedCounts {
  readonly #kept = new Map<readonly SkippedTarget[], { readonly names: Names; times: number }>();
  readonly #count: Count;

  constructor(count: Count) {
    this.#count = count;
  }

  add(targets: readonly SkippedTarget[], names: Names): void {
    const kept = this.#kept.get(targets);
    if (kept?.names === names) {
      kept.times++;
      return;
    }
    if (kept !== undefined || this.#kept.size === MOST_KEPT) this.flush();
    this.#kept.set(targets, { names, times: 1 });
  }

  /** Raises the counters. Call it before they are read. */
  flush(): void {
    for (const [targets, { names, times }] of this.#kept)
      for (const skipped of targets) this.#count(names.target(skipped.target.id), skippedLabel(skipped), times);
    this.#kept.clear();
  }
}
