import { poisson } from './arrivals.js';
import { askOracle } from './oracle.js';
import { Random } from './random.js';
import type { Workload } from './world.js';

/** So much of what is offered must be served for the world to be able to bear it. */
const BORNE = 0.99;
/** Long enough for first windows to weigh little. */
const SHORTEST_MINUTES = 45;
/** To within one percent. */
const STEPS = 7;

/** By what it depends on. */
const known = new Map<string, number>();

/** How many requests of its kinds a minute a world can serve for ever: the most of which an oracle refuses nearly none. */
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
