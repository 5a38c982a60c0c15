import type { Environment } from '../../config/env.js';
import { parseSettings } from '../../config/source/load.js';
import { firstModels } from '../../engine/models/first-models.js';
import { askProviders, buildCandidate } from '../provider-reports.js';
import type { KnownModels } from './first-configuration.js';
import type { NamedType } from './offers.js';

/** The provider types of the built-in plugins. */
export const builtInTypes = async (): Promise<readonly NamedType[]> => {
  const parsed = parseSettings('{ providers: {}, chains: {} }', { env: {} });
  if (!parsed.ok) throw new Error('An empty configuration is valid.');
  const { host, shared } = await buildCandidate(parsed.settings, []);
  await shared.upstream.close();
  return host.types.all;
};

/**
 * Asks the providers of a configuration for their models. Providers without their key are not asked.
 * @param text the configuration
 * @returns what is known of each provider, by its id: its list where it could be read, else what its type knows
 */
export const knownModels = async (text: string, env: Environment): Promise<ReadonlyMap<string, KnownModels>> => {
  const parsed = parseSettings(text, { env });
  if (!parsed.ok) return new Map();
  const candidate = await buildCandidate(parsed.settings, []);
  const reports = await askProviders(candidate);
  return new Map(
    candidate.providers.map(({ provider, providerType, headers, keyHeader }) => {
      const models = reports.get(provider)?.models;
      const listed = models === undefined || models.length === 0 ? undefined : affordable(models);
      return [provider, { listed, first: firstModels(providerType, models, headers[keyHeader] !== undefined) }];
    }),
  );
};

const affordable = (models: readonly { readonly id: string; readonly free?: boolean }[]): ReadonlySet<string> =>
  new Set(models.filter(({ free }) => free !== false).map(({ id }) => id));
