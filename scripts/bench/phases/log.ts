import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectionsTo } from '../load/connection.js';
import { closedLoop } from '../load/loops.js';
import { requestOf } from '../load/requests.js';
import { interleave, type Lane } from '../measure/interleave.js';
import { watchNoise } from '../measure/noise.js';
import { median } from '../measure/numbers.js';
import { residentBytes } from '../measure/proc.js';
import { startRelay } from '../relays/relays.js';
import type { Phase } from './phase.js';

const REQUESTS = 100_000;
/** Requests after a pause. */
const AGAIN_WARM = 2_000;
/** The log writes what is left within this time. */
const SETTLE_MS = 1_500;
const MB = 2 ** 20;

const bytesIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true }).reduce((total, entry) => {
    const path = join(folder, entry.name);
    return total + (entry.isDirectory() ? bytesIn(path) : statSync(path).size);
  }, 0);

/** What 100,000 logged requests change: the cost of a request beside that of a relay without a log, disk and memory. */
export const log: Phase = {
  name: 'log',
  needsProc: true,
  slow: true,
  run: async (bench) => {
    const lanes: Lane[] = [];
    for (const name of ['koa-floor', '429chain'] as const) {
      const relay = await startRelay(name, [bench.provider.url]);
      await bench.warmUp(relay.port);
      lanes.push({ name, relay });
    }
    const connections = new Map(lanes.map((lane) => [lane, connectionsTo(lane.relay.port, 64)]));
    const loadOf = (lane: Lane, until: { ms: number } | { requests: number }) =>
      closedLoop(connections.get(lane) ?? [], requestOf(lane.relay.port), until);
    const costs = async (): Promise<number> => {
      // The relay without a log was idle while the other one logged.
      for (const lane of lanes) await loadOf(lane, { requests: AGAIN_WARM });
      const rounds = await interleave(bench, lanes, bench.rounds(5, 12), async (lane) => {
        const { requests, failed } = await loadOf(lane, { ms: bench.pick(200, 400) });
        return { units: requests, failed };
      });
      return median(rounds.map(({ lanes: of }) => (of['429chain']?.cpuUs ?? 0) / (of['koa-floor']?.cpuUs ?? 0)));
    };
    const isNoisy = watchNoise();
    const [, proxy] = lanes as [Lane, Lane];
    const before = await costs();
    const [disk, resident] = [bytesIn(proxy.relay.folder), residentBytes(proxy.relay.pid)];
    const requests = bench.pick(20_000, REQUESTS);
    const { failed } = await loadOf(proxy, { requests });
    if (failed > 0) bench.failed('429chain', failed);
    await pause(SETTLE_MS);
    const figures = {
      bytesPerRequest: (bytesIn(proxy.relay.folder) - disk) / requests,
      grownMb: (residentBytes(proxy.relay.pid) - resident) / MB,
      growth: (await costs()) / before,
    };
    for (const { relay } of lanes) await relay.stop();
    return [{ noisy: isNoisy(), lanes: { '429chain': figures } }];
  },
};
