import { type Connection, connectionsTo } from '../load/connection.js';
import { closedLoop, pacedLoop } from '../load/loops.js';
import { PROTOCOLS, requestOf } from '../load/requests.js';
import { interleave, type Lane } from '../measure/interleave.js';
import { percentile } from '../measure/numbers.js';
import type { Phase } from './phase.js';

const LONG_PROMPT = 100_000;

/** Kept connections to each lane: they are opened once. */
const keptConnections = (count: number): ((lane: Lane) => readonly Connection[]) => {
  const kept = new Map<Lane, readonly Connection[]>();
  return (lane) => {
    const connections = kept.get(lane) ?? connectionsTo(lane.relay.port, count);
    kept.set(lane, connections);
    return connections;
  };
};

/** As many requests as a relay takes, 64 at a time: 0.7 KB in, 1 KB out. */
export const plain: Phase = {
  name: 'plain',
  needsProc: true,
  run: async (bench) => {
    const connections = keptConnections(64);
    return interleave(bench, await bench.lanes(), bench.rounds(10, 30), async (lane) => {
      const ms = bench.pick(180, 250);
      const { requests, failed } = await closedLoop(connections(lane), requestOf(lane.relay.port), { ms });
      return { units: requests, failed, figures: { perSecond: (requests / ms) * 1_000 } };
    });
  },
};

/** The same with a prompt of 100 KB, 16 at a time. */
export const big: Phase = {
  name: 'big',
  needsProc: true,
  run: async (bench) => {
    const connections = keptConnections(16);
    const load = async (lane: Lane, ms: number) => {
      const request = requestOf(lane.relay.port, { size: LONG_PROMPT });
      const { requests, failed } = await closedLoop(connections(lane), request, { ms });
      return { units: requests, failed };
    };
    const lanes = await bench.lanes();
    for (const lane of lanes) await load(lane, bench.pick(150, 800));
    return interleave(bench, lanes, bench.rounds(5, 20), (lane) => load(lane, bench.pick(180, 300)));
  },
};

/** 400 requests a second over 8 connections, which no relay is busy with. */
export const latency: Phase = {
  name: 'latency',
  needsProc: false,
  run: async (bench) => {
    const connections = keptConnections(8);
    return interleave(bench, await bench.lanes(), bench.rounds(2, 7), async (lane) => {
      const pace = { everyMs: 20, ms: bench.pick(500, 1_500) };
      const { requests, failed, delays } = await pacedLoop(connections(lane), requestOf(lane.relay.port), pace);
      return { units: requests, failed, figures: { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) } };
    });
  },
};

/** The same with streams, until the first word. */
export const firstToken: Phase = {
  name: 'first-token',
  needsProc: false,
  run: async (bench) => {
    const connections = keptConnections(8);
    return interleave(bench, await bench.lanes(), bench.rounds(2, 6), async (lane) => {
      const request = requestOf(lane.relay.port, { stream: { chunks: 2, gap: 2 } });
      const pace = { everyMs: 25, ms: bench.pick(500, 1_500), mark: PROTOCOLS.chat.mark };
      const { requests, failed, delays } = await pacedLoop(connections(lane), request, pace);
      return { units: requests, failed, figures: { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) } };
    });
  },
};
