import { expect } from 'chai';
import fc from 'fast-check';
import { MemoryStore } from '../../../src/ledger/shared/memory-store.js';
import { MemoryUnits } from '../../../src/ledger/shared/memory-units.js';
import type {
  AttemptReport,
  Charge,
  HoldRequest,
  Lease,
  Statement,
  UnitDemand,
  UnitStore,
  UnitWindow,
} from '../../../src/plugin/door/unit-store.js';
import { needsRedis, RedisServer } from '../../redis.js';
import { StoreWorld } from './store-world.js';

const SCOPES = ['a/x', 'a/y', 'a'];
/** A window may be known in another way to another process, under the same name. */
const QUOTAS = ['requests 60000', 'tokens 86400000', 'concurrent'];

const units = fc.integer({ min: 0, max: 12 }).map((quarters) => quarters / 4);
const limit = fc.constantFrom(0.5, 1, 2, 3, 5);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const windowOf = (quota: string, now: number): fc.Arbitrary<UnitWindow> => {
  if (quota === 'concurrent') return fc.constant({ kind: 'slots' });
  const ms = Number(quota.split(' ')[1]);
  return fc.oneof(
    fc.constant({ kind: 'sliding', ms } as const),
    maybe(fc.integer({ min: -1_000, max: ms })).map((later) => {
      const endsAt = later === undefined ? undefined : now + later;
      return { kind: 'fixed', ms, ...(endsAt !== undefined && { endsAt }) } as const;
    }),
    fc.constant({ kind: 'refilling', ms } as const),
  );
};

const demand = (now: number): fc.Arbitrary<UnitDemand> =>
  fc.constantFrom(...QUOTAS).chain((quota) =>
    fc.record({
      quota: fc.constant(quota),
      units,
      limit,
      window: windowOf(quota, now),
      mostHeld: maybe(fc.constantFrom(0, 1, 2)),
    }),
  );

const request = (now: number): fc.Arbitrary<HoldRequest> =>
  fc
    .uniqueArray(
      fc.record({
        scope: fc.constantFrom(...SCOPES),
        demands: fc.uniqueArray(demand(now), { maxLength: 3, selector: ({ quota }) => quota }),
        mostUnanswered: maybe(fc.constantFrom(1, 2)),
      }),
      { minLength: 1, maxLength: 3, selector: ({ scope }) => scope },
    )
    .map((scopes) => ({ target: 'x', scopes }));

const charge: fc.Arbitrary<Charge> = fc.record({
  scope: fc.constantFrom(...SCOPES),
  quota: fc.constantFrom(...QUOTAS),
  used: units,
});

const statement = (now: number): fc.Arbitrary<Statement> =>
  fc.constantFrom(...QUOTAS).chain((quota) =>
    fc.record({
      scope: fc.constantFrom(...SCOPES),
      quota: fc.constant(quota),
      used: units,
      limit,
      window: windowOf(quota, now),
      includesThis: fc.boolean(),
    }),
  );

const report = (now: number): fc.Arbitrary<AttemptReport> =>
  fc.record({
    served: maybe(fc.boolean()),
    charges: fc.array(charge, { maxLength: 3 }),
    statements: fc.array(statement(now), { maxLength: 2 }),
  });

type Step =
  | { readonly do: 'hold'; readonly requests: readonly HoldRequest[]; readonly leaseMs: number }
  | { readonly do: 'report'; readonly lease: number; readonly report: AttemptReport }
  | { readonly do: 'end'; readonly lease: number; readonly charges: readonly Charge[] }
  | { readonly do: 'cool'; readonly scope: string; readonly ms: number; readonly learned: string | undefined }
  | { readonly do: 'endCooldown'; readonly scope: string; readonly lease: number }
  | { readonly do: 'reset'; readonly scope: string }
  | { readonly do: 'turn'; readonly ms: number };

const lease = fc.nat(9);
const scope = fc.constantFrom(...SCOPES);

const step = (now: number): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('hold' as const),
        requests: fc.array(request(now), { minLength: 1, maxLength: 3 }),
        leaseMs: fc.constantFrom(20_000, 300_000),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('report' as const), lease, report: report(now) }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('end' as const), lease, charges: fc.array(charge, { maxLength: 2 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('cool' as const),
        scope,
        ms: fc.constantFrom(1_000, 60_000),
        learned: maybe(fc.string()),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('endCooldown' as const), scope, lease }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const), scope }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('turn' as const),
        ms: fc.constantFrom(1, 250, 7_000, 61_000, 40_000_000),
      }),
    },
  );

/** Sums of parts of units are not exact, and so a moment that depends on them may be a millisecond off. */
const alike = (one: unknown, other: unknown): boolean => {
  if (typeof one === 'number' && typeof other === 'number') return Math.abs(one - other) <= (one > 1e9 ? 1 : 1e-4);
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => alike(one[name as keyof object], other[name as keyof object]));
};

/** Carries steps out, and returns what the store answered. */
const run = async (
  { store, now, turn }: { store: UnitStore; now(): number; turn(ms: number): void },
  steps: readonly Step[],
): Promise<unknown[]> => {
  const answers: unknown[] = [];
  const leases: Lease[] = [];
  const leaseAt = (index: number): Lease => leases[index % Math.max(1, leases.length)] ?? { id: 'none', sequence: 0 };
  for (const each of steps) {
    if (each.do === 'turn') turn(each.ms);
    else if (each.do === 'report') store.report(leaseAt(each.lease), each.report);
    else if (each.do === 'end') store.end(leaseAt(each.lease), each.charges);
    else if (each.do === 'endCooldown') store.endCooldown(each.scope, leaseAt(each.lease));
    else if (each.do === 'reset') store.reset(each.scope);
    else if (each.do === 'cool') {
      const cooldown = { class: 'rate_limit', reason: 'too "fast"', until: now() + each.ms } as const;
      store.share({ scope: each.scope, cooldown, learned: each.learned });
    } else {
      const { lease: held, refusals } = await store.hold(each.requests, each.leaseMs);
      if (held !== undefined) leases.unshift(held);
      answers.push({ granted: held !== undefined, refusals });
    }
    const counts = await store.counts(SCOPES);
    const sorted = [...counts].sort((one, other) =>
      `${one.scope} ${one.quota}` < `${other.scope} ${other.quota}` ? -1 : 1,
    );
    answers.push({ step: each.do, counts: sorted, known: await store.known(SCOPES) });
  }
  return answers;
};

describe('The store in Redis and the one in memory', () => {
  needsRedis();
  let server: RedisServer;
  let world: StoreWorld;

  before(async () => {
    server = await RedisServer.start();
    world = await new StoreWorld(server).ready();
  });
  after(async () => {
    await world?.close();
    await server?.stop();
  });

  it('answer every call alike, whatever came before', async () => {
    const began = world.now();
    await fc.assert(
      fc.asyncProperty(fc.array(step(began), { minLength: 3, maxLength: 40 }), async (steps) => {
        // The same times for both: each run begins where the clock was, in a server that knows nothing.
        await server.client.flushdb();
        world.turn(began - world.now());
        let at = began;
        const memory = new MemoryStore(new MemoryUnits(() => at));
        const turn = (ms: number): void => {
          at += ms;
        };
        const [expected, actual] = [await run({ store: memory, now: () => at, turn }, steps), await run(world, steps)];
        if (!alike(actual, expected)) expect(actual).to.deep.equal(expected);
      }),
      { numRuns: Number(process.env.RUNS ?? 40) },
    );
  });
});
