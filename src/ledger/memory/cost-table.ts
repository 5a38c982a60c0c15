import type { Cost, Costs } from '../../contract/quota.js';
import type { Need, Usage } from '../ledger.js';

/** Costs are remembered for this many targets: callers choose names of models. */
const MOST_TARGETS = 1_000;
/** A millionth of a unit: sums of smaller parts would not be exact. */
const PARTS = 1_000_000;

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

  /** Returns the units that a request to this target (`provider/model`) needs, rounded up to a millionth. */
  unitsOf(target: string, { tokens, mostTokens = tokens, inputTokens }: Need): number {
    return this.#sum(target, inputTokens, Math.max(0, mostTokens - inputTokens));
  }

  /** Returns the units that an answer of this target cost. One that used no token, such as a refusal, costs nothing. */
  unitsUsed(target: string, { input, output }: Usage): number {
    return input + output === 0 ? 0 : this.#sum(target, input, output);
  }

  #sum(target: string, inputTokens: number, outputTokens: number): number {
    const { request = 0, input = 0, output = 0 } = this.#costOf(target);
    const units = request + (input * inputTokens + output * outputTokens) / 1_000;
    return Math.ceil(units * PARTS - 1e-6) / PARTS;
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
