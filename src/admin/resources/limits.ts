import type { Edit } from '../../config/edit/edit.js';
import { splitKey } from '../../config/keyed-name.js';
import type { Change } from '../../config/source/change.js';
import { splitTarget } from '../../config/target-name.js';
import type { PinnedLimit } from '../../contract/admin-configuration.js';
import type { Configuration, FullTarget, Limit, Provider } from '../../contract/config.js';
import { partsOf } from '../../ledger/memory/declarations.js';
import { ChainError } from '../../plugin/door/errors.js';
import { durationOf } from '../../plugin/readers/headers/headers.js';
import type { AdminParts } from '../parts.js';
import { targetIdOf, targetsOf } from './chains.js';
import { writtenIn } from './changes.js';

/**
 * The change that writes a limit into the configuration: at the provider, or at the target in every chain that has it.
 * @throws ChainError `invalid_request` for a pool, and for a limit that the configuration cannot express
 */
export const pinChange = ({ store }: AdminParts, pinned: PinnedLimit): Change => {
  const written = writtenIn(store);
  const limit = limitOf(pinned);
  if (typeof pinned.scope !== 'string') throw invalid('scope', '"scope" is missing: a provider or a target.');
  // The limits of a provider hold for each of its keys.
  const scope = splitKey(pinned.scope).configured;
  if (scope.includes('#')) {
    const message = `${scope} is a pool, and the configuration has no limits for pools. Pin the limit to the provider or to its targets.`;
    throw invalid('scope', message);
  }
  const provider = providerOf(written, scope);
  if (provider !== undefined) {
    const limits = withLimit(written.providers[provider]?.limits, limit);
    return { edits: [{ op: 'set', path: ['providers', provider, 'limits'], value: limits }] };
  }
  const edits = Object.entries(written.chains).flatMap(([name, chain]): Edit[] => {
    const targets = targetsOf(chain);
    if (!targets.some((target) => targetIdOf(target) === scope)) return [];
    const path = Array.isArray(chain) ? ['chains', name] : ['chains', name, 'targets'];
    const items = targets.map((target) => (targetIdOf(target) === scope ? pinnedTo(target, limit) : target));
    return [{ op: 'set', path, value: items }];
  });
  if (edits.length > 0) return { edits };
  throw invalid('scope', `${JSON.stringify(scope)} is neither a provider nor a target of a chain.`);
};

/** The provider of this id, or the first one that belongs to the account: to the one of a name, or of a type without a key. */
const providerOf = ({ providers }: Configuration, scope: string): string | undefined => {
  if (Object.hasOwn(providers, scope)) return scope;
  const [type] = scope.split('@');
  const isMember = ({ account, apiKey, apiKeys, type: its }: Provider): boolean =>
    account === scope ||
    (scope.includes('@') && account === undefined && (apiKey ?? apiKeys) === undefined && its === type);
  return Object.keys(providers).find((id) => isMember(providers[id] as Provider));
};

const invalid = (param: string, message: string): ChainError => new ChainError('invalid_request', message, { param });

const pinnedTo = (target: FullTarget | string, limit: Limit): FullTarget => {
  if (typeof target !== 'string') return { ...target, limits: withLimit(target.limits, limit) };
  return { ...(splitTarget(target) as { provider: string; model: string }), limits: [limit] };
};

/** Replaces the limit of the same kind, or adds one. */
const withLimit = (limits: readonly Limit[] = [], limit: Limit): Limit[] => [
  ...limits.filter((each) => kindOf(each) !== kindOf(limit)),
  limit,
];

/** `60s` and `1m` are the same window. */
const kindOf = (limit: Limit): string => {
  const { dimension, windowMs, calendar, costs } = partsOf(limit);
  return JSON.stringify([dimension, windowMs, calendar, costs]);
};

const limitOf = ({ dimension, window, limit }: PinnedLimit): Limit => {
  if (!Number.isInteger(limit) || limit < 1) {
    throw invalid('limit', `"limit" is ${JSON.stringify(limit)}. Expected a whole number of at least 1.`);
  }
  if (dimension === 'concurrent') return { concurrent: limit };
  if (dimension !== 'requests' && dimension !== 'tokens') {
    throw invalid(
      'dimension',
      `"dimension" is ${JSON.stringify(dimension)}, and the configuration has no such limits. Expected requests, tokens or concurrent.`,
    );
  }
  if (typeof window !== 'string' || !durationOf(window)) {
    throw invalid('window', `A limit of ${dimension} needs its "window": a duration such as "1m".`);
  }
  return dimension === 'requests' ? { requests: limit, per: window } : { tokens: limit, per: window };
};
