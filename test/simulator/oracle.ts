import type { Chain } from '../../src/contract/config.js';
import { durationOf } from '../../src/plugin/headers.js';
import type { Plan } from './arrivals.js';
import { DIALECTS } from './dialects.js';
import { Gate } from './gate.js';
import { latencyOf, startOf, targetsOf, type WorldProvider, type Workload, waitOf } from './world.js';

/** What a router that sees into every provider makes of the same requests. */
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
 * Serves every request as early as any target of its chain lets it in, in order of arrival and of the chain, without a
 * network in between and without a call that fails: the most that can be asked of a router that knows less.
 */
export const askOracle = (workload: Workload, plans: readonly Plan[]): OracleAnswer => {
  let now = startOf(workload);
  const doorsOf = doors(workload, () => now);
  const waiting: Waiting[] = [];
  const ends: End[] = [];
  const waitsMs: number[] = [];
  let next = 0;

  const serve = (): number => {
    let earliest = Number.POSITIVE_INFINITY;
    for (let index = 0; index < waiting.length; ) {
      const { plan, doors: open, until } = waiting[index] as Waiting;
      const at = until < now ? undefined : enter(plan, open, now, ends);
      if (at === true) waitsMs.push(now - plan.at);
      if (at === true || at === undefined) waiting.splice(index, 1);
      else {
        earliest = Math.min(earliest, at, until + 1);
        index++;
      }
    }
    return earliest;
  };

  let wakeAt = Number.POSITIVE_INFINITY;
  while (next < plans.length || waiting.length > 0) {
    const arrivesAt = plans[next]?.at ?? Number.POSITIVE_INFINITY;
    const endsAt = waiting.length > 0 ? (ends[0]?.at ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    now = Math.min(arrivesAt, wakeAt, endsAt);
    while ((ends[0]?.at ?? Number.POSITIVE_INFINITY) <= now) ends.shift()?.leave();
    for (; plans[next] !== undefined && (plans[next] as Plan).at <= now; next++) {
      const plan = plans[next] as Plan;
      const chain = workload.chains[plan.chain] as Chain;
      waiting.push({ plan, doors: doorsOf(chain), until: plan.at + (durationOf(waitOf(chain)) ?? 0) });
    }
    wakeAt = serve();
  }
  return { served: waitsMs.length, waitsMs };
};

/** @returns whether it got in, or else the earliest moment at which it may; `undefined`: never, anywhere. */
const enter = (plan: Plan, doors: readonly Door[], now: number, ends: End[]): true | number | undefined => {
  let earliest: number | undefined;
  for (const { gate, provider } of doors) {
    const answer = gate.admit(plan);
    if (!answer.granted) {
      if (answer.retryAfterMs === Number.POSITIVE_INFINITY) continue;
      // Without a time it hangs on those who are inside.
      const at = answer.retryAfterMs === undefined ? Number.POSITIVE_INFINITY : now + Math.max(1, answer.retryAfterMs);
      earliest = Math.min(earliest ?? Number.POSITIVE_INFINITY, at);
      continue;
    }
    const { head, perToken } = latencyOf(provider);
    insert(ends, { at: now + head + perToken * plan.completion, leave: answer.leave });
    return true;
  }
  return earliest;
};

const insert = (ends: End[], end: End): void => {
  let index = ends.length;
  while (index > 0 && (ends[index - 1] as End).at > end.at) index--;
  ends.splice(index, 0, end);
};

const doors = ({ providers }: Workload, clock: () => number): ((chain: Chain) => readonly Door[]) => {
  const byTarget = new Map<string, Door>();
  for (const provider of providers) {
    const { limits, models, counts = 'used', skewMs = 0 } = provider;
    const now = () => clock() + skewMs;
    const shared = DIALECTS[provider.dialect].covers === 'account' ? new Gate(limits, now, { counts }) : undefined;
    for (const model of models) {
      byTarget.set(`${provider.id}/${model}`, { gate: shared ?? new Gate(limits, now, { counts }), provider });
    }
  }
  const known = new Map<Chain, readonly Door[]>();
  return (chain) => {
    const found = known.get(chain) ?? targetsOf(chain).map((target) => byTarget.get(String(target)) as Door);
    known.set(chain, found);
    return found;
  };
};
