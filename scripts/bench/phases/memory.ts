import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import { connectionsTo } from '../load/connection.js';
import { closedLoop } from '../load/loops.js';
import { PROTOCOLS, requestOf } from '../load/requests.js';
import { holdStreams } from '../load/streams.js';
import { residentBytes } from '../measure/proc.js';
import { type Figures, roundsOf } from '../measure/round.js';
import { RELAYS, type RelayName, startRelay } from '../relays/relays.js';
import type { Phase } from './phase.js';

const HOUR_MS = 3_600_000;
const SILENT = { chunks: 2, gap: HOUR_MS };
const [FIRST, MORE, LONG] = [200, 1_000, 300];
const LONG_PROMPT = 100_000;
const MB = 2 ** 20;
const KB = 2 ** 10;

/** Memory without load and for each open stream, in a fresh process: a heap that has grown would hide the streams. */
const heldStreams = async (bench: Bench, name: RelayName): Promise<Figures> => {
  const relay = await startRelay(name, [bench.provider.url]);
  const residentAfter = async (ms: number): Promise<number> => {
    await pause(ms);
    return residentBytes(relay.pid);
  };
  const hold = (count: number, size?: number) =>
    holdStreams(
      relay.port,
      requestOf(relay.port, { stream: SILENT, ...(size === undefined ? {} : { size }) }),
      PROTOCOLS.chat.mark,
      count,
    );
  const idle = await residentAfter(bench.pick(600, 2_000));
  const held = [...(await hold(FIRST))];
  const first = await residentAfter(bench.pick(300, 1_000));
  held.push(...(await hold(MORE)));
  const more = await residentAfter(bench.pick(300, 1_500));
  held.push(...(await hold(LONG, LONG_PROMPT)));
  const long = await residentAfter(bench.pick(300, 1_500));
  for (const connection of held) connection.close();
  await relay.stop();
  return {
    idleMb: idle / MB,
    streamKb: (more - first) / MORE / KB,
    longStreamKb: (long - more) / LONG / KB,
  };
};

const REQUESTS = 20_000;

const afterLoad = async (bench: Bench, name: RelayName): Promise<Figures> => {
  const relay = await startRelay(name, [bench.provider.url]);
  const connections = connectionsTo(relay.port, 64);
  const { failed } = await closedLoop(connections, requestOf(relay.port), { requests: REQUESTS });
  if (failed > 0) bench.failed(name, failed);
  await pause(bench.pick(300, 1_500));
  const loadedMb = residentBytes(relay.pid) / MB;
  for (const connection of connections) connection.close();
  await relay.stop();
  return { loadedMb };
};

export const memory: Phase = {
  name: 'memory',
  needsProc: true,
  run: (bench) => {
    const names = bench.pick<readonly RelayName[]>(['429chain'], RELAYS);
    return roundsOf(bench.rounds(1, 2), async () => {
      // Side by side: nearly all of it is waiting.
      const held = await Promise.all(names.map((name) => heldStreams(bench, name)));
      const lanes: Record<string, Figures> = {};
      for (const [index, name] of names.entries()) lanes[name] = { ...held[index], ...(await afterLoad(bench, name)) };
      return lanes;
    });
  },
};
