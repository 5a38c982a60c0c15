import type { Bench } from '../bench.js';
import type { Round } from '../measure/round.js';

/** Something to measure. */
export interface Phase {
  readonly name: string;
  /** It needs the CPU or the memory of other processes, which only Linux tells. */
  readonly needsProc: boolean;
  /** It takes too long for the quick form. */
  readonly slow?: boolean;
  readonly run: (bench: Bench) => Promise<readonly Round[]>;
}
