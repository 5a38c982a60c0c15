import { watchNoise } from './noise.js';

/** Named figures of one relay, such as `cpuUs`. */
export type Figures = Readonly<Record<string, number>>;

/** What was measured within a few seconds of each other, and can therefore be compared. */
export interface Round {
  /** Other processes of the machine used much CPU. */
  readonly noisy: boolean;
  /** By relay, or by kind of request. */
  readonly lanes: Readonly<Record<string, Figures>>;
}

const roundOf = async (measure: () => Promise<Round['lanes']>): Promise<Round> => {
  const isNoisy = watchNoise();
  const lanes = await measure();
  return { noisy: isNoisy(), lanes };
};

/** Measures several rounds, one after the other. */
export const roundsOf = async (count: number, measure: () => Promise<Round['lanes']>): Promise<Round[]> => {
  const rounds: Round[] = [];
  while (rounds.length < count) rounds.push(await roundOf(measure));
  return rounds;
};
