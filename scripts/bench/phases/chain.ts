import { connectionsTo } from '../load/connection.js';
import { closedLoop } from '../load/loops.js';
import { requestOf } from '../load/requests.js';
import { interleave, type Lane } from '../measure/interleave.js';
import { startProxy } from '../relays/relays.js';
import type { Phase } from './phase.js';

/** Chains of which all targets but the last cool down after a 429. */
export const chain: Phase = {
  name: 'chain',
  needsProc: true,
  run: async (bench) => {
    const lanes: Lane[] = [];
    for (const length of [1, 10, 100]) {
      const refusing = Array.from({ length: length - 1 }, (_, index) => bench.provider.refusingUrl(index));
      const relay = await startProxy([...refusing, bench.provider.url]);
      lanes.push({ name: `chain of ${length}`, relay });
      // The first request finds out that all others refuse.
      await closedLoop(connectionsTo(relay.port, 1), requestOf(relay.port), { requests: 20 });
      await bench.warmUp(relay.port);
    }
    const connections = new Map(lanes.map((lane) => [lane, connectionsTo(lane.relay.port, 32)]));
    const rounds = await interleave(bench, lanes, bench.rounds(5, 12), async (lane) => {
      const refusedBefore = await bench.provider.refused();
      const request = requestOf(lane.relay.port);
      const { requests, failed } = await closedLoop(connections.get(lane) ?? [], request, { ms: bench.pick(200, 400) });
      const refused = (await bench.provider.refused()) - refusedBefore;
      return { units: requests, failed, figures: { refusedPer1000: (refused / requests) * 1_000 } };
    });
    for (const { relay } of lanes) await relay.stop();
    return rounds;
  },
};
