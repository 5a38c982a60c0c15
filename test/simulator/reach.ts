import type { Figures } from './figures.js';

/** What a workload must reach. An absent figure is measured without a requirement. */
export interface Reach {
  /** The matching line of the table of goals. */
  readonly line: string;
  /** Percent of the requests, at least. */
  readonly answered?: number;
  /** Refused calls per 1,000 requests, at most. */
  readonly wasted?: number;
  /** The same, without the first two windows. */
  readonly wastedLater?: number;
  /** Percent of what an oracle serves, at least. */
  readonly yield?: number;
  /** Refused calls of the first herd, at most; every later herd has none. */
  readonly firstHerd?: number;
  /** Refused calls of any one target in any one hour, at most. */
  readonly wastedPerTargetAndHour?: number;
  /** Refused calls in the two minutes after a restart, at most. */
  readonly wastedByRestart?: number;
}

/** One figure compared with its requirement. */
export interface Verdict {
  readonly text: string;
  readonly passed: boolean;
  /** The distance to failure; negative when it failed. */
  readonly margin: number;
}

/** Compares the figures of a workload with what it must reach. */
export const judge = (figures: Figures, reach: Reach): Verdict[] => {
  const least = (what: string, value: number, bound: number | undefined): Verdict[] =>
    bound === undefined ? [] : [verdictOf(`${what} ${rounded(value)} >= ${bound}`, value - bound)];
  const most = (what: string, value: number, bound: number | undefined): Verdict[] =>
    bound === undefined ? [] : [verdictOf(`${what} ${rounded(value)} <= ${bound}`, bound - value)];
  const [first = 0, ...later] = figures.wastedByHerd;
  return [
    ...least('answered %', figures.answered, reach.answered),
    ...least('yield %', figures.yield, reach.yield),
    ...most('wasted/1000', figures.wasted, reach.wasted),
    ...most('wasted/1000 later', figures.wastedLater, reach.wastedLater),
    ...(reach.firstHerd === undefined
      ? []
      : [
          ...most('first herd wasted', first, reach.firstHerd),
          ...most('later herds wasted', Math.max(0, ...later), 0),
        ]),
    ...most('wasted per target and hour', figures.wastedPerTargetAndHour, reach.wastedPerTargetAndHour),
    ...most('wasted by restart', figures.wastedByRestart, reach.wastedByRestart),
  ];
};

const verdictOf = (text: string, margin: number): Verdict => ({ text, margin, passed: margin >= 0 });

const rounded = (value: number): number => Math.round(value * 100) / 100;
