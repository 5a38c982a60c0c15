import { median } from './measure/numbers.js';
import type { Figures, Round } from './measure/round.js';

/** A figure of one lane, or how it compares with the mean of other lanes in the same round. */
export interface Measure {
  readonly phase: string;
  readonly what: string;
  readonly lane?: string;
  /** A name in the figures of the lane. */
  readonly figure: string;
  readonly compared?: { readonly as: 'ratio' | 'difference'; readonly to: readonly string[] };
  readonly unit: string;
  /** The most that is good. */
  readonly goal?: number;
}

const PROXY = '429chain';
const ratioTo = (...to: readonly string[]) => ({ as: 'ratio', to }) as const;
const over = (...to: readonly string[]) => ({ as: 'difference', to }) as const;

/** What is judged and published. */
export const MEASURES: readonly Measure[] = [
  {
    phase: 'plain',
    what: 'CPU per request, ÷ Koa relay',
    figure: 'cpuUs',
    compared: ratioTo('koa-floor'),
    unit: '×',
    goal: 1.5,
  },
  {
    phase: 'big',
    what: 'CPU with a 100 KB prompt, ÷ mean of both relays',
    figure: 'cpuUs',
    compared: ratioTo('node-floor', 'koa-floor'),
    unit: '×',
    goal: 1.3,
  },
  {
    phase: 'latency',
    what: 'added latency over the Koa relay, p50',
    figure: 'p50',
    compared: over('koa-floor'),
    unit: 'ms',
    goal: 0.15,
  },
  {
    phase: 'first-token',
    what: 'added time to the first token over the Koa relay, p50',
    figure: 'p50',
    compared: over('koa-floor'),
    unit: 'ms',
    goal: 0.2,
  },
  {
    phase: 'paced',
    what: 'CPU per chunk at 50 chunks a second, ÷ Node relay',
    figure: 'cpuUs',
    compared: ratioTo('node-floor'),
    unit: '×',
    goal: 1.15,
  },
  {
    phase: 'paced',
    what: 'added delay of a chunk over the Node relay, p50',
    figure: 'p50',
    compared: over('node-floor'),
    unit: 'ms',
  },
  {
    phase: 'full',
    what: 'CPU per chunk at full speed, ÷ Node relay',
    figure: 'cpuUs',
    compared: ratioTo('node-floor'),
    unit: '×',
    goal: 1.3,
  },
  {
    phase: 'translated-paced',
    what: 'Responses: CPU per chunk at 50 a second, ÷ chat',
    lane: 'responses',
    figure: 'cpuUs',
    compared: ratioTo('chat'),
    unit: '×',
    goal: 2,
  },
  {
    phase: 'translated-paced',
    what: 'Messages: CPU per chunk at 50 a second, ÷ chat',
    lane: 'messages',
    figure: 'cpuUs',
    compared: ratioTo('chat'),
    unit: '×',
    goal: 2,
  },
  {
    phase: 'translated-full',
    what: 'Responses: CPU per chunk at full speed, ÷ chat',
    lane: 'responses',
    figure: 'cpuUs',
    compared: ratioTo('chat'),
    unit: '×',
    goal: 2,
  },
  {
    phase: 'translated-full',
    what: 'Messages: CPU per chunk at full speed, ÷ chat',
    lane: 'messages',
    figure: 'cpuUs',
    compared: ratioTo('chat'),
    unit: '×',
    goal: 2,
  },
  {
    phase: 'chain',
    what: 'CPU with a chain of 100, 99 cooling down, ÷ chain of 1',
    lane: 'chain of 100',
    figure: 'cpuUs',
    compared: ratioTo('chain of 1'),
    unit: '×',
    goal: 1.1,
  },
  {
    phase: 'chain',
    what: 'CPU with a chain of 10, 9 cooling down, ÷ chain of 1',
    lane: 'chain of 10',
    figure: 'cpuUs',
    compared: ratioTo('chain of 1'),
    unit: '×',
    goal: 1.1,
  },
  {
    phase: 'chain',
    what: '429s per 1,000 requests, chain of 100',
    lane: 'chain of 100',
    figure: 'refusedPer1000',
    unit: '',
    goal: 1,
  },
  { phase: 'memory', what: 'memory without load', figure: 'idleMb', unit: 'MB', goal: 85 },
  { phase: 'memory', what: 'memory after 20,000 requests', figure: 'loadedMb', unit: 'MB', goal: 130 },
  { phase: 'memory', what: 'memory per open stream', figure: 'streamKb', unit: 'KB', goal: 48 },
  {
    phase: 'memory',
    what: 'memory per open stream with a 100 KB prompt',
    figure: 'longStreamKb',
    unit: 'KB',
    goal: 250,
  },
  {
    phase: 'start',
    what: 'start to the first answer, ÷ Koa relay',
    figure: 'startMs',
    compared: ratioTo('koa-floor'),
    unit: '×',
    goal: 1.7,
  },
  { phase: 'loop', what: 'event-loop delay at 200 requests a second, p99', figure: 'p99', unit: 'ms', goal: 10 },
  { phase: 'log', what: 'CPU per request after 100,000 logged, ÷ before', figure: 'growth', unit: '×', goal: 1.05 },
  { phase: 'log', what: 'disk per logged request', figure: 'bytesPerRequest', unit: 'B' },
  { phase: 'log', what: 'more memory after 100,000 logged', figure: 'grownMb', unit: 'MB' },
  { phase: 'install', what: 'installed packages', figure: 'packages', unit: '', goal: 90 },
  { phase: 'install', what: 'installed size', figure: 'installedMb', unit: 'MB', goal: 25 },
  { phase: 'decision', what: 'a decision of the ledger over 100 targets', figure: 'us', unit: 'µs', goal: 50 },
  { phase: 'decision', what: 'garbage of that decision', figure: 'bytes', unit: 'B' },
];

/** Rounds in which no other process disturbed, if there are enough of them. */
const LEAST_QUIET = 3;

const quietOf = (rounds: readonly Round[]): readonly Round[] => {
  const quiet = rounds.filter(({ noisy }) => !noisy);
  return quiet.length >= LEAST_QUIET ? quiet : rounds;
};

const valueIn = ({ lanes }: Round, { lane = PROXY, figure, compared }: Measure): number => {
  const value = lanes[lane]?.[figure] ?? Number.NaN;
  if (compared === undefined) return value;
  const others = compared.to.map((other) => lanes[other]?.[figure] ?? Number.NaN);
  const mean = others.reduce((total, each) => total + each, 0) / others.length;
  return compared.as === 'ratio' ? value / mean : value - mean;
};

/** The median of what each round says. NaN if it was not measured. */
export const measuredIn = (measure: Measure, rounds: readonly Round[]): number =>
  median(quietOf(rounds).map((round) => valueIn(round, measure)));

/** The median of each figure of each lane. */
export const mediansOf = (rounds: readonly Round[]): Readonly<Record<string, Figures>> => {
  const quiet = quietOf(rounds);
  const lanes = Object.keys(quiet[0]?.lanes ?? {});
  return Object.fromEntries(
    lanes.map((lane) => {
      const figures = Object.keys(quiet[0]?.lanes[lane] ?? {});
      const medians = figures.map((figure) => [
        figure,
        median(quiet.map(({ lanes: of }) => of[lane]?.[figure] ?? Number.NaN)),
      ]);
      return [lane, Object.fromEntries(medians)];
    }),
  );
};
