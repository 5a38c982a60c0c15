import { shuffled } from '../measure/numbers.js';
import { type Figures, roundsOf } from '../measure/round.js';
import { RELAYS, startRelay } from '../relays/relays.js';
import type { Phase } from './phase.js';

/** From the start of the process to its first answer. */
export const start: Phase = {
  name: 'start',
  needsProc: false,
  run: (bench) =>
    roundsOf(bench.rounds(2, 7), async () => {
      const lanes: Record<string, Figures> = {};
      for (const name of shuffled(RELAYS)) {
        const relay = await startRelay(name, [bench.provider.url]);
        lanes[name] = { startMs: relay.startMs };
        await relay.stop();
      }
      return Object.fromEntries(RELAYS.map((name) => [name, lanes[name] as Figures]));
    }),
};
