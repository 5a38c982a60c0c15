import { ChainError } from '../../plugin/door/errors.js';
import type { Hooks } from '../../plugin/door/hooks.js';
import type { ProviderType } from '../../plugin/index.js';
import { schemaOfAddress } from '../../plugin/readers/address.js';
import { faultInType } from '../checks/type-faults.js';
import { type RuledType, tapTypeRules } from '../checks/type-rules.js';
import type { Guard } from '../guard.js';
import { guardedType } from './guarded-type.js';

/** Provider types by name, with the plugin that added each. */
export class Registry {
  readonly #types = new Map<string, RuledType & { readonly plugin: string }>();

  readonly #guard: Guard;

  constructor(guard: Guard, hooks: Hooks) {
    this.#guard = guard;
    tapTypeRules(hooks, (name) => this.#types.get(name));
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
    const enter = this.#guard.entry(plugin, `provider type ${name}`);
    this.#types.set(name, { type: guardedType(name, withAddress(type), blame, enter), plugin, blame });
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

/** The type with what follows from its address: the base URL of its first region, and the options that an address needs. */
const withAddress = (type: ProviderType): ProviderType => {
  const baseUrl = type.baseUrl ?? Object.values(type.hosts ?? {})[0];
  const optionsSchema = type.optionsSchema ?? schemaOfAddress(type);
  return {
    ...type,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(optionsSchema === undefined ? {} : { optionsSchema }),
  };
};
