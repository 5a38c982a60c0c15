import { ChainError } from '../plugin/door/errors.js';
import type { ProviderType } from '../plugin/index.js';
import type { Guard } from './guard.js';
import { guardedType } from './guarded-type.js';
import { faultInType } from './type-faults.js';

/** Provider types by name, with the plugin that added each. */
export class Registry {
  readonly #types = new Map<string, { readonly type: ProviderType; readonly plugin: string }>();

  readonly #guard: Guard;

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  /** @throws ChainError `plugin_failed` if the name is taken or the type is invalid */
  add(name: string, type: ProviderType, plugin: string): void {
    const taken = this.#types.get(name);
    if (taken !== undefined) {
      throw new ChainError(
        'plugin_failed',
        `Plugin "${plugin}" adds the provider type "${name}", which plugin "${taken.plugin}" adds too.`,
      );
    }
    const fault = faultInType(type);
    if (fault !== undefined) {
      throw new ChainError('plugin_failed', `The provider type "${name}" of plugin "${plugin}" ${fault}.`);
    }
    const blame = (where: string, error: unknown): void =>
      this.#guard.blame(plugin, `${where} of provider type ${name}`, error);
    this.#types.set(name, { type: guardedType(name, type, blame), plugin });
  }

  find(name: string): ProviderType | undefined {
    return this.#types.get(name)?.type;
  }

  /** Every type with its name and the plugin that added it, in the order of their addition. */
  get all(): readonly { readonly name: string; readonly type: ProviderType; readonly plugin: string }[] {
    return [...this.#types].map(([name, added]) => ({ name, ...added }));
  }

  get names(): string[] {
    return [...this.#types.keys()];
  }
}
