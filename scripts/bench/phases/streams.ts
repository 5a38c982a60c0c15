import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import { PROTOCOLS, type ProtocolName, requestOf } from '../load/requests.js';
import { Streams } from '../load/streams.js';
import { interleave, type Lane, type Slice } from '../measure/interleave.js';
import { percentile } from '../measure/numbers.js';
import { cpuSeconds } from '../measure/proc.js';
import type { Phase } from './phase.js';

const GAP_MS = 20;

/** Streams of 50 chunks a second. Only the time in which all of them run is measured. */
const loadPaced = async (bench: Bench, { relay }: Lane, protocol: ProtocolName = 'chat'): Promise<Slice> => {
  const [count, ms] = [100, bench.pick(1_000, 2_000)];
  const [begins, ends] = [bench.pick(250, 400), bench.pick(150, 250)];
  const chunks = Math.round(ms / GAP_MS);
  const request = requestOf(relay.port, { protocol, stream: { chunks, gap: GAP_MS } });
  const streams = new Streams();
  const over = streams.run(relay.port, request, PROTOCOLS[protocol].mark, { count, chunks, spreadMs: 60 });
  await pause(begins);
  const [cpu, before] = [cpuSeconds(relay.pid), streams.chunks];
  streams.measuring = true;
  await pause(ms - begins - ends);
  streams.measuring = false;
  const units = streams.chunks - before;
  const cpuUs = ((cpuSeconds(relay.pid) - cpu) / units) * 1e6;
  await over;
  const { delays, failed } = streams;
  return { units, failed, figures: { cpuUs, p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) } };
};

/** Streams as fast as the relay reads, with 8 chunks in a write of the provider. */
const loadFull = async (bench: Bench, { relay }: Lane, protocol: ProtocolName = 'chat'): Promise<Slice> => {
  const [count, chunks] = [20, bench.pick(1_500, 4_000)];
  const request = requestOf(relay.port, { protocol, stream: { chunks, gap: 0, batch: 8 } });
  const streams = new Streams();
  await streams.run(relay.port, request, PROTOCOLS[protocol].mark, { count, chunks, spreadMs: 0 });
  return { units: count * chunks, failed: streams.failed };
};

export const paced: Phase = {
  name: 'paced',
  needsProc: true,
  run: async (bench) => interleave(bench, await bench.lanes(), bench.rounds(2, 6), (lane) => loadPaced(bench, lane)),
};

export const full: Phase = {
  name: 'full',
  needsProc: true,
  run: async (bench) => interleave(bench, await bench.lanes(), bench.rounds(3, 8), (lane) => loadFull(bench, lane)),
};

type Load = typeof loadFull;

/** One relay, with streams in each protocol. The provider speaks chat, so the others are translated. */
const translated = (name: string, load: Load, rounds: readonly [number, number]): Phase => ({
  name,
  needsProc: true,
  run: async (bench) => {
    const relay = (await bench.lanes()).find((lane) => lane.name === '429chain')?.relay;
    if (relay === undefined) throw new Error('429chain does not run.');
    const protocols = Object.keys(PROTOCOLS) as ProtocolName[];
    const lanes = protocols.map((protocol) => ({ name: protocol, relay }));
    for (const lane of lanes) await load(bench, lane, lane.name);
    const measured = (lane: Lane): Promise<Slice> => load(bench, lane, lane.name as ProtocolName);
    return interleave(bench, lanes, bench.rounds(...rounds), measured);
  },
});

export const translatedPaced = translated('translated-paced', loadPaced, [1, 4]);
export const translatedFull = translated('translated-full', loadFull, [2, 8]);
