import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.js';
import { connectionsTo } from '../load/connection.js';
import { closedLoop } from '../load/loops.js';
import { PROTOCOLS, type ProtocolName, requestOf } from '../load/requests.js';
import { Streams } from '../load/streams.js';
import { temporaryFolder } from '../relays/process.js';
import { startProxy } from '../relays/relays.js';
import { type CpuProfile, type Share, sharesOf } from './shares.js';
import { Sources } from './sources.js';

const LONG_PROMPT = 100_000;
const MS = 5_000;
const INTERVAL_US = 500;

interface Workload {
  readonly name: string;
  readonly run: (port: number) => Promise<void>;
}

const plain = async (port: number, size?: number): Promise<void> => {
  const connections = connectionsTo(port, 32);
  await closedLoop(connections, requestOf(port, size === undefined ? {} : { size }), { ms: MS });
  for (const connection of connections) connection.close();
};

const streamed = (protocol: ProtocolName, gap: number, batch: number, chunks: number) => async (port: number) => {
  const request = requestOf(port, { protocol, stream: { chunks, gap, batch } });
  await new Streams().run(port, request, PROTOCOLS[protocol].mark, {
    count: gap === 0 ? 20 : 100,
    chunks,
    spreadMs: 0,
  });
};

/** What is profiled. The names are headings in docs/performance.md. */
const WORKLOADS: readonly Workload[] = [
  { name: 'Plain requests', run: (port) => plain(port) },
  { name: 'Requests with a 100 KB prompt', run: (port) => plain(port, LONG_PROMPT) },
  { name: 'Streams of 50 chunks a second', run: streamed('chat', 20, 1, 250) },
  { name: 'Streams at full speed', run: streamed('chat', 0, 8, 20_000) },
  { name: 'Responses, translated, at full speed', run: streamed('responses', 0, 8, 4_000) },
  { name: 'Messages, translated, at full speed', run: streamed('messages', 0, 8, 4_000) },
];

const readProfile = (folder: string): CpuProfile => {
  const [file] = readdirSync(folder);
  if (file === undefined) throw new Error('429chain wrote no profile.');
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile;
};

/** Profiles 429chain under each workload, and returns where its CPU goes. */
export const profileWorkloads = async (bench: Bench): Promise<Record<string, readonly Share[]>> => {
  const profiles: Record<string, readonly Share[]> = {};
  const sources = new Sources();
  for (const { name, run } of WORKLOADS) {
    const folder = temporaryFolder();
    const nodeArgs = ['--cpu-prof', `--cpu-prof-interval=${INTERVAL_US}`, `--cpu-prof-dir=${folder}`];
    const startedAt = performance.now();
    const relay = await startProxy([bench.provider.url], { nodeArgs });
    await bench.warmUp(relay.port);
    const skipUs = (performance.now() - startedAt) * 1_000;
    await run(relay.port);
    await relay.stop();
    profiles[name] = sharesOf(readProfile(folder), skipUs, (url, line) => sources.fileOf(url, line));
    bench.say(`profile: ${name}`);
  }
  return profiles;
};
