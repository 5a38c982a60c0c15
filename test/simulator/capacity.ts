import { poisson } from './arrivals.js';
import { askOracle } from './oracle.js';
import { Random } from './random.js';
import type { Workload } from './world.js';

/** The share of a load that must be served for it to count as sustainable. */
const BORNE = 0.99;
/** Long enough for the first windows to matter little. */
const SHORTEST_MINUTES = 45;
/** To within one percent. */
const STEPS = 7;

/** Results, by what they depend on. */
const known = new Map<string, number>();

/** Returns how many requests per minute a world can sustain: the most of which an oracle misses nearly none. */
export const capacityOf = (workload: Workload): number => {
  const { providers, chains, arrivals, minutes, startsAt } = workload;
  const key = JSON.stringify([providers, chains, arrivals.kinds, minutes, startsAt]);
  const found = known.get(key);
  if (found !== undefined) return found;
  let [least, most] = [0, 8];
  while (bears(workload, most)) [least, most] = [most, most * 2];
  for (let step = 0; step < STEPS; step++) {
    const middle = (least + most) / 2;
    if (bears(workload, middle)) least = middle;
    else most = middle;
  }
  known.set(key, least);
  return least;
};

const bears = (workload: Workload, perMinute: number): boolean => {
  const minutes = Math.max(SHORTEST_MINUTES, workload.minutes);
  const plans = poisson(workload, new Random(1, 'capacity'), perMinute, minutes);
  const mayMiss = (1 - BORNE) * plans.length;
  return askOracle(workload, plans, mayMiss).served >= plans.length - mayMiss;
};
