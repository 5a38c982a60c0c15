import type { UnitDemand, UnitStore, UnitWindow } from '../../plugin/door/unit-store.js';
import type { SharedQuota } from './demands.js';

/** A limit that is no limit: the units are used already. */
const ANY = 1e15;
/** The lease only carries the units to the store. */
const LEASE_MS = 60_000;

interface Uses extends SharedQuota {
  window: UnitWindow;
  /** When units were used, epoch ms, and how many; oldest first. */
  readonly list: (readonly [at: number, units: number])[];
}

/** What this process used while the store was away. */
export class UsesAlone {
  readonly #uses = new Map<string, Uses>();

  add({ scope, quota }: SharedQuota, window: UnitWindow, units: number, now: number): void {
    if (units <= 0 || window.kind === 'slots') return;
    const key = `${scope}\n${quota}`;
    const uses = this.#uses.get(key) ?? { scope, quota, window, list: [] };
    this.#uses.set(key, uses);
    uses.window = window;
    uses.list.push([now, units]);
    while ((uses.list[0]?.[0] ?? now) < beginOf(window, now)) uses.list.shift();
  }

  /** Tells the store what still counts, and forgets it. Rejects if the store is away; then nothing is forgotten. */
  async tell(store: UnitStore, now: number): Promise<void> {
    for (const [key, { scope, quota, window, list }] of [...this.#uses]) {
      const from = beginOf(window, now);
      const used = list.filter(([at]) => at >= from).reduce((sum, [, units]) => sum + units, 0);
      if (used > 0) {
        const demands: UnitDemand[] = [{ quota, units: used, limit: ANY, window }];
        const { lease } = await store.hold([{ target: scope, scopes: [{ scope, demands }] }], LEASE_MS);
        if (lease !== undefined) store.end(lease, [{ scope, quota, used }]);
      }
      this.#uses.delete(key);
    }
  }
}

/** Returns since when uses count at `now`. */
const beginOf = (window: UnitWindow, now: number): number => {
  if (window.kind === 'slots') return now;
  return window.kind === 'fixed' && window.endsAt !== undefined ? window.endsAt - window.ms : now - window.ms;
};
