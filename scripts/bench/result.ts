import { cpus, release, totalmem, type } from 'node:os';
import type { Figures, Round } from './measure/round.js';
import { MEASURES, measuredIn, mediansOf } from './measures.js';
import type { Share } from './profile/shares.js';

/** What a run measured: the contents of docs/performance.json. */
export interface Result {
  /** ISO date. */
  readonly date: string;
  readonly quick: boolean;
  readonly node: string;
  readonly machine: string;
  /** Rounds that other processes disturbed. */
  readonly noise: { readonly noisy: number; readonly rounds: number };
  /** Requests that failed and streams that were cut, which no figure may hide. */
  readonly failures: number;
  /** Phases that this machine cannot measure, or the quick form leaves out, with the reason. */
  readonly skipped: Readonly<Record<string, string>>;
  /** By the words of the measure. */
  readonly values: Readonly<Record<string, number>>;
  /** The medians of each figure, by phase and lane. */
  readonly figures: Readonly<Record<string, Readonly<Record<string, Figures>>>>;
  /** Where the CPU goes, by workload. */
  readonly profiles: Readonly<Record<string, readonly Share[]>>;
}

const GB = 2 ** 30;

const machineName = (): string => {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / GB)} GB, ${type()} ${release().split('.', 2).join('.')}`;
};

export interface Measured {
  readonly quick: boolean;
  readonly failures: number;
  readonly skipped: ReadonlyMap<string, string>;
  readonly rounds: ReadonlyMap<string, readonly Round[]>;
  readonly profiles: Readonly<Record<string, readonly Share[]>>;
}

export const resultOf = ({ quick, failures, skipped, rounds, profiles }: Measured): Result => {
  const all = [...rounds.values()].flat();
  const values = MEASURES.map(
    (measure) => [measure.what, rounded(measuredIn(measure, rounds.get(measure.phase) ?? []))] as const,
  );
  return {
    date: new Date().toISOString().slice(0, 10),
    quick,
    node: process.version,
    machine: machineName(),
    noise: { noisy: all.filter(({ noisy }) => noisy).length, rounds: all.length },
    failures,
    skipped: Object.fromEntries(skipped),
    values: Object.fromEntries(values.filter(([, value]) => Number.isFinite(value))),
    figures: Object.fromEntries([...rounds].map(([phase, of]) => [phase, roundedFigures(mediansOf(of))])),
    profiles,
  };
};

const DIGITS = 4;
const rounded = (value: number): number => Number(value.toPrecision(DIGITS));

const roundedFigures = (lanes: Readonly<Record<string, Figures>>): Readonly<Record<string, Figures>> =>
  Object.fromEntries(
    Object.entries(lanes).map(([lane, figures]) => [
      lane,
      Object.fromEntries(
        Object.entries(figures)
          .filter(([, value]) => Number.isFinite(value))
          .map(([name, value]) => [name, rounded(value)]),
      ),
    ]),
  );
