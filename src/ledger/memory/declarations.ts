import type { Declaration, Limit } from '../../contract/quota.js';
import { durationOf } from '../../plugin/readers/headers.js';

/** What a quota is made from. */
interface LimitParts {
  readonly dimension: 'requests' | 'tokens' | 'concurrent';
  readonly amount: number;
  readonly windowMs?: number;
}

/**
 * Returns the parts of a limit.
 * @throws for a window that is not a duration
 */
export const partsOf = (limit: Limit): LimitParts => {
  if ('concurrent' in limit) return { dimension: 'concurrent', amount: limit.concurrent };
  const windowMs = durationOf(limit.per);
  if (windowMs === undefined) throw new Error(`"${limit.per}" is not a duration such as 30s or 1d.`);
  return 'requests' in limit
    ? { dimension: 'requests', amount: limit.requests, windowMs }
    : { dimension: 'tokens', amount: limit.tokens, windowMs };
};

/** Returns whether the configuration limits this dimension of a scope, or of the account that it belongs to. */
export const declares = (declarations: readonly Declaration[], scope: string, dimension: string): boolean => {
  const [provider] = scope.split(/[/#]/);
  return declarations.some(
    (each) =>
      each.source === 'manual' &&
      (each.scope === scope || each.scope === provider) &&
      each.limits.some((limit) => dimension in limit),
  );
};
