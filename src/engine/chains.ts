import { ChainError } from '../plugin/door/errors.js';
import type { Chain, PreparedTarget } from './target.js';

/** Finds the chain that a request's `model` names. */
export class Chains {
  readonly all: readonly Chain[];
  readonly #byName: ReadonlyMap<string, Chain>;
  readonly #default: Chain | undefined;
  readonly #direct: Chain;
  readonly #addressed: (provider: string, model: string) => PreparedTarget | undefined;

  /**
   * @param direct the settings for a target that a request addresses by its id
   * @param addressed prepares a target of a configured provider that no chain names
   * @throws Error when there are chains and `defaultChain` is not one of them
   */
  constructor(
    all: readonly Chain[],
    defaultChain: string,
    direct: Chain,
    addressed: (provider: string, model: string) => PreparedTarget | undefined,
  ) {
    this.all = all;
    this.#byName = new Map(all.map((chain) => [chain.name, chain]));
    this.#default = this.#byName.get(defaultChain);
    if (this.#default === undefined && all.length > 0) throw new Error(`There is no chain "${defaultChain}".`);
    this.#direct = direct;
    this.#addressed = addressed;
  }

  /**
   * Returns the chain of that name; for `provider/model` of a configured provider, a chain of that target alone; for
   * anything else, the default chain.
   * @throws ChainError `not_configured` when the default chain is meant and there is none
   */
  resolve(model: unknown): Chain {
    if (typeof model !== 'string') return this.#theDefault();
    const named = this.#byName.get(model);
    if (named !== undefined) return named;
    const target = this.target(model);
    return target === undefined ? this.#theDefault() : { ...this.#direct, name: model, targets: [target] };
  }

  /** Returns the chain that `model` names, with `targets` in place of its own: as it would be once it is saved. */
  over(model: unknown, targets: readonly PreparedTarget[]): Chain {
    const named = typeof model === 'string' ? this.#byName.get(model) : undefined;
    return { ...(named ?? this.#default ?? { ...this.#direct, name: 'unsaved' }), targets };
  }

  #theDefault(): Chain {
    if (this.#default !== undefined) return this.#default;
    throw new ChainError(
      'not_configured',
      'No chain is configured yet. Open the admin at /admin, or add a chain to the configuration.',
    );
  }

  /** Returns a target by its id, whether a chain names it or not; `undefined` when its provider is not configured. */
  target(id: string): PreparedTarget | undefined {
    const slash = id.indexOf('/');
    return slash <= 0 || slash === id.length - 1 ? undefined : this.#addressed(id.slice(0, slash), id.slice(slash + 1));
  }
}
