import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RequestRecord } from '429chain/plugin';
import { RequestStore } from '../plugins/nedb-logger/store.js';

/**
 * Measures the cost of the request log and what it keeps: logs 100,000 requests and kills the process while it does so.
 * The logging processes run this script too, so that their memory is only that of the log.
 */
const REQUESTS = 100_000;
const KILLED_AT = REQUESTS / 2;
const BURST = 50;
const KEEP_MS = 30 * 86_400_000;

const recordOf = (index: number): RequestRecord => {
  const target = `provider-${index % 5}/a-model-of-some-length-${index % 20}`;
  const passed = { target: 'groq/llama-3.3-70b-versatile', outcome: 'skipped', class: 'rate_limit' } as const;
  return {
    id: `5f0c2c1e-9d1b-4e57-8a9c-${String(index).padStart(12, '0')}`,
    at: Date.now(),
    chain: index % 3 === 0 ? 'default' : 'careful',
    target,
    provider: `provider-${index % 5}`,
    model: `a-model-of-some-length-${index % 20}`,
    promptTokens: 420,
    completionTokens: 160,
    tokensEstimated: false,
    latencyMs: 300 + (index % 977),
    firstTokenMs: 120 + (index % 89),
    waitedMs: 0,
    status: 200,
    stream: true,
    path: '/chat/completions',
    keyLabel: 'key 1',
    resumed: 0,
    attempts: [
      { ...passed, reason: '0 of 30 requests per 1m left', durationMs: 0 },
      { target, outcome: 'served', durationMs: 290 + (index % 977) },
    ],
  };
};

const openStore = (folder: string, keepMs = KEEP_MS): RequestStore =>
  new RequestStore(folder, { keepMs, maxRequests: 200_000, maxBytes: 2 ** 28, now: Date.now, log: console });

const mebibytes = (): number => process.memoryUsage().rss / 2 ** 20;

/** Logs requests in bursts, as clients send them. */
const logTo = async (store: RequestStore, from: number, to: number, report: (count: number) => void): Promise<void> => {
  for (let index = from; index < to; ) {
    for (const end = Math.min(to, index + BURST); index < end; index++) store.add(recordOf(index));
    report(index);
    await pause(2);
  }
};

/** Logs until it is killed, and prints the number of requests over time. */
const runUntilKilled = (folder: string): Promise<void> =>
  logTo(openStore(folder), 0, REQUESTS, (count) => process.stdout.write(`${Date.now()} ${count}\n`));

/** The longest stall of the event loop during `work`, and the duration of `work`, in ms. */
const stallOf = async <T>(work: () => Promise<T>): Promise<{ value: T; ms: number; stall: number }> => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await pause(20);
  delay.reset();
  const startedAt = performance.now();
  const value = await work();
  const ms = performance.now() - startedAt;
  await pause(5);
  delay.disable();
  return { value, ms, stall: delay.max / 1e6 };
};

const countRecords = async (store: RequestStore): Promise<number> => {
  let records = 0;
  let cursor: string | undefined;
  do {
    const page = await store.requests({ limit: 500, cursor });
    records += page.requests.length;
    cursor = page.next;
  } while (cursor !== undefined);
  return records;
};

/** Starts with the log of the killed process, logs the rest, queries it, and finally deletes everything. */
const runAfterRestart = async (folder: string): Promise<void> => {
  const store = openStore(folder);
  const start = await stallOf(() => store.usage());
  const counted = start.value.total.requests;
  const kept = await countRecords(store);
  const before = mebibytes();
  let most = before;
  const logging = await stallOf(async () => {
    await logTo(store, kept, REQUESTS, () => {
      most = Math.max(most, mebibytes());
    });
    await store.flush();
  });
  const usage = await stallOf(() => store.usage());
  const page = await stallOf(() => store.requests({ limit: 50 }));
  const byId = await stallOf(() => store.request(recordOf(3).id));
  const all = await stallOf(() => countRecords(store));
  await store.close();
  const other = openStore(folder, -KEEP_MS);
  const retired = await stallOf(() => other.flush());
  const figures: Figures = {
    counted,
    kept,
    startMs: start.ms,
    startStall: start.stall,
    before,
    most,
    logStall: logging.stall,
    total: usage.value.total.requests,
    usageMs: usage.ms,
    pageMs: page.ms,
    byIdMs: byId.ms,
    byIdStall: byId.stall,
    all: all.value,
    allStall: all.stall,
    retireMs: retired.ms,
    retireStall: retired.stall,
  };
  process.stdout.write(JSON.stringify(figures));
};

type Figures = Record<
  | 'counted'
  | 'kept'
  | 'startMs'
  | 'startStall'
  | 'before'
  | 'most'
  | 'logStall'
  | 'total'
  | 'usageMs'
  | 'pageMs'
  | 'byIdMs'
  | 'byIdStall'
  | 'all'
  | 'allStall'
  | 'retireMs'
  | 'retireStall',
  number
>;

const startProcess = (name: string, folder: string): { child: ChildProcess; output: () => string } => {
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), name, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return { child, output: () => output };
};

const measure = async (folder: string): Promise<boolean> => {
  const first = startProcess('first', folder);
  const progress = (): number[][] =>
    first
      .output()
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' ').map(Number));
  while ((progress().at(-1)?.[1] ?? 0) < KILLED_AT) await pause(50);
  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  const [killedAt = 0, logged = 0] = progress().at(-1) ?? [];
  const certain = progress().findLast(([at = 0]) => at <= killedAt - 1_000)?.[1] ?? 0;
  const second = startProcess('second', folder);
  await once(second.child, 'close');
  const f = JSON.parse(second.output()) as Figures;
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  console.log(
    `The request log, killed after ${logged} requests: ${f.kept} kept, ${f.counted} counted, ${certain} logged one second earlier`,
  );
  console.log(`  start after that: ${ms(f.startMs)}, longest stall ${ms(f.startStall)} (goal: below 2 s)`);
  console.log(
    `  up to ${REQUESTS}: ${f.total} counted, ${f.all} kept; memory ${f.before.toFixed(0)} → at most ${f.most.toFixed(0)} MiB, longest stall ${ms(f.logStall)}`,
  );
  console.log(
    `  usage of 30 days ${ms(f.usageMs)} (goal: below 50 ms), the newest 50 ${ms(f.pageMs)}, one of the oldest by its id ${ms(f.byIdMs)}, longest stall ${ms(f.byIdStall)}`,
  );
  console.log(`  all of them, page by page: longest stall ${ms(f.allStall)} (goal: below 20 ms)`);
  console.log(`  all of them deleted: ${ms(f.retireMs)}, longest stall ${ms(f.retireStall)} (goal: below 20 ms)`);
  const exact = f.kept === f.counted && f.kept >= certain && f.total === REQUESTS && f.all === REQUESTS;
  return exact && f.startMs < 2_000 && f.usageMs < 50 && f.most - f.before < 200;
};

const [, , name, folder = ''] = process.argv;
if (name === 'first') await runUntilKilled(folder);
else if (name === 'second') await runAfterRestart(folder);
else {
  const folder = mkdtempSync(join(tmpdir(), '429chain-bench-log-'));
  process.exitCode = (await measure(join(folder, 'requests'))) ? 0 : 1;
  rmSync(folder, { recursive: true, force: true });
}
