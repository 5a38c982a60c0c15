import type { Clock } from '../../clock.js';
import type { UnitCount, UnitStore } from '../../plugin/door/unit-store.js';
import type { ScopeRegistry } from '../memory/scope-registry.js';
import { SERVED } from './demands.js';
import { quotaId } from './quota-id.js';

/** The store is asked for counts this often at most. */
const PAUSE_MS = 250;
/** A target of which this process was served so recently is counted all the time: the next refusal may teach its limit. */
const WATCHED_MS = 60_000;
/** A count says so long whether anything is in flight elsewhere. */
const FRESH_MS = 2 * PAUSE_MS;

interface Seen {
  /** Attempts that this process was served, as it reported. */
  own: number;
  /** What other processes were served, as far as the ledger knows it. */
  others: number;
  /** All of them, when they were last counted. */
  all: number;
  /** When this process was last served, or asked what is in flight, epoch ms. */
  at: number;
  /** When nothing was last seen in flight elsewhere, epoch ms. */
  aloneAt: number;
}

/** What other processes use and are served, as the store last counted it. */
export class Elsewhere {
  readonly #store: UnitStore;
  readonly #registry: ScopeRegistry;
  readonly #clock: Clock;
  readonly #served = new Map<string, Seen>();
  readonly #wanted = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: UnitStore, registry: ScopeRegistry, clock: Clock) {
    this.#store = store;
    this.#registry = registry;
    this.#clock = clock;
  }

  /** Counts a scope again soon. */
  look(scope: string): void {
    this.#wanted.add(scope);
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#ask(), PAUSE_MS);
    this.#timer.unref();
  }

  /** This process was served an attempt at a target, and has reported it. */
  servedHere(target: string): void {
    const seen = this.#seen(target);
    seen.own++;
    seen.at = this.#clock.now();
    this.look(target);
  }

  /** Returns whether no other process has an attempt in flight, as far as the scope has limits; if in doubt, `false`. */
  isAlone(scope: string): boolean {
    const seen = this.#seen(scope);
    seen.at = this.#clock.now();
    this.look(scope);
    return seen.at - seen.aloneAt <= FRESH_MS;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const scopes = [...this.#wanted];
    this.#wanted.clear();
    const own = new Map(scopes.map((scope) => [scope, this.#served.get(scope)?.own ?? 0]));
    try {
      const counts = await this.#store.counts(scopes);
      for (const scope of scopes) {
        const counted = new Map(counts.filter((each) => each.scope === scope).map((each) => [each.quota, each]));
        this.#takeOver(scope, counted, own.get(scope) as number);
      }
    } catch {
      // The store is away: the next reservation shows it.
    } finally {
      this.#timer = undefined;
      if (this.#wanted.size > 0) for (const scope of this.#wanted) this.look(scope);
    }
  }

  /** @param own what this process had been served when the store was asked */
  #takeOver(id: string, counts: ReadonlyMap<string, UnitCount>, own: number): void {
    const scope = this.#registry.shared(id);
    if (scope === undefined) return;
    const now = this.#clock.now();
    const count = counts.get(SERVED);
    let isAlone = (count?.held ?? 0) <= scope.unanswered;
    for (const quota of scope.quotas) {
      const counted = counts.get(quotaId(quota)) ?? { used: 0, held: 0 };
      quota.countTogether(counted, now);
      isAlone &&= counted.held <= quota.inFlight;
    }
    const seen = this.#seen(id);
    seen.aloneAt = isAlone ? now : Number.NEGATIVE_INFINITY;
    const all = count?.used ?? 0;
    // The day of the count is over, or the store began anew.
    const isNew = all < seen.all;
    const others = all - own;
    if (isNew) seen.own -= own;
    else if (others > seen.others && seen.all > 0) scope.servedElsewhere(others - seen.others, now);
    seen.others = isNew ? all : others;
    seen.all = all;
    if (now - seen.at < WATCHED_MS) this.#wanted.add(id);
    scope.unansweredElsewhere = Math.max(0, (count?.held ?? 0) - scope.unanswered);
  }

  #seen(target: string): Seen {
    let seen = this.#served.get(target);
    if (seen === undefined) {
      seen = { own: 0, others: 0, all: 0, at: Number.NEGATIVE_INFINITY, aloneAt: Number.NEGATIVE_INFINITY };
      this.#served.set(target, seen);
    }
    return seen;
  }
}
