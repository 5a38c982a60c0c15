import { expect } from 'chai';
import type {
  HoldAnswer,
  HoldRequest,
  Lease,
  ScopeDemand,
  Statement,
  UnitCount,
  UnitDemand,
  UnitStore,
  UnitStoreEvent,
  UnitWindow,
} from '../../../src/plugin/door/unit-store.js';

/** A store as two processes see it, and its clock. */
interface StoreWorld {
  readonly store: UnitStore;
  readonly other: UnitStore;
  now(): number;
  turn(ms: number): void;
}

/** One sentence about stores, and what shows it. */
export interface StoreCase {
  readonly says: string;
  readonly shows: (world: StoreWorld) => Promise<void>;
}

const MINUTE = 60_000;
/** A sliding window lets a use go late by this at most. */
const LATE_MS = 240;
const LEASE_MS = 300_000;

const SLIDING: UnitWindow = { kind: 'sliding', ms: MINUTE };
const FIXED: UnitWindow = { kind: 'fixed', ms: MINUTE };
const REFILLING: UnitWindow = { kind: 'refilling', ms: MINUTE };
const SLOTS: UnitWindow = { kind: 'slots' };

const NAMES = { sliding: 'requests 60000', fixed: 'requests 60000', refilling: 'tokens 60000', slots: 'concurrent' };

const demandOf = (window: UnitWindow, limit: number, units = 1, more: Partial<UnitDemand> = {}): UnitDemand => ({
  quota: NAMES[window.kind],
  units,
  limit,
  window,
  ...more,
});

const request = (demands: readonly UnitDemand[], scope = 'a/x', more: Partial<ScopeDemand> = {}): HoldRequest => ({
  target: scope,
  scopes: [{ scope, demands, ...more }],
});

const ask = (store: UnitStore, ...requests: readonly HoldRequest[]): Promise<HoldAnswer> =>
  store.hold(requests, LEASE_MS);

const granted = async (store: UnitStore, ...requests: readonly HoldRequest[]): Promise<Lease> => {
  const { lease, refusals } = await ask(store, ...requests);
  expect(refusals, 'refusals').to.deep.equal([]);
  expect(lease, 'a lease').not.to.equal(undefined);
  return lease as Lease;
};

const charge = (window: UnitWindow, used: number, scope = 'a/x') => ({ scope, quota: NAMES[window.kind], used });

const stated = (window: UnitWindow, used: number, limit: number, includesThis = true): Statement => ({
  scope: 'a/x',
  quota: NAMES[window.kind],
  used,
  limit,
  window,
  includesThis,
});

const countOf = async (store: UnitStore): Promise<Pick<UnitCount, 'used' | 'held'>> => {
  const [count] = await store.counts(['a/x']);
  return { used: Math.round((count?.used ?? 0) * 1e6) / 1e6, held: count?.held ?? 0 };
};

/** Lets an attempt of one request be answered and be over. */
const serve = async (store: UnitStore, window: UnitWindow, limit: number, units = 1): Promise<void> => {
  const lease = await granted(store, request([demandOf(window, limit, units)]));
  store.report(lease, { served: true, charges: [charge(window, units)], statements: [] });
  store.end(lease, []);
};

/** Returns the events that the store tells, from now on. */
const eventsOf = (store: UnitStore): UnitStoreEvent[] => {
  const events: UnitStoreEvent[] = [];
  store.onEvent((event) => events.push(event));
  return events;
};

const until = async (isTrue: () => boolean): Promise<void> => {
  // An event of another process arrives by a socket.
  for (let turns = 0; !isTrue() && turns < 2_000; turns++) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(isTrue(), 'what was waited for').to.equal(true);
};

const rest = (now: number, ms: number) => ({ class: 'rate_limit', reason: 'too fast', until: now + ms }) as const;

const HOLDING: readonly StoreCase[] = [
  {
    says: 'grants the first request that has room, with a refusal for each before it',
    shows: async ({ store }) => {
      await granted(store, request([demandOf(SLOTS, 1)]));
      const { lease, refusals } = await ask(store, request([demandOf(SLOTS, 1)]), request([demandOf(SLOTS, 1)], 'b/x'));
      expect(lease).not.to.equal(undefined);
      expect(refusals).to.deep.equal([{ scope: 'a/x', code: 'concurrent', quota: 'concurrent', left: 0 }]);
      expect((await store.counts(['b/x'])).map(({ held }) => held)).to.deep.equal([1]);
    },
  },
  {
    says: 'holds nothing if one of several scopes has no room',
    shows: async ({ store }) => {
      await granted(store, request([demandOf(SLOTS, 1)], 'a'));
      const scopes = ['a/x', 'a'].map((scope): ScopeDemand => ({ scope, demands: [demandOf(SLOTS, 1)] }));
      const { lease } = await ask(store, { target: 'a/x', scopes });
      expect(lease).to.equal(undefined);
      expect(await store.counts(['a/x'])).to.deep.equal([]);
    },
  },
  {
    says: 'numbers the leases of all processes in the order of their dispatch',
    shows: async ({ store, other }) => {
      const leases = [];
      for (const each of [store, other, store]) leases.push(await granted(each, request([demandOf(SLIDING, 9)])));
      const sequences = leases.map(({ sequence }) => sequence);
      expect(sequences).to.deep.equal([...sequences].sort((one, another) => one - another));
      expect(new Set(sequences).size).to.equal(3);
      expect(new Set(leases.map(({ id }) => id)).size).to.equal(3);
    },
  },
  {
    says: 'adds what all processes hold and use, so that together they never exceed a limit',
    shows: async ({ store, other }) => {
      await serve(store, SLIDING, 3);
      await granted(other, request([demandOf(SLIDING, 3)]));
      await granted(store, request([demandOf(SLIDING, 3)]));
      const { refusals } = await ask(other, request([demandOf(SLIDING, 3)]));
      expect(refusals).to.deep.equal([{ scope: 'a/x', code: 'quota', quota: 'requests 60000', left: 0 }]);
    },
  },
  {
    says: 'names no time for a demand larger than its limit, and what is left',
    shows: async ({ store }) => {
      await serve(store, SLIDING, 5, 2);
      const { refusals } = await ask(store, request([demandOf(SLIDING, 5, 6)]));
      expect(refusals).to.deep.equal([{ scope: 'a/x', code: 'quota', quota: 'requests 60000', left: 3 }]);
    },
  },
  {
    says: 'counts parts of units',
    shows: async ({ store }) => {
      for (const units of [0.1, 0.2, 0.2]) await granted(store, request([demandOf(SLIDING, 0.5, units)]));
      const { refusals } = await ask(store, request([demandOf(SLIDING, 0.5, 0.1)]));
      expect(refusals[0]?.left).to.be.within(-1e-9, 1e-9);
    },
  },
  {
    says: 'names of several reasons the one that lasts longest',
    shows: async ({ store, now }) => {
      await granted(store, request([demandOf(SLOTS, 1)]));
      store.share({ scope: 'b', cooldown: rest(now(), 5_000) });
      const scopes: ScopeDemand[] = [
        { scope: 'a/x', demands: [demandOf(SLOTS, 1)] },
        { scope: 'b', demands: [] },
      ];
      const { refusals } = await ask(store, { target: 'a/x', scopes });
      expect(refusals).to.deep.equal([{ scope: 'b', code: 'cooldown', retryAt: now() + 5_000 }]);
    },
  },
];

const WINDOWS: readonly StoreCase[] = [
  {
    says: 'lets each unit of a sliding window return one window after it was used',
    shows: async ({ store, turn, now }) => {
      await serve(store, SLIDING, 2);
      const first = now() + MINUTE;
      turn(20_000);
      await serve(store, SLIDING, 2);
      const { refusals } = await ask(store, request([demandOf(SLIDING, 2)]));
      expect(refusals[0]?.retryAt).to.be.within(first, first + LATE_MS);
      const both = await ask(store, request([demandOf(SLIDING, 2, 2)]));
      expect(both.refusals[0]?.retryAt).to.be.within(first + 20_000, first + 20_000 + LATE_MS);
      turn(40_000 + LATE_MS);
      expect(await countOf(store)).to.deep.equal({ used: 1, held: 0 });
    },
  },
  {
    says: 'begins a fixed window with the first use, and lets all units return at its end',
    shows: async ({ store, turn, now }) => {
      await serve(store, FIXED, 2);
      const end = now() + MINUTE;
      turn(50_000);
      await serve(store, FIXED, 2);
      expect((await ask(store, request([demandOf(FIXED, 2)]))).refusals[0]?.retryAt).to.equal(end);
      turn(10_000);
      expect(await countOf(store)).to.deep.equal({ used: 0, held: 0 });
      await serve(store, FIXED, 2);
      expect((await store.counts(['a/x']))[0]?.resetAt).to.equal(now() + MINUTE);
    },
  },
  {
    says: 'takes the end of a fixed window from a demand where none was stated, and only there',
    shows: async ({ store, now }) => {
      await serve(store, FIXED, 9);
      for (const ms of [7_000, 30_000]) {
        await granted(store, request([demandOf({ ...FIXED, endsAt: now() + ms } as UnitWindow, 9)]));
        expect((await store.counts(['a/x']))[0]?.resetAt).to.equal(now() + 7_000);
      }
    },
  },
  {
    says: 'lets the units of a window that refills return bit by bit',
    shows: async ({ store, turn, now }) => {
      await serve(store, REFILLING, 60, 60);
      const { refusals } = await ask(store, request([demandOf(REFILLING, 60, 30)]));
      expect(refusals[0]?.retryAt).to.be.within(now() + 30_000, now() + 30_001);
      turn(15_000);
      expect(await countOf(store)).to.deep.equal({ used: 45, held: 0 });
      turn(50_000);
      expect(await countOf(store)).to.deep.equal({ used: 0, held: 0 });
    },
  },
  {
    says: 'never uses a slot up',
    shows: async ({ store }) => {
      const lease = await granted(store, request([demandOf(SLOTS, 1)]));
      store.end(lease, [charge(SLOTS, 1)]);
      expect(await countOf(store)).to.deep.equal({ used: 0, held: 0 });
      await granted(store, request([demandOf(SLOTS, 1)]));
    },
  },
  {
    says: 'counts by the window that is in use, until nothing is used or a statement shows another',
    shows: async ({ store, turn, now }) => {
      await serve(store, FIXED, 3);
      turn(30_000);
      await granted(store, request([demandOf(SLIDING, 3)]));
      expect((await store.counts(['a/x']))[0]?.resetAt).to.equal(now() + 30_000);
      turn(30_000);
      await serve(store, SLIDING, 3);
      turn(30_000);
      const lease = await granted(store, request([demandOf(FIXED, 9)]));
      const end = now() + 5_000;
      store.report(lease, { charges: [], statements: [stated({ ...FIXED, endsAt: end } as UnitWindow, 4, 9)] });
      expect((await store.counts(['a/x'])).map(({ used, resetAt }) => [used, resetAt])).to.deep.equal([[4, end]]);
    },
  },
];

const REPORTS: readonly StoreCase[] = [
  {
    says: 'closes what a charge names with what was used of it, and frees the rest at the end',
    shows: async ({ store }) => {
      const lease = await granted(store, request([demandOf(SLIDING, 9), demandOf(REFILLING, 900, 500)]));
      store.report(lease, { served: true, charges: [charge(SLIDING, 1)], statements: [] });
      const counts = await store.counts(['a/x']);
      expect(counts.map(({ quota, used, held }) => [quota, used, held])).to.deep.equal([
        ['requests 60000', 1, 0],
        ['tokens 60000', 0, 500],
      ]);
      store.end(lease, []);
      expect((await store.counts(['a/x'])).map(({ quota }) => quota)).to.deep.equal(['requests 60000']);
    },
  },
  {
    says: 'charges nothing twice, and nothing after the end',
    shows: async ({ store }) => {
      const lease = await granted(store, request([demandOf(SLIDING, 9)]));
      const report = { served: true, charges: [charge(SLIDING, 1)], statements: [] };
      store.report(lease, report);
      store.report(lease, report);
      store.end(lease, [charge(SLIDING, 1)]);
      store.report(lease, { ...report, statements: [stated(SLIDING, 7, 9)] });
      store.end(lease, [charge(SLIDING, 1)]);
      expect(await countOf(store)).to.deep.equal({ used: 1, held: 0 });
    },
  },
  {
    says: 'takes over what a response states, and frees what it includes',
    shows: async ({ store, now }) => {
      const window = { ...FIXED, endsAt: now() + 9_000 } as UnitWindow;
      const lease = await granted(store, request([demandOf(FIXED, 9)]));
      store.report(lease, { served: true, charges: [], statements: [stated(window, 6, 10)] });
      expect(await countOf(store)).to.deep.equal({ used: 6, held: 0 });
      expect((await store.counts(['a/x']))[0]?.resetAt).to.equal(now() + 9_000);
    },
  },
  {
    says: 'lets a statement for an earlier lease only raise what is used',
    shows: async ({ store, other, now }) => {
      const window = { ...FIXED, endsAt: now() + 9_000 } as UnitWindow;
      const [early, late] = [
        await granted(store, request([demandOf(FIXED, 9)])),
        await granted(other, request([demandOf(FIXED, 9)])),
      ];
      other.report(late, { served: true, charges: [], statements: [stated(window, 5, 9)] });
      store.report(early, { charges: [], statements: [stated(window, 3, 9)] });
      expect((await countOf(store)).used).to.equal(5);
      store.report(early, { charges: [], statements: [stated(window, 7, 9)] });
      expect((await countOf(store)).used).to.equal(7);
    },
  },
  {
    says: 'does not count units again that a statement for a later lease has counted',
    shows: async ({ store, other, now }) => {
      const window = { ...FIXED, endsAt: now() + 9_000 } as UnitWindow;
      const [early, late] = [
        await granted(store, request([demandOf(FIXED, 9)])),
        await granted(other, request([demandOf(FIXED, 9)])),
      ];
      other.report(late, { served: true, charges: [], statements: [stated(window, 2, 9)] });
      expect(await countOf(store)).to.deep.equal({ used: 2, held: 1 });
      store.report(early, { served: true, charges: [charge(FIXED, 1)], statements: [] });
      expect(await countOf(store)).to.deep.equal({ used: 2, held: 0 });
    },
  },
  {
    says: 'lets no units return within one fixed window, and follows an end that moves on',
    shows: async ({ store, now }) => {
      const state = async (used: number, endsAt: number): Promise<void> => {
        const lease = await granted(store, request([demandOf(FIXED, 9)]));
        store.report(lease, { charges: [], statements: [stated({ ...FIXED, endsAt } as UnitWindow, used, 9)] });
        store.end(lease, []);
      };
      const end = now() + 20_000;
      await state(5, end);
      await state(3, end + 9_000);
      expect((await store.counts(['a/x'])).map(({ used, resetAt }) => [used, resetAt])).to.deep.equal([[5, end]]);
      await state(3, end + 31_000);
      expect((await store.counts(['a/x'])).map(({ used, resetAt }) => [used, resetAt])).to.deep.equal([
        [3, end + 31_000],
      ]);
    },
  },
  {
    says: 'adds to a sliding window what others use of the account, without what is in flight',
    shows: async ({ store, other }) => {
      await serve(store, SLIDING, 9);
      await granted(other, request([demandOf(SLIDING, 9)]));
      const lease = await granted(store, request([demandOf(SLIDING, 9)]));
      store.report(lease, { charges: [], statements: [stated(SLIDING, 5, 9, false)] });
      expect(await countOf(store)).to.deep.equal({ used: 3, held: 2 });
    },
  },
  {
    says: 'believes of a sliding window that less is used only if nothing else was in flight when the attempt was sent or since',
    shows: async ({ store, other }) => {
      for (let count = 0; count < 4; count++) await serve(store, SLIDING, 9);
      const [lease, elsewhere] = [
        await granted(store, request([demandOf(SLIDING, 9)])),
        await granted(other, request([demandOf(SLIDING, 9)])),
      ];
      other.end(elsewhere, []);
      store.report(lease, { charges: [], statements: [stated(SLIDING, 3, 9, false)] });
      expect((await countOf(store)).used).to.equal(4);
      const late = await granted(other, request([demandOf(SLIDING, 9)]));
      store.end(lease, []);
      other.report(late, { charges: [], statements: [stated(SLIDING, 3, 9, false)] });
      expect((await countOf(store)).used).to.equal(4);
      other.end(late, []);
      const alone = await granted(store, request([demandOf(SLIDING, 9)]));
      store.report(alone, { charges: [], statements: [stated(SLIDING, 3, 9, false)] });
      expect((await countOf(store)).used).to.equal(2);
    },
  },
  {
    says: 'believes of a window that refills that less is used only if nothing else is in flight',
    shows: async ({ store, other }) => {
      await serve(store, REFILLING, 60, 30);
      const [lease, elsewhere] = [
        await granted(store, request([demandOf(REFILLING, 60, 10)])),
        await granted(other, request([demandOf(REFILLING, 60, 10)])),
      ];
      store.report(lease, { charges: [], statements: [stated(REFILLING, 20, 60)] });
      expect(await countOf(store)).to.deep.equal({ used: 30, held: 10 });
      other.end(elsewhere, []);
      const alone = await granted(store, request([demandOf(REFILLING, 60, 10)]));
      store.report(alone, { charges: [], statements: [stated(REFILLING, 20, 60)] });
      expect((await countOf(store)).used).to.equal(20);
    },
  },
  {
    says: 'sets the level of a window that refills',
    shows: async ({ store, turn }) => {
      const lease = await granted(store, request([demandOf(REFILLING, 60, 10)]));
      store.report(lease, { charges: [], statements: [stated(REFILLING, 40, 60)] });
      turn(10_000);
      expect(await countOf(store)).to.deep.equal({ used: 30, held: 0 });
    },
  },
];

const CARE: readonly StoreCase[] = [
  {
    says: 'keeps the bound on held units while it is not known whether the limit holds',
    shows: async ({ store, other, now }) => {
      const asked = request([demandOf(FIXED, 9, 1, { mostHeld: 1 })]);
      const lease = await granted(store, asked);
      expect((await ask(other, asked)).refusals).to.deep.equal([
        { scope: 'a/x', code: 'waiting', quota: 'requests 60000', left: 8 },
      ]);
      const window = { ...FIXED, endsAt: now() + 9_000 } as UnitWindow;
      store.report(lease, { charges: [], statements: [stated(window, 1, 9)] });
      await granted(other, asked);
      await granted(other, asked);
    },
  },
  {
    says: 'takes an attempt that was served as proof that the fixed window has begun',
    shows: async ({ store }) => {
      await serve(store, FIXED, 9);
      for (let count = 0; count < 2; count++) await granted(store, request([demandOf(FIXED, 9, 1, { mostHeld: 1 })]));
    },
  },
  {
    says: 'keeps the bound on unanswered attempts, and raises it by one for each that was served',
    shows: async ({ store, other }) => {
      const asked = request([], 'a/x', { mostUnanswered: 1 });
      const lease = await granted(store, asked);
      expect((await ask(other, asked)).refusals).to.deep.equal([{ scope: 'a/x', code: 'waiting' }]);
      store.report(lease, { served: false, charges: [], statements: [] });
      const second = await granted(other, asked);
      expect((await ask(store, asked)).lease).to.equal(undefined);
      other.report(second, { served: true, charges: [], statements: [] });
      for (let count = 0; count < 2; count++) await granted(store, asked);
      expect((await ask(other, asked)).lease).to.equal(undefined);
    },
  },
  {
    says: 'takes an attempt as answered once, at its report or at its end',
    shows: async ({ store }) => {
      const asked = request([], 'a/x', { mostUnanswered: 2 });
      const [first, second] = [await granted(store, asked), await granted(store, asked)];
      store.report(first, { served: false, charges: [], statements: [] });
      store.end(first, []);
      await granted(store, asked);
      expect((await ask(store, asked)).lease).to.equal(undefined);
      store.end(second, []);
      await granted(store, asked);
    },
  },
  {
    says: 'ends a lease that is not ended in time, and counts what it held as used',
    shows: async ({ store, other, turn }) => {
      const demands = [demandOf(SLIDING, 1), demandOf(SLOTS, 1)];
      const lease = await granted(store, request(demands, 'a/x', { mostUnanswered: 1 }));
      turn(LEASE_MS - 1);
      expect((await ask(other, request(demands))).lease).to.equal(undefined);
      turn(1);
      await granted(other, request([demandOf(SLOTS, 1)], 'a/x', { mostUnanswered: 1 }));
      const { refusals } = await ask(other, request([demandOf(SLIDING, 1)]));
      expect(refusals.map(({ code, quota }) => [code, quota])).to.deep.equal([['quota', 'requests 60000']]);
      store.end(lease, []);
      const counts = await other.counts(['a/x']);
      expect(counts.map(({ used, held }) => [used, held])).to.have.deep.members([
        [1, 0],
        [0, 1],
      ]);
    },
  },
];

const KNOWLEDGE: readonly StoreCase[] = [
  {
    says: 'refuses a scope that cools down, in every process',
    shows: async ({ store, other, now, turn }) => {
      store.share({ scope: 'a/x', cooldown: rest(now(), 5_000) });
      const until = now() + 5_000;
      expect((await ask(other, request([]))).refusals).to.deep.equal([
        { scope: 'a/x', code: 'cooldown', retryAt: until },
      ]);
      turn(5_000);
      await granted(other, request([]));
    },
  },
  {
    says: 'keeps the later end of two cooldowns',
    shows: async ({ store, other, now }) => {
      store.share({ scope: 'a/x', cooldown: rest(now(), 9_000) });
      other.share({ scope: 'a/x', cooldown: rest(now(), 5_000) });
      const [known] = await store.known(['a/x', 'a/y']);
      expect(known?.cooldown).to.deep.equal(rest(now(), 9_000));
    },
  },
  {
    says: 'tells other processes what one of them shares, with all that is known of the scope',
    shows: async ({ store, other, now }) => {
      const [own, others] = [eventsOf(store), eventsOf(other)];
      store.share({ scope: 'a/x', learned: 'ten' });
      store.share({ scope: 'a/x', cooldown: rest(now(), 9_000) });
      await until(() => others.length >= 2);
      expect(others.at(-1)).to.deep.equal({
        type: 'knowledge',
        knowledge: { scope: 'a/x', cooldown: rest(now(), 9_000), learned: 'ten' },
      });
      expect(own.filter(({ type }) => type === 'knowledge')).to.deep.equal([]);
    },
  },
  {
    says: 'ends a cooldown only for an attempt that was sent after it had begun',
    shows: async ({ store, other, now, turn }) => {
      const early = await granted(store, request([]));
      store.share({ scope: 'a/x', cooldown: rest(now(), 5_000) });
      store.endCooldown('a/x', early);
      expect((await ask(other, request([]))).lease).to.equal(undefined);
      turn(5_000);
      const late = await granted(store, request([]));
      const events = eventsOf(other);
      store.endCooldown('a/x', late);
      await until(() => events.some(({ type }) => type === 'knowledge'));
      store.endCooldown('a/x', late);
      const told = events.filter((event) => event.type === 'knowledge');
      expect(told.map(({ knowledge }) => knowledge.cooldown)).to.deep.equal([undefined]);
    },
  },
  {
    says: 'lets an attempt prove nothing that was sent before the cooldown began',
    shows: async ({ store, now, turn }) => {
      const early = await granted(store, request([]));
      store.share({ scope: 'a/x', cooldown: rest(now(), 5_000) });
      turn(5_000);
      store.report(early, { served: true, charges: [], statements: [] });
      const asked = request([], 'a/x', { mostUnanswered: 1 });
      await granted(store, asked);
      expect((await ask(store, asked)).lease).to.equal(undefined);
    },
  },
  {
    says: 'forgets a cooldown and what was learned at a reset, and no uses',
    shows: async ({ store, other, now }) => {
      await serve(store, SLIDING, 9);
      store.share({ scope: 'a/x', cooldown: rest(now(), 5_000), learned: 'ten' });
      const events = eventsOf(other);
      store.reset('a/x');
      await until(() => events.some(({ type }) => type === 'reset'));
      expect(await other.known(['a/x'])).to.deep.equal([]);
      expect((await countOf(other)).used).to.equal(1);
    },
  },
  {
    says: 'tells every process when units may have returned for which one was refused',
    shows: async ({ store, other, turn }) => {
      const lease = await granted(store, request([demandOf(SLOTS, 1)]));
      const all = [eventsOf(store), eventsOf(other)];
      const isRefused = async (): Promise<void> => {
        expect((await ask(other, request([demandOf(SLOTS, 1)]))).lease).to.equal(undefined);
      };
      await isRefused();
      const haveRoom = (): boolean =>
        all.every((events) => events.some((event) => event.type === 'room' && event.scope === 'a/x'));
      store.report(lease, { served: true, charges: [], statements: [] });
      await until(haveRoom);
      for (const events of all) events.length = 0;
      await isRefused();
      store.end(lease, []);
      await until(haveRoom);
      await granted(other, request([demandOf(SLOTS, 1)]));
      await isRefused();
      for (const events of all) events.length = 0;
      turn(LEASE_MS);
      await ask(store, request([], 'b/x'));
      await until(haveRoom);
    },
  },
];

/** What every `UnitStore` does. */
export const STORE_CASES: Readonly<Record<string, readonly StoreCase[]>> = {
  'holds units: it': HOLDING,
  'counts by windows: it': WINDOWS,
  'hears of responses: it': REPORTS,
  'takes care: it': CARE,
  'shares knowledge: it': KNOWLEDGE,
};
