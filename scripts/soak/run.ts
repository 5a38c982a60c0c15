import { setTimeout as pause } from 'node:timers/promises';
import { Callers } from './callers.js';
import { mismatchesOf, statusesOf } from './compare.js';
import { Dice } from './dice.js';
import { API_KEY, LogReader, type Memory, SoakedProxy } from './proxy.js';
import { startFaultyProvider } from './upstream.js';

export interface SoakOptions {
  readonly seconds: number;
  /** Requests per second. */
  readonly rate: number;
  readonly seed?: number;
  /** Called now and then with how it goes. */
  readonly onProgress?: (line: string) => void;
}

export interface SoakReport {
  /** Rows of a table: what was looked at, and what came of it. */
  readonly rows: readonly (readonly [what: string, value: string])[];
  /** What is wrong. Empty when everything held. */
  readonly faults: readonly string[];
}

const TICK_MS = 10;
/** Further requests wait for their turn. More would overflow the queue of the socket where the machine is slow. */
const MOST_IN_FLIGHT = 250;
const SAMPLES = 30;
/** The log keeps the requests of the last 15 seconds. */
const READ_MS = 2_000;
const MIB = 2 ** 20;
/** The heap may be this much larger at the end: what a few more requests in flight take. */
const GROWTH = 6 * MIB;
/** A shorter run says nothing about the heap: what is kept up to a bound is still growing. */
const LEAST_SECONDS = 60;
const SETTLE_MS = 20_000;
/** How long the event loop takes for a turn depends on what else the machine does: told, and no fault. */
const BLOCKED = /event loop was blocked|blocked the event loop/;

/** Sends requests of every kind through the built 429chain for some time, and looks whether everything adds up. */
export const soak = async ({ seconds, rate, seed = 1, onProgress = () => {} }: SoakOptions): Promise<SoakReport> => {
  const provider = await startFaultyProvider(seed);
  const proxy = await SoakedProxy.start(provider.port);
  try {
    const callers = new Callers(proxy.address, API_KEY, new Dice(seed + 1));
    const log = new LogReader(proxy);
    await warmUp(callers, proxy, provider.closeConnections);
    const before = proxy.descriptors();
    const samples = await load({ callers, log, proxy, seconds, rate, onProgress });
    while (callers.inFlight > 0) await pause(20);
    callers.drop();
    await settle(log, proxy, callers);
    provider.closeConnections();
    const after = await settledDescriptors(proxy, before);
    const metrics = await proxy.metrics();
    const { total } = await proxy.totals();
    const { faults: said } = proxy;
    const status = await proxy.end();

    const mismatches = mismatchesOf(callers, log.records);
    const logged = [...log.records.values()].flat().length;
    const counted = Object.values(metrics).reduce((sum, count) => sum + count, 0);
    const [early, late] = [heapOf(samples, 1), heapOf(samples, 2)];
    const faults = [
      ...kinds(mismatches),
      ...(counted === logged ? [] : [`the metrics count ${counted} requests, the log ${logged}`]),
      ...(total.requests === logged ? [] : [`the totals count ${total.requests} requests, the log ${logged}`]),
      ...(seconds < LEAST_SECONDS || late <= early + GROWTH
        ? []
        : [`the heap grew from ${mib(early)} to ${mib(late)}`]),
      ...(before === undefined ||
      after === undefined ||
      (after.sockets <= before.sockets && after.others <= before.others)
        ? []
        : [`descriptors: ${JSON.stringify(before)} before, ${JSON.stringify(after)} after`]),
      ...(status === 0 ? [] : [`429chain ended with status ${status}`]),
      ...said.filter((line) => !BLOCKED.test(line)),
    ];
    const kindsOfEnds = Object.entries(
      countBy(
        [...callers.seen.values()].map(({ seen }) =>
          seen.kind === 'answered' ? `${seen.status}${seen.failed ? ' + error' : ''}` : seen.kind,
        ),
      ),
    );
    return {
      rows: [
        ['requests', `${callers.sent} in ${seconds} s (${Math.round(callers.sent / seconds)} per second)`],
        ['callers saw', listed(kindsOfEnds)],
        ['the log has', listed(Object.entries(statusesOf(log.records)))],
        ['metrics count', listed(Object.entries(metrics))],
        ['totals count', `${total.requests} requests, ${total.failures} failed, ${total.cancelled} cancelled`],
        ['the provider', listed(Object.entries(provider.counts))],
        ['heap by thirds', [0, 1, 2].map((third) => mib(heapOf(samples, third))).join(', ')],
        ['rss by thirds', [0, 1, 2].map((third) => mib(leastOf(samples, third, 'rss'))).join(', ')],
        ['event loop', `blocked ${said.filter((line) => BLOCKED.test(line)).length} times`],
        ['descriptors', `${JSON.stringify(before)} before, ${JSON.stringify(after)} after`],
      ],
      faults,
    };
  } catch (error) {
    proxy.kill();
    throw error;
  } finally {
    provider.close();
  }
};

/** Lets the proxy load what it loads with the first requests. */
const warmUp = async (callers: Callers, proxy: SoakedProxy, closeConnections: () => void): Promise<void> => {
  for (let sent = 0; sent < 100; sent++) callers.send();
  while (callers.inFlight > 0) await pause(20);
  await proxy.metrics();
  await proxy.totals();
  await proxy.memory();
  callers.drop();
  closeConnections();
  await settledDescriptors(proxy, undefined);
};

interface Load extends Pick<SoakOptions, 'seconds' | 'rate'> {
  readonly callers: Callers;
  readonly log: LogReader;
  readonly proxy: SoakedProxy;
  readonly onProgress: (line: string) => void;
}

const load = async ({ callers, log, proxy, seconds, rate, onProgress }: Load): Promise<Memory[]> => {
  const startedAt = performance.now();
  const samples: Memory[] = [];
  const already = callers.sent;
  let reading: Promise<void> = Promise.resolve();
  let readAt = startedAt;
  for (;;) {
    const spent = (performance.now() - startedAt) / 1_000;
    if (spent >= seconds) break;
    while (callers.sent - already < spent * rate && callers.inFlight < MOST_IN_FLIGHT) callers.send();
    if (samples.length <= (spent / seconds) * SAMPLES) {
      const memory = await proxy.memory();
      samples.push(memory);
      onProgress(
        `${Math.round(spent)} s: ${callers.sent} sent, ${callers.inFlight} in flight, heap ${mib(memory.heapUsed)}, rss ${mib(memory.rss)}`,
      );
    }
    if (performance.now() - readAt >= READ_MS) {
      readAt = performance.now();
      reading = reading.then(() => log.read());
    }
    await pause(TICK_MS);
  }
  await reading;
  return samples;
};

/** Waits until the log has a record of each request that must have one. */
const settle = async (log: LogReader, proxy: SoakedProxy, callers: Callers): Promise<void> => {
  const startedAt = performance.now();
  for (;;) {
    await log.read();
    const counted = Object.values(await proxy.metrics()).reduce((sum, count) => sum + count, 0);
    const isQuiet =
      counted === [...log.records.values()].flat().length && mismatchesOf(callers, log.records).length === 0;
    if (isQuiet || performance.now() - startedAt > SETTLE_MS) return;
    await pause(200);
  }
};

/** Waits until there are no more descriptors than before, or their number no longer changes. */
const settledDescriptors = async (proxy: SoakedProxy, before: ReturnType<SoakedProxy['descriptors']>) => {
  let last = proxy.descriptors();
  let since = performance.now();
  const startedAt = since;
  while (
    performance.now() - since < (before === undefined ? 500 : 3_000) &&
    performance.now() - startedAt < SETTLE_MS
  ) {
    await pause(50);
    const now = proxy.descriptors();
    if (before !== undefined && now !== undefined && now.sockets <= before.sockets && now.others <= before.others)
      return now;
    if (JSON.stringify(now) === JSON.stringify(last)) continue;
    last = now;
    since = performance.now();
  }
  return last;
};

/** The smallest heap in a third of the run: what requests in flight add goes up and down. */
const heapOf = (samples: readonly Memory[], third: number): number => leastOf(samples, third, 'heapUsed');

const leastOf = (samples: readonly Memory[], third: number, key: keyof Memory): number => {
  const size = Math.floor(samples.length / 3);
  return Math.min(...samples.slice(third * size, (third + 1) * size).map((sample) => sample[key]));
};

const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MB`;

const countBy = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

const listed = (counts: readonly (readonly [string, number])[]): string =>
  [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ');

/** One line for each kind of mismatch, with an example. */
const kinds = (mismatches: ReturnType<typeof mismatchesOf>): string[] =>
  Object.entries(countBy(mismatches.map(({ what }) => what))).map(
    ([what, count]) => `${count} × ${what} (${mismatches.find((each) => each.what === what)?.id})`,
  );
