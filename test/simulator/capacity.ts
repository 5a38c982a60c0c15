import { poisson } from './arrivals.js';
import { askOracle } from './oracle.js';
import { Random } from './random.js';
import type { Workload } from './world.js';

/** So much of what is offered must be served for the world to be able to bear it. */
const BORNE = 0.99;
/** Long enough for first windows to weigh little. */
const SHORTEST_MINUTES = 45;
const STEPS = 9;

const known = new WeakMap<Workload, number>();

/** How many requests of its kinds a minute a world can serve for ever: the most of which an oracle refuses nearly none. */
export const capacityOf = (workload: Workload): number => {
  const found = known.get(workload);
  if (found !== undefined) return found;
  let [least, most] = [0, 8];
  while (bears(workload, most)) [least, most] = [most, most * 2];
  for (let step = 0; step < STEPS; step++) {
    const middle = (least + most) / 2;
    if (bears(workload, middle)) least = middle;
    else most = middle;
  }
  known.set(workload, least);
  return least;
};

const bears = (workload: Workload, perMinute: number): boolean => {
  const minutes = Math.max(SHORTEST_MINUTES, workload.minutes);
  const plans = poisson(workload, new Random(1, `capacity ${workload.name}`), perMinute, minutes);
  return askOracle(workload, plans).served >= BORNE * plans.length;
};
