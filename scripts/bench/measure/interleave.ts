import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import type { RunningProgram } from '../relays/process.js';
import { shuffled } from './numbers.js';
import { cpuSeconds, HAS_PROC } from './proc.js';
import { type Figures, type Round, roundsOf } from './round.js';

/** A relay, and what it is measured as: a relay can be measured with several kinds of requests. */
export interface Lane {
  readonly name: string;
  readonly relay: RunningProgram;
}

/** A short load of one lane. */
export interface Slice {
  /** Requests or chunks, over which the CPU is divided. */
  readonly units: number;
  readonly failed: number;
  readonly figures?: Figures;
}

/** With the seconds of CPU that its relay had used before and after. */
interface LoadedSlice extends Slice {
  readonly before: number;
  readonly after: number;
}

/** After a slice, for what the relay puts off. */
const PAUSE_MS = 40;

/**
 * Loads each lane in turn, in another random order each round: a machine is not equally fast for two seconds on end, so only
 * what is measured side by side is compared. `cpuUs` is the CPU of the relay alone for one unit, in µs.
 */
export const interleave = (
  bench: Bench,
  lanes: readonly Lane[],
  rounds: number,
  load: (lane: Lane) => Promise<Slice>,
): Promise<Round[]> => {
  const alone = new Set(lanes.map(({ relay }) => relay)).size === lanes.length;
  return roundsOf(rounds, async () => {
    const slices = new Map<Lane, LoadedSlice>();
    for (const lane of shuffled(lanes)) {
      const before = cpuSeconds(lane.relay.pid);
      const slice = await load(lane);
      await pause(PAUSE_MS);
      slices.set(lane, { ...slice, before, after: cpuSeconds(lane.relay.pid) });
      if (slice.failed > 0) bench.failed(lane.name, slice.failed);
    }
    const figures = lanes.map((lane) => {
      const { before, after, units, figures: own } = slices.get(lane) as LoadedSlice;
      // What a relay has put off until after its slice counts too.
      const cpuUs = (((alone ? cpuSeconds(lane.relay.pid) : after) - before) / units) * 1e6;
      return [lane.name, { ...(HAS_PROC ? { cpuUs } : {}), ...own }] as const;
    });
    return Object.fromEntries(figures);
  });
};
