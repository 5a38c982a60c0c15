import type { ProviderType } from '429chain/plugin';
import { builtIns } from '../../plugins/index.js';
import { hostOf, type SimulatedHost } from '../../test/plugins/simulated-host.js';

let applied: Promise<SimulatedHost> | undefined;

/** The built-in plugins, applied to a simulated host. */
export const host = (): Promise<SimulatedHost> => {
  applied ??= hostOf(builtIns);
  return applied;
};

/** A built-in provider type. @throws for an unknown name */
export const typeOf = async (name: string): Promise<ProviderType> => {
  const type = (await host()).types.get(name);
  if (type === undefined) throw new Error(`Unknown built-in provider type "${name}".`);
  return type;
};
