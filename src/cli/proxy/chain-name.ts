import { configuredId } from '../../config/keyed-name.js';
import type { Settings } from '../../config/settings.js';
import { splitTarget } from '../../config/target-name.js';
import { suggest } from '../../config/wording.js';
import { CommandError } from '../terminal/command-error.js';

/**
 * Checks the name given with `--chain`: the proxy answers requests for unknown models with its default chain, which
 * would hide a typo. Without settings, every name is accepted.
 * @returns `name`
 * @throws CommandError when it is neither a chain nor a target of a configured provider
 */
export const checkChainName = (name: string, settings: Settings | undefined): string => {
  if (settings === undefined) return name;
  const { chains, providers } = settings;
  const names = chains.map((chain) => chain.name);
  const provider = splitTarget(name)?.provider;
  if (names.includes(name) || providers.some((each) => each.id === provider || configuredId(each) === provider))
    return name;
  throw new CommandError(
    `There is no chain "${name}". Chains: ${names.join(', ') || 'none'}.${suggest(name, names)}`,
    2,
  );
};
