import type { Redis } from 'ioredis';
import { createClients, loadIoredis } from '../plugins/redis-ledger/client.js';
import { libraryOf } from '../plugins/redis-ledger/library.js';
import { libraryText } from '../plugins/redis-ledger/library-text.js';
import { settingsOf } from '../plugins/redis-ledger/settings.js';
import { RedisStore } from '../plugins/redis-ledger/store.js';
import type { HoldRequest } from '../src/plugin/door/unit-store.js';
import { RedisServer } from '../test/redis.js';

/*
 * What one attempt costs Redis with the plugin redis-ledger: `node --import tsx --conditions=429chain-source
 * scripts/bench-redis.ts`. It starts a redis-server of its own. The time is that of Redis' own processor, so a busy machine
 * changes it little.
 */

const ATTEMPTS = 2_000;
const AT_ONCE = 64;
const log = { writes: () => true, debug: () => {}, info: () => {}, warn: console.warn };

/** A target as many free accounts have one: requests and tokens per minute, requests per day, slots of the account. */
const target = (index: number, limit: number): HoldRequest => ({
  target: `p${index}/model`,
  scopes: [
    {
      scope: `p${index}#0123456789abcdef/model`,
      demands: [
        { quota: 'requests 60000', units: 1, limit, window: { kind: 'sliding', ms: 60_000 } },
        { quota: 'tokens 60000', units: 1_200, limit: limit * 1e5, window: { kind: 'sliding', ms: 60_000 } },
        { quota: 'requests 86400000', units: 1, limit: 1e9, window: { kind: 'fixed', ms: 86_400_000 } },
      ],
    },
    {
      scope: `p${index}#0123456789abcdef`,
      demands: [{ quota: 'concurrent', units: 1, limit: 1e9, window: { kind: 'slots' } }],
    },
  ],
});

const cpuOf = async (client: Redis): Promise<number> => {
  const info = await client.info('cpu');
  const seconds = (name: string): number => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1]);
  return (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1e6;
};

const fcallOf = async (client: Redis): Promise<{ calls: number; us: number }> => {
  const [, calls, us] = /cmdstat_fcall:calls=(\d+),usec=(\d+)/.exec(await client.info('commandstats')) ?? [];
  return { calls: Number(calls), us: Number(us) };
};

const measure = async (title: string, chain: readonly HoldRequest[], isGranted: boolean): Promise<void> => {
  const server = await RedisServer.start();
  const settings = settingsOf({ url: server.url, timeout: '10s' });
  const store = new RedisStore(createClients(loadIoredis(), settings), libraryOf(libraryText()), { ...settings, log });
  await store.ready(5_000);
  const attempt = async (): Promise<void> => {
    const { lease } = await store.hold(chain, 300_000);
    if ((lease !== undefined) !== isGranted) throw new Error(`granted: ${lease !== undefined}`);
    if (lease === undefined) return;
    const [scope = ''] = chain[0]?.scopes.map((each) => each.scope) ?? [];
    const charges = ['requests 60000', 'requests 86400000'].map((quota) => ({ scope, quota, used: 1 }));
    store.report(lease, { served: true, charges, statements: [] });
    store.end(lease, [{ scope, quota: 'tokens 60000', used: 900 }]);
  };
  const count = chain.length > 10 && !isGranted ? ATTEMPTS / 10 : ATTEMPTS;
  const run = async (attempts: number): Promise<void> => {
    let left = attempts;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await attempt();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await store.known([]);
  };
  await run(count / 10);
  const [cpu, calls] = [await cpuOf(server.client), await fcallOf(server.client)];
  const began = performance.now();
  await run(count);
  const seconds = (performance.now() - began) / 1_000;
  const used = (await cpuOf(server.client)) - cpu;
  const after = await fcallOf(server.client);
  const [perCall, perAttempt] = [(after.us - calls.us) / (after.calls - calls.calls), used / count];
  const figures = [
    `${perAttempt.toFixed(0)} µs of the processor`,
    `${((after.calls - calls.calls) / count).toFixed(1)} calls of ${perCall.toFixed(0)} µs`,
    `${(count / seconds).toFixed(0)} attempts a second here`,
    `${(Number(/used_memory:(\d+)/.exec(await server.client.info('memory'))?.[1]) / 1e6).toFixed(1)} MB`,
  ];
  console.log(`${title.padEnd(46)} ${figures.join(', ')}`);
  await store.close();
  await server.stop();
};

const chainOf = (length: number, limit: number): HoldRequest[] =>
  Array.from({ length }, (_, index) => target(index, limit));

/** What the simplest write costs here, to compare with. */
const measureSet = async (): Promise<void> => {
  const server = await RedisServer.start();
  const cpu = await cpuOf(server.client);
  for (let sent = 0; sent < 20_000; sent += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => server.client.set(`key ${index}`, 'a value')));
  }
  const used = (await cpuOf(server.client)) - cpu;
  console.log(`${'one SET'.padEnd(46)} ${(used / 20_000).toFixed(1)} µs of the processor`);
  await server.stop();
};

await measureSet();
for (const length of [1, 10, 100]) {
  await measure(`chain of ${length}, the first has room`, chainOf(length, 1e9), true);
}
for (const length of [10, 100]) {
  const full = chainOf(length - 1, 0);
  await measure(`chain of ${length}, the last has room`, [...full, target(length, 1e9)], true);
}
for (const length of [1, 10, 100]) await measure(`chain of ${length}, none has room`, chainOf(length, 0), false);
process.exit(0);
