import { type RuleSettings, rulesBy } from '../config/rules.js';
import type { Alias, ChainRules } from '../config/settings.js';
import { ChainError } from '../plugin/door/errors.js';
import { fitsPattern } from '../plugin/readers/name-pattern.js';
import { type Chain, chainOf, type PreparedTarget } from './target.js';

export interface ChainsParts {
  readonly all: readonly Chain[];
  readonly defaultChain: string;
  /** In order: the first that fits counts. Default: none. */
  readonly aliases?: readonly Alias[];
  /** The settings for a target that a request addresses by its id. */
  readonly direct: Chain;
  /** Prepares a target of a configured provider that no chain names, with each key of the provider. */
  readonly addressed: (provider: string, model: string) => readonly PreparedTarget[];
}

/** Claude Code lists only models whose names begin with `claude`. */
const CLAUDE_PREFIX = 'claude-429chain-';

/** Claude Code marks a longer context window in the name, such as `[1m]`. */
const WINDOW = /\[\d{1,4}[km]\]$/i;

/** Returns the name by which clients find a chain that list only models named `claude`. */
export const claudeNameOf = (chain: string): string => `${CLAUDE_PREFIX}${chain}`;

/** Characters of a model's name. */
const LONGEST_NAME = 256;

/** Finds the chain that a request's `model` names. */
export class Chains {
  readonly all: readonly Chain[];
  readonly #byName: ReadonlyMap<string, Chain>;
  readonly #default: Chain | undefined;
  readonly #parts: ChainsParts;

  /** @throws Error when there are chains and `defaultChain` is not one of them */
  constructor(parts: ChainsParts) {
    const { all, defaultChain } = parts;
    this.all = all;
    this.#parts = parts;
    this.#byName = new Map(all.map((chain) => [chain.name, chain]));
    this.#default = this.#byName.get(defaultChain);
    if (this.#default === undefined && all.length > 0) throw new Error(`There is no chain "${defaultChain}".`);
  }

  /**
   * Returns the chain of that name; for `provider/model` of a configured provider, a chain of that target alone; for a
   * name that an alias fits, what the alias names; for anything else, the default chain. A suffix such as `[1m]` may be cut off.
   * @throws ChainError `not_configured` when the default chain is meant and there is none · `invalid_request` for what is no
   * name, and for a name that is too long for headers and logs
   */
  resolve(model: unknown): Chain {
    if (model === undefined || model === null) return this.#theDefault();
    if (typeof model !== 'string') {
      throw new ChainError('invalid_request', '"model" must be a string.', { param: 'model' });
    }
    if (model.length > LONGEST_NAME) {
      const message = `"model" has ${model.length} characters. A name has ${LONGEST_NAME} at most.`;
      throw new ChainError('invalid_request', message, { param: 'model' });
    }
    return this.#find(model) ?? this.#theDefault();
  }

  /** Whether `model` names a chain, a target or an alias. Anything else means the default chain. */
  knows(model: string): boolean {
    return this.#find(model) !== undefined;
  }

  #find(model: string): Chain | undefined {
    const found = this.#named(model);
    if (found !== undefined) return found;
    const name = model.replace(WINDOW, '');
    const alias = this.#parts.aliases?.find(({ pattern }) => fitsPattern(pattern, model) || fitsPattern(pattern, name));
    return alias && this.#named(alias.to);
  }

  /** The chain or the target of that name, or of the name without a suffix such as `[1m]`. */
  #named(model: string): Chain | undefined {
    const exact = this.#byName.get(model);
    if (exact !== undefined) return exact;
    const name = model.replace(WINDOW, '');
    const isClaude = name.startsWith(CLAUDE_PREFIX);
    const chain = this.#byName.get(name) ?? (isClaude ? this.#byName.get(name.slice(CLAUDE_PREFIX.length)) : undefined);
    if (chain !== undefined) return chain;
    const targets = this.targets(name);
    return targets.length === 0 ? undefined : chainOf({ ...this.#parts.direct, name }, targets);
  }

  /** The rules for targets that requests name directly. */
  get directRules(): ChainRules | undefined {
    return this.#parts.direct.rules;
  }

  /**
   * Returns the chain that `model` names, with `targets` in place of its own: as it would be once it is saved.
   * @param settings its settings for rules, in place of its own
   */
  over(model: unknown, targets: readonly PreparedTarget[], settings?: RuleSettings): Chain {
    const named = typeof model === 'string' ? this.#byName.get(model) : undefined;
    const chain = named ?? this.#default ?? { ...this.#parts.direct, name: 'unsaved' };
    const rules = settings === undefined ? chain.rules : rulesBy(settings, this.directRules, `chains.${chain.name}`);
    return { ...chainOf(chain, targets), rules };
  }

  #theDefault(): Chain {
    if (this.#default !== undefined) return this.#default;
    throw new ChainError(
      'not_configured',
      'No chain is configured yet. Open the admin at /admin, or add a chain to the configuration.',
    );
  }

  /**
   * Returns a target by its id, whether a chain names it or not: one for each key of its provider, unless the id names a key.
   * Empty when its provider is not configured.
   */
  targets(id: string): readonly PreparedTarget[] {
    const slash = id.indexOf('/');
    return slash <= 0 || slash === id.length - 1 ? [] : this.#parts.addressed(id.slice(0, slash), id.slice(slash + 1));
  }
}
