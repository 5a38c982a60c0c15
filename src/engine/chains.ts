import type { Chain, PreparedTarget } from './target.js';

/** Finds the chain that a request's `model` means. */
export class Chains {
  readonly all: readonly Chain[];
  readonly #byName: ReadonlyMap<string, Chain>;
  readonly #default: Chain;
  readonly #addressed: (provider: string, model: string) => PreparedTarget | undefined;

  /** `addressed` prepares a target of a configured provider that no chain names. */
  constructor(
    all: readonly Chain[],
    defaultChain: string,
    addressed: (provider: string, model: string) => PreparedTarget | undefined,
  ) {
    this.all = all;
    this.#byName = new Map(all.map((chain) => [chain.name, chain]));
    const found = this.#byName.get(defaultChain);
    if (found === undefined) throw new Error(`There is no chain "${defaultChain}".`);
    this.#default = found;
    this.#addressed = addressed;
  }

  /** A chain's name means that chain, `provider/model` of a configured provider that target alone, all else the default. */
  resolve(model: unknown): Chain {
    if (typeof model !== 'string') return this.#default;
    const named = this.#byName.get(model);
    if (named !== undefined) return named;
    const slash = model.indexOf('/');
    if (slash <= 0 || slash === model.length - 1) return this.#default;
    const target = this.#addressed(model.slice(0, slash), model.slice(slash + 1));
    return target === undefined ? this.#default : { ...this.#default, name: model, targets: [target] };
  }
}
