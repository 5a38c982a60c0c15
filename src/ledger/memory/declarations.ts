import type { Calendar, Costs, Declaration, Dimension, Limit } from '../../contract/quota.js';
import { durationOf } from '../../plugin/readers/headers/headers.js';
import { partsOfUnits } from './cost-table.js';

/** What a quota is made from. */
export interface LimitParts {
  readonly dimension: Dimension;
  /** Units in millionths. */
  readonly amount: number;
  readonly windowMs?: number;
  readonly calendar?: Calendar;
  readonly costs?: Costs;
}

/** The dimensions with a window, in the order in which a limit names them. */
const DIMENSIONS = ['requests', 'tokens', 'input_tokens', 'output_tokens', 'units'] as const;

/**
 * Returns the parts of a limit.
 * @throws for a window that is not a duration
 */
export const partsOf = (limit: Limit): LimitParts => {
  if ('concurrent' in limit) return { dimension: 'concurrent', amount: limit.concurrent };
  const dimension = DIMENSIONS.find((each) => each in limit) ?? 'requests';
  const written = Number((limit as Partial<Record<Dimension, number>>)[dimension]);
  const amount = dimension === 'units' ? partsOfUnits(written) : written;
  const counted = { dimension, amount, ...('costs' in limit && { costs: limit.costs }) };
  if ('each' in limit) {
    const { each, zone, from } = limit;
    const calendar = { each, ...(zone !== undefined && { zone }), ...(from !== undefined && { from }) };
    return { ...counted, calendar };
  }
  const windowMs = durationOf(limit.per);
  if (windowMs === undefined) throw new Error(`"${limit.per}" is not a duration such as 30s or 1d.`);
  return { ...counted, windowMs };
};

/** Returns whether the configuration limits this dimension of a scope, or of the account that it belongs to. */
export const declares = (
  declarations: readonly Declaration[],
  scope: string,
  account: string | undefined,
  dimension: string,
): boolean =>
  declarations.some(
    (each) =>
      each.source === 'manual' &&
      (each.scope === scope || each.scope === account) &&
      each.limits.some((limit) => dimension in limit),
  );
