import type { Chain } from '../../src/contract/config.js';
import { durationOf } from '../../src/plugin/readers/headers/headers.js';
import type { Plan } from './arrivals.js';
import { DIALECTS } from './dialects/dialects.js';
import { Gate } from './gate.js';
import { latencyOf, startOf, targetsOf, type Workload, type WorldProvider, waitOf } from './world.js';

/** What a router with full knowledge of every provider achieves with the same requests. */
export interface OracleAnswer {
  readonly served: number;
  readonly waitsMs: readonly number[];
}

interface Door {
  readonly gate: Gate;
  readonly provider: WorldProvider;
}

interface Waiting {
  readonly plan: Plan;
  readonly doors: readonly Door[];
  readonly until: number;
}

interface End {
  readonly at: number;
  readonly leave: () => void;
}

/**
 * Serves every request as early as any target of its chain admits it, in order of arrival and of the chain, without
 * network delays and without failing calls: the most that a router could achieve. Stops once more than `mayMiss` requests
 * were missed.
 */
export const askOracle = (
  workload: Workload,
  plans: readonly Plan[],
  mayMiss = Number.POSITIVE_INFINITY,
): OracleAnswer => {
  let now = startOf(workload);
  const doorsOf = doors(workload, () => now);
  let waiting: Waiting[] = [];
  const ends: End[] = [];
  const waitsMs: number[] = [];
  let next = 0;
  let missed = 0;

  const serve = (): number => {
    let earliest = Number.POSITIVE_INFINITY;
    const closed = new Map<Gate, number>();
    waiting = waiting.filter((each) => {
      const at = each.until < now ? undefined : enter(each, now, ends, closed);
      if (at === true) waitsMs.push(now - each.plan.at);
      else if (at === undefined) missed++;
      else earliest = Math.min(earliest, at, each.until + 1);
      return at !== true && at !== undefined;
    });
    return earliest;
  };

  let wakeAt = Number.POSITIVE_INFINITY;
  while (missed <= mayMiss && (next < plans.length || waiting.length > 0)) {
    const arrivesAt = plans[next]?.at ?? Number.POSITIVE_INFINITY;
    const endsAt = waiting.length > 0 ? (ends[0]?.at ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    const until = Math.min(arrivesAt, wakeAt, endsAt);
    for (; (ends[0]?.at ?? Number.POSITIVE_INFINITY) <= until; ends.shift()) {
      now = (ends[0] as End).at;
      ends[0]?.leave();
    }
    now = until;
    for (; plans[next] !== undefined && (plans[next] as Plan).at <= now; next++) {
      const plan = plans[next] as Plan;
      const chain = workload.chains[plan.chain] as Chain;
      waiting.push({ plan, doors: doorsOf(chain), until: plan.at + (durationOf(waitOf(chain)) ?? 0) });
    }
    wakeAt = serve();
  }
  return { served: waitsMs.length, waitsMs };
};

/**
 * @param closed gates that admit no request at this moment, with the time when they may
 * @returns whether it was admitted, or else the earliest time at which it may be; `undefined` for never
 */
const enter = (
  { plan, doors }: Waiting,
  now: number,
  ends: End[],
  closed: Map<Gate, number>,
): true | number | undefined => {
  let earliest: number | undefined;
  for (const { gate, provider } of doors) {
    let at = closed.get(gate);
    if (at === undefined) {
      const answer = gate.admit({ ...plan, bound: fittingBound(plan) });
      if (answer.granted) {
        const { head, perToken } = latencyOf(provider);
        insert(ends, { at: now + head + perToken * plan.completion, leave: answer.leave });
        return true;
      }
      const { retryAfterMs, dimension } = answer;
      if (retryAfterMs === Number.POSITIVE_INFINITY) continue;
      // Without a time it depends on the admitted requests.
      at = retryAfterMs === undefined ? Number.POSITIVE_INFINITY : now + Math.max(1, retryAfterMs);
      if (dimension === 'requests' || dimension === 'concurrent') closed.set(gate, at);
    }
    earliest = Math.min(earliest ?? Number.POSITIVE_INFINITY, at);
  }
  return earliest;
};

/** The room that a router leaves for an answer whose length it does not know. */
const ROOM = 1_024;

/** A caller's bound may be much larger than any answer. */
const fittingBound = ({ bound, completion }: Plan): number | undefined =>
  bound === undefined ? undefined : Math.min(bound, Math.max(ROOM, 2 * completion));

const insert = (ends: End[], end: End): void => {
  let index = ends.length;
  while (index > 0 && (ends[index - 1] as End).at > end.at) index--;
  ends.splice(index, 0, end);
};

const doors = ({ providers }: Workload, clock: () => number): ((chain: Chain) => readonly Door[]) => {
  const byTarget = new Map<string, Door>();
  for (const provider of providers) {
    const { dialect, limits, models, skewMs = 0 } = provider;
    // Being admitted before earlier requests are counted is not capacity.
    const counts = provider.counts === 'afterwards' ? 'used' : provider.counts;
    const make = (): Gate => new Gate(limits, () => clock() + skewMs, counts === undefined ? {} : { counts });
    const shared = DIALECTS[dialect].covers === 'account' ? make() : undefined;
    for (const model of models) byTarget.set(`${provider.id}/${model}`, { gate: shared ?? make(), provider });
  }
  const known = new Map<Chain, readonly Door[]>();
  return (chain) => {
    const found = known.get(chain) ?? targetsOf(chain).map((target) => byTarget.get(String(target)) as Door);
    known.set(chain, found);
    return found;
  };
};
