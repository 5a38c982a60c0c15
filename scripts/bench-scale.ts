import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { hasPostgres, PostgresServer } from '../test/postgres.js';
import { RedisServer } from '../test/redis.js';
import { Accounts } from './scale/accounts.js';
import { Fleet } from './scale/fleet.js';
import { type Load, load } from './scale/load.js';
import { type Partition, partition } from './scale/partition.js';

/** `npm run bench:scale -- [--seconds N] [--timeout 50ms] [--only NAME]…`: replicas with a real Redis and PostgreSQL, and what breaks. */
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    only: { type: 'string', multiple: true },
    /** A busy machine answers late, which is not what is measured. */
    timeout: { type: 'string', default: '50ms' },
    verbose: { type: 'boolean', default: false },
  },
});
const totalMs = Number(options.seconds) * 1_000;
/** What breaks is broken from the first third to the second. */
const third = totalMs / 3;

const ALLOWANCE = { accounts: 4, limit: 12, windowMs: 5_000, delayMs: [100, 300] } as const;
const CAPACITY_PER_SECOND = (ALLOWANCE.accounts * ALLOWANCE.limit * 1_000) / ALLOWANCE.windowMs;
/** 110 % of the capacity, so that every wasted unit shows. */
const PER_SECOND = CAPACITY_PER_SECOND * 1.1;

/** What a scenario works on. */
interface Parts {
  readonly fleet: Fleet;
  readonly redis: RedisServer;
  readonly postgres: PostgresServer | undefined;
  readonly apart: Partition | undefined;
}

interface Scenario {
  readonly name: string;
  readonly what: string;
  readonly replicas: number;
  readonly args?: readonly string[];
  readonly shares: boolean;
  readonly needs?: 'postgres' | 'partition';
  readonly breaks?: (parts: Parts) => Promise<void>;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'one', what: 'one process', replicas: 1, shares: false },
  { name: 'workers', what: 'one machine, 3 workers', replicas: 1, args: ['--workers', '3'], shares: false },
  { name: 'alone', what: '3 replicas, nothing shared', replicas: 3, shares: false },
  { name: 'shared', what: '3 replicas, Redis', replicas: 3, shares: true },
  {
    name: 'killed',
    what: 'a replica killed, and started again',
    replicas: 3,
    shares: true,
    breaks: async ({ fleet }) => {
      await fleet.kill(1);
      await sleep(third);
      await fleet.startReplica(1);
    },
  },
  {
    name: 'redis-killed',
    what: 'Redis killed, and started empty',
    replicas: 3,
    shares: true,
    breaks: async ({ redis }) => {
      await redis.kill();
      await sleep(third);
      await redis.restart();
    },
  },
  {
    name: 'redis-paused',
    what: 'Redis paused',
    replicas: 3,
    shares: true,
    breaks: async ({ redis }) => {
      redis.pause();
      await sleep(third);
      redis.resume();
    },
  },
  {
    name: 'partition',
    what: 'one replica cut off from Redis',
    replicas: 3,
    shares: true,
    needs: 'partition',
    breaks: async ({ apart }) => {
      apart?.cut();
      await sleep(third);
      apart?.mend();
    },
  },
  {
    name: 'postgres-away',
    what: 'PostgreSQL killed, and started again',
    replicas: 3,
    shares: true,
    needs: 'postgres',
    breaks: async ({ postgres }) => {
      await postgres?.kill();
      await sleep(third);
      await postgres?.start();
    },
  },
];

const run = async (scenario: Scenario): Promise<void> => {
  const { replicas, args = [], shares, needs, breaks } = scenario;
  if (needs === 'postgres' && !hasPostgres) return skip(scenario, 'PostgreSQL is not installed');
  const apart = needs === 'partition' ? partition() : undefined;
  if (needs === 'partition' && apart === undefined) return skip(scenario, 'no network namespace can be made here');
  const host = apart?.host ?? '127.0.0.1';
  const postgres = needs === 'postgres' ? await PostgresServer.shared() : undefined;
  const redis = await RedisServer.start(
    apart === undefined ? {} : { args: () => ['--bind', '0.0.0.0', '--protected-mode', 'no'] },
  );
  const accounts = await Accounts.start(ALLOWANCE);
  const fleet = await Fleet.start({
    replicas,
    args,
    accounts: Array.from({ length: ALLOWANCE.accounts }, (_, index) => `http://${host}:${accounts.port}/${index}/v1`),
    plugins: [
      ...(shares
        ? [
            {
              use: 'redis-ledger',
              options: { url: `redis://${apart?.redisHost ?? host}:${redis.port}`, timeout: options.timeout },
            },
          ]
        : []),
      ...(postgres === undefined ? [] : [{ use: 'postgres-logger', options: { url: postgres.url() } }]),
    ],
    apart: apart === undefined ? undefined : { index: 2, namespace: apart.namespace, address: apart.address },
  });
  try {
    // The first windows teach the limits, and the clocks of the windows begin together.
    await load(fleet.addresses, PER_SECOND / 2, ALLOWANCE.windowMs);
    await sleep(ALLOWANCE.windowMs - (Date.now() % ALLOWANCE.windowMs));
    accounts.reset();
    const cpuMs = fleet.cpuMs;
    const breaking =
      breaks === undefined ? undefined : sleep(third).then(() => breaks({ fleet, redis, postgres, apart }));
    const result = await load(fleet.addresses, PER_SECOND, totalMs);
    const usedMs = fleet.cpuMs - cpuMs;
    await breaking;
    await fleet.close();
    print(scenario, result, accounts, usedMs);
    if (postgres !== undefined) await printLogged(postgres);
    if (options.verbose || breaks !== undefined) for (const line of fleet.log.slice(0, 12)) console.log(`    ${line}`);
  } finally {
    await fleet.close();
    accounts.close();
    await redis.stop();
    apart?.close();
  }
};

const skip = ({ name }: Scenario, why: string): void => console.log(`${name}: skipped, ${why}`);

const print = ({ what }: Scenario, result: Load, { refused }: Accounts, cpuMs: number): void => {
  const { requests, answered, failed, p50Ms, p95Ms } = result;
  const cells = [
    what,
    `${requests}`,
    `${answered}`,
    `${((100 * answered) / requests).toFixed(1)} %`,
    `${refused}`,
    ((1_000 * refused) / requests).toFixed(1),
    `${failed}`,
    `${Math.round(p50Ms)} ms`,
    `${Math.round(p95Ms)} ms`,
    `${(cpuMs / requests).toFixed(2)} ms`,
  ];
  console.log(`| ${cells.join(' | ')} |`);
};

const printLogged = async (postgres: PostgresServer): Promise<void> => {
  const [row] = await postgres.query<{ count: string }>('SELECT count(*) FROM chain429.requests');
  console.log(`    requests in the log, those of the first windows included: ${row?.count}`);
};

console.log(`${CAPACITY_PER_SECOND} units a second, ${PER_SECOND} requests a second, ${options.seconds} s each.`);
console.log('| scenario | requests | answered | share | 429s | 429s per 1,000 | failed | p50 | p95 | CPU |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
for (const scenario of SCENARIOS) {
  if (options.only === undefined || options.only.includes(scenario.name)) await run(scenario);
}
process.exit();
