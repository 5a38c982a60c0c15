import { askOracle } from './oracle.js';
import type { Call } from './provider.js';
import type { Course } from './simulation.js';
import { startOf, type Workload } from './world.js';

/** The figures of a course. */
export interface Figures {
  readonly requests: number;
  /** Percent. */
  readonly answered: number;
  /** Calls that a limit refused, per 1,000 requests. */
  readonly wasted: number;
  /** The same, after the first two windows. */
  readonly wastedLater: number;
  /** Refused calls, by herd. */
  readonly wastedByHerd: readonly number[];
  /** The most refused calls of any target in any hour. */
  readonly wastedPerTargetAndHour: number;
  /** Refused by limits of an hour or longer, soon after a restart. */
  readonly wastedByRestart: number;
  /** Percent of the same requests that an oracle serves. */
  readonly yield: number;
  /** From arrival until the answered call was sent, ms. */
  readonly meanWaitMs: number;
  readonly p95WaitMs: number;
  /** The oracle's. */
  readonly leastMeanWaitMs: number;
  readonly targets: readonly TargetFigures[];
}

interface TargetFigures {
  readonly target: string;
  readonly answered: number;
  readonly refused: number;
  readonly failed: number;
  /** The most calls admitted within one minute of the wall clock. */
  readonly busiestMinute: number;
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Default length of the first two windows. */
const FIRST_MINUTES = 2;
/** A refused call within this time after a restart counts as caused by it. */
const RESTART_MS = 2 * MINUTE;

/** Returns the figures of a course. */
export const figuresOf = (workload: Workload, { plans, calls, unanswered, restarts }: Course): Figures => {
  const start = startOf(workload);
  const refused = calls.filter(({ outcome }) => outcome === 'refused');
  const later = start + (workload.firstMinutes ?? FIRST_MINUTES) * MINUTE;
  const laterPlans = plans.filter(({ at }) => at >= later).length;
  const served = plans.length - unanswered.size;
  const oracle = askOracle(workload, plans);
  const waits = calls
    .filter(({ outcome, plan }) => outcome === 'answered' && !unanswered.has(plan.index))
    .map(({ sentAt, plan }) => sentAt - plan.at)
    .toSorted((one, other) => one - other);
  const herds = Math.max(0, ...plans.map(({ herd }) => herd)) + 1;
  return {
    requests: plans.length,
    answered: (served / plans.length) * 100,
    wasted: perThousand(refused.length, plans.length),
    wastedLater: perThousand(refused.filter(({ sentAt }) => sentAt >= later).length, laterPlans),
    wastedByHerd: Array.from({ length: herds }, (_, herd) => refused.filter(({ plan }) => plan.herd === herd).length),
    wastedPerTargetAndHour: mostAlike(
      refused,
      ({ target, sentAt }) => `${target} ${Math.floor(sentAt / DAY)} ${Math.floor((sentAt - start) / HOUR)}`,
    ),
    wastedByRestart: refused.filter(
      ({ sentAt, refusal }) =>
        (refusal?.windowMs ?? 0) >= HOUR && restarts.some((at) => sentAt >= at && sentAt < at + RESTART_MS),
    ).length,
    yield: (served / oracle.served) * 100,
    meanWaitMs: mean(waits),
    p95WaitMs: waits[Math.floor(waits.length * 0.95)] ?? 0,
    leastMeanWaitMs: mean(oracle.waitsMs),
    targets: targetsOf(calls),
  };
};

const targetsOf = (calls: readonly Call[]): TargetFigures[] =>
  [...new Set(calls.map(({ target }) => target))].map((target) => {
    const own = calls.filter((call) => call.target === target);
    const count = (outcome: Call['outcome']): number => own.filter((call) => call.outcome === outcome).length;
    return {
      target,
      answered: count('answered'),
      refused: count('refused'),
      failed: count('failed') + count('left'),
      busiestMinute: mostAlike(
        own.filter(({ outcome }) => outcome !== 'refused'),
        ({ arrivedAt }) => Math.floor(arrivedAt / MINUTE),
      ),
    };
  });

/** Returns how many calls share the most common key. */
const mostAlike = (calls: readonly Call[], keyOf: (call: Call) => string | number): number => {
  const counts = new Map<string | number, number>();
  for (const call of calls) counts.set(keyOf(call), (counts.get(keyOf(call)) ?? 0) + 1);
  return Math.max(0, ...counts.values());
};

const perThousand = (count: number, of: number): number => (of === 0 ? 0 : (count / of) * 1000);

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
