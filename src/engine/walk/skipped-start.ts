import type { Ledger, SteadyRefusals } from '../../ledger/ledger.js';
import type { SkippedTarget } from '../../plugin/door/attempt.js';
import { barOf } from '../rules/standing.js';
import type { Chain } from '../target.js';
import { type Skipped, skippedTarget, type TargetOutcome } from './outcome.js';

/** The first targets of a chain, and why each is skipped. The same object for every request while nothing changes. */
export interface SkippedStart {
  readonly outcomes: readonly Skipped[];
  /** The same as plugins get it. */
  readonly targets: readonly SkippedTarget[];
}

interface Known extends SkippedStart {
  readonly restVersion: number;
  /** Epoch ms. */
  readonly until: number;
}

/**
 * Remembers how many targets at the beginning of a chain rest, so that not every request looks at each of them. What it
 * remembers is the ledger's own answer, for as long as the ledger says that it holds.
 */
export class SkippedStarts {
  readonly #ledger: Pick<Ledger, 'restVersion'>;
  readonly #known = new WeakMap<Chain, Known>();

  constructor(ledger: Pick<Ledger, 'restVersion'>) {
    this.#ledger = ledger;
  }

  /** As the ledger's `restVersion`, to be read before the ledger is asked. */
  get version(): number {
    return this.#ledger.restVersion;
  }

  /** Returns the targets at the beginning of a chain that are still skipped; `undefined` if that is not known. */
  of(chain: Chain, now: () => number): SkippedStart | undefined {
    const known = this.#known.get(chain);
    if (known === undefined || known.restVersion !== this.#ledger.restVersion || now() >= known.until) return undefined;
    return chain.rules === undefined || known.outcomes.every((outcome) => isBarredAsBefore(outcome, chain))
      ? known
      : undefined;
  }

  /** Remembers the outcomes of the first targets of a chain, as far as they are steady. */
  remember(
    chain: Chain,
    outcomes: readonly TargetOutcome[],
    { count, until }: SteadyRefusals,
    restVersion: number,
  ): void {
    const steady = steadyOf(outcomes, count);
    this.#known.set(chain, { outcomes: steady, targets: steady.map(skippedTarget), restVersion, until });
  }
}

/** Returns the outcomes up to the first one that is no steady refusal. */
const steadyOf = (outcomes: readonly TargetOutcome[], count: number): readonly Skipped[] => {
  const steady: Skipped[] = [];
  let left = count;
  for (const outcome of outcomes) {
    if (outcome.kind !== 'unusable' && (outcome.kind !== 'refused' || left-- <= 0)) break;
    steady.push(outcome);
  }
  return steady;
};

/** The list of a provider's models may have changed, and with it what is known of a target's price. */
const isBarredAsBefore = (outcome: Skipped, chain: Chain): boolean =>
  outcome.target.unusable !== undefined ||
  barOf(outcome.target, chain)?.reason === (outcome.kind === 'unusable' ? outcome.reason : undefined);
