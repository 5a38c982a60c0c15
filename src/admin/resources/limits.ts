import type { Edit } from '../../config/edit/edit.js';
import type { Change } from '../../config/source/change.js';
import { splitTarget } from '../../config/target-name.js';
import type { PinnedLimit } from '../../contract/admin-configuration.js';
import type { FullTarget, Limit } from '../../contract/config.js';
import { ChainError } from '../../plugin/door/errors.js';
import { durationOf } from '../../plugin/readers/headers.js';
import type { AdminParts } from '../parts.js';
import { targetIdOf, targetsOf } from './chains.js';
import { writtenIn } from './changes.js';

/**
 * Writes a limit down: with the account, or with the target in every chain that names it.
 * @throws ChainError `invalid_request` for a pool, and for what no limit in the file can say
 */
export const pinChange = ({ store }: AdminParts, pinned: PinnedLimit): Change => {
  const written = writtenIn(store);
  const limit = limitOf(pinned);
  const { scope } = pinned;
  if (typeof scope !== 'string') throw invalid('scope', '"scope" is missing: a provider or a target.');
  if (scope.includes('#')) {
    const message = `${scope} is a pool, whose limits cannot be written down. Pin the limit to the provider, or to its targets.`;
    throw invalid('scope', message);
  }
  if (Object.hasOwn(written.providers, scope)) {
    const limits = withLimit(written.providers[scope]?.limits, limit);
    return { edits: [{ op: 'set', path: ['providers', scope, 'limits'], value: limits }] };
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

const invalid = (param: string, message: string): ChainError => new ChainError('invalid_request', message, { param });

const pinnedTo = (target: FullTarget | string, limit: Limit): FullTarget => {
  if (typeof target !== 'string') return { ...target, limits: withLimit(target.limits, limit) };
  return { ...(splitTarget(target) as { provider: string; model: string }), limits: [limit] };
};

/** In place of the one of the same kind, else as one more. */
const withLimit = (limits: readonly Limit[] = [], limit: Limit): Limit[] => [
  ...limits.filter((each) => kindOf(each) !== kindOf(limit)),
  limit,
];

/** The same span may be written in two ways: `60s`, `1m`. */
const kindOf = (limit: Limit): string =>
  'concurrent' in limit ? 'concurrent' : `${'requests' in limit ? 'requests' : 'tokens'} ${durationOf(limit.per)}`;

const limitOf = ({ dimension, window, limit }: PinnedLimit): Limit => {
  if (!Number.isInteger(limit) || limit < 1) {
    throw invalid('limit', `"limit" is ${JSON.stringify(limit)}. Expected a whole number of at least 1.`);
  }
  if (dimension === 'concurrent') return { concurrent: limit };
  if (dimension !== 'requests' && dimension !== 'tokens') {
    throw invalid(
      'dimension',
      `A limit of ${String(dimension)} cannot be written down, only requests, tokens or concurrent.`,
    );
  }
  if (typeof window !== 'string') throw invalid('window', `A limit of ${dimension} needs its "window", such as "1m".`);
  return dimension === 'requests' ? { requests: limit, per: window } : { tokens: limit, per: window };
};
