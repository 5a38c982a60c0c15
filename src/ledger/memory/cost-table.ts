import type { Cost, Costs, Dimension } from '../../contract/quota.js';
import type { Need, Usage } from '../ledger.js';

/** Costs are remembered for this many targets: callers choose names of models. */
const MOST_TARGETS = 1_000;
/** Units are counted in millionths, as whole numbers, so that sums are exact. */
const PARTS = 1_000_000;

/** Returns an amount of units as the ledger counts it, in millionths. */
export const partsOfUnits = (units: number): number => Math.round(units * PARTS);

/** Returns what the ledger counts of a dimension as people write it. */
export const shownAmount = (dimension: Dimension, counted: number): number =>
  dimension === 'units' ? counted / PARTS : counted;

const FREE: Cost = {};

/** What requests cost in the units of a limit, by model. */
export class CostTable {
  readonly costs: Costs;
  /** Two tables with the same key are the same. */
  readonly key: string;
  readonly #patterns: readonly (readonly [RegExp, Cost])[];
  readonly #known = new Map<string, Cost>();

  constructor(costs: Costs) {
    this.costs = costs;
    this.key = JSON.stringify(costs);
    this.#patterns = Object.entries(costs).map(([pattern, cost]) => [patternOf(pattern), cost]);
  }

  /** Returns the units that a request to this target (`provider/model`) needs, in millionths. */
  unitsOf(target: string, { tokens, mostTokens = tokens, inputTokens }: Need): number {
    return this.#sum(target, inputTokens, Math.max(0, mostTokens - inputTokens));
  }

  /** Returns the units that an answer of this target cost, in millionths. One that used no token, such as a refusal, costs nothing. */
  unitsUsed(target: string, { input, output }: Usage): number {
    return input + output === 0 ? 0 : this.#sum(target, input, output);
  }

  #sum(target: string, inputTokens: number, outputTokens: number): number {
    const { request = 0, input = 0, output = 0 } = this.#costOf(target);
    return partsOfUnits(request + (input * inputTokens + output * outputTokens) / 1_000);
  }

  #costOf(target: string): Cost {
    const known = this.#known.get(target);
    if (known !== undefined) return known;
    const model = target.slice(target.indexOf('/') + 1);
    const cost = this.#patterns.find(([pattern]) => pattern.test(model))?.[1] ?? FREE;
    if (this.#known.size < MOST_TARGETS) this.#known.set(target, cost);
    return cost;
  }
}

/** `*` is any text. */
const patternOf = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll(/\*+/g, '.*')}$`, 'is');
