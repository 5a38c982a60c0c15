import { shortHash } from '../../plugin/short-hash.js';
import type { Quota } from '../memory/quota.js';

const PREFIXES = { manual: 'manual ', learned: 'learned ', known: '', header: '' } as const;
const COSTS_LENGTH = 6;

const known = new WeakMap<Quota, string>();

/** Returns the name of a limit in its scope, which is the same in every process: `requests 60000`, `manual tokens day UTC 1`. */
export const quotaId = (quota: Quota): string => {
  const found = known.get(quota);
  if (found !== undefined) return found;
  const { source, dimension, windowMs, calendar, costs } = quota;
  const window = calendar?.key ?? (dimension === 'concurrent' ? 'slots' : (windowMs ?? 'unnamed'));
  const priced = costs === undefined ? '' : ` ${shortHash(costs.key, COSTS_LENGTH)}`;
  const id = `${PREFIXES[source]}${dimension} ${window}${priced}`;
  known.set(quota, id);
  return id;
};
