import { ChainError } from '../plugin/errors.js';
import type { ProviderType } from '../plugin/index.js';

/** Provider types by name, and who brought each. */
export class Registry {
  readonly #types = new Map<string, { readonly type: ProviderType; readonly plugin: string }>();

  /** @throws ChainError `plugin_failed` when the name is taken. */
  add(name: string, type: ProviderType, plugin: string): void {
    const taken = this.#types.get(name);
    if (taken !== undefined) {
      throw new ChainError(
        'plugin_failed',
        `Plugin "${plugin}" adds the provider type "${name}", which "${taken.plugin}" has added already.`,
      );
    }
    this.#types.set(name, { type, plugin });
  }

  find(name: string): ProviderType | undefined {
    return this.#types.get(name)?.type;
  }

  /** Every type with its name and the plugin that brought it, in the order in which they came. */
  get all(): readonly { readonly name: string; readonly type: ProviderType; readonly plugin: string }[] {
    return [...this.#types].map(([name, added]) => ({ name, ...added }));
  }

  get names(): string[] {
    return [...this.#types.keys()];
  }
}
