import { expect } from 'chai';
import type { Declaration } from '../../../src/contract/quota.js';
import type { Refusal, Reservation } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import { MemoryStore } from '../../../src/ledger/shared/memory-store.js';
import { MemoryUnits } from '../../../src/ledger/shared/memory-units.js';
import { SharedLedger } from '../../../src/ledger/shared/shared-ledger.js';
import type { UnitStore } from '../../../src/plugin/door/unit-store.js';
import { MemoryLog } from '../../proxy.js';
import { TurningClock } from '../../turning-clock.js';

const NEED = { tokens: 10, inputTokens: 5 };

interface Replica {
  readonly ledger: SharedLedger;
  readonly log: MemoryLog;
}

/** Ledgers of several processes over one store. */
const replicasOf = (
  limits: Declaration['limits'],
  { count = 2, fingerprints = [], wrap = (store) => store }: Options = {},
): { readonly all: readonly Replica[]; readonly clock: TurningClock } => {
  const clock = new TurningClock();
  const units = new MemoryUnits(clock.now);
  const all = Array.from({ length: count }, (_, index) => {
    const log = new MemoryLog();
    const ledger = new SharedLedger(new MemoryLedger(clock), clock, log);
    ledger.configure(
      [{ provider: 'a', fingerprint: fingerprints[index] ?? 'same' }],
      [{ target: 'a/x', provider: 'a' }],
      limits.length === 0 ? [] : [{ scope: 'a/x', limits, source: 'manual' }],
    );
    ledger.use(wrap(new MemoryStore(units, 'redis://there')));
    return { ledger, log };
  });
  return { all, clock };
};

interface Options {
  readonly count?: number;
  readonly fingerprints?: readonly string[];
  readonly wrap?: (store: UnitStore) => UnitStore;
}

const ask = async ({ ledger }: Replica): Promise<Reservation | Refusal> => {
  const { reservation, refusals } = await ledger.reserve([{ target: 'a/x', need: NEED }]);
  return reservation ?? (refusals[0] as Refusal);
};

const granted = async (replica: Replica): Promise<Reservation> => {
  const answer = await ask(replica);
  if (!answer.granted) throw new Error(`It was refused: ${answer.reason}`);
  return answer;
};

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What one process does, and how the other one refuses the next attempt. */
const REFUSALS: readonly {
  readonly says: string;
  readonly limits: Declaration['limits'];
  readonly does: (replica: Replica) => Promise<unknown>;
  readonly refusal: Partial<Refusal>;
}[] = [
  {
    says: 'slots that another process holds',
    limits: [{ concurrent: 1 }],
    does: granted,
    refusal: { code: 'concurrent', reason: '1 of 1 requests in flight, as configured', retryAt: undefined },
  },
  {
    says: 'requests that another process holds',
    limits: [{ requests: 1, per: '1m' }],
    does: granted,
    refusal: { code: 'quota', reason: '0 of 1 requests per 1m left, as configured', retryAt: undefined },
  },
  {
    says: 'the first contact of another process',
    limits: [],
    does: granted,
    refusal: { code: 'first_contact', reason: 'its limits are not known yet: waiting for the attempts in flight' },
  },
  {
    says: 'a cooldown that another process began',
    limits: [{ requests: 9, per: '1m' }],
    does: async (replica) => {
      const reservation = await granted(replica);
      replica.ledger.refused(reservation);
      replica.ledger.coolDown(reservation, 'target', {
        class: 'overloaded',
        reason: 'busy',
        until: Date.UTC(2026, 0, 1, 12, 0, 9),
      });
      reservation.settle();
    },
    refusal: { code: 'cooldown', class: 'overloaded', reason: 'busy', retryAt: Date.UTC(2026, 0, 1, 12, 0, 9) },
  },
];

/** A store that can go away and come back. */
class Leaving {
  isAway = false;
  readonly #back: (() => void)[] = [];

  readonly wrap = (store: UnitStore): UnitStore => {
    const { hold, known, onEvent } = store;
    Object.defineProperty(store, 'connected', { get: () => !this.isAway });
    store.hold = (...asked) => (this.isAway ? Promise.reject(new Error('away')) : hold.apply(store, asked));
    store.known = (...asked) => (this.isAway ? Promise.reject(new Error('away')) : known.apply(store, asked));
    store.onEvent = (listener) => {
      this.#back.push(() => listener({ type: 'connection', connected: true }));
      return onEvent.call(store, listener);
    };
    return store;
  };

  comeBack(): void {
    this.isAway = false;
    for (const tell of this.#back) tell();
  }
}

describe('A ledger that counts together with others', () => {
  for (const { says, limits, does, refusal } of REFUSALS) {
    it(`refuses in the words of one process: ${says}`, async () => {
      const { all } = replicasOf(limits);
      const [one, other] = all as [Replica, Replica];
      await does(one);
      await settled();
      const answer = await ask(other);
      expect(answer).to.include(refusal);
    });
  }

  it('is woken when another process gives units back', async () => {
    const { all } = replicasOf([{ concurrent: 1 }]);
    const [one, other] = all as [Replica, Replica];
    const reservation = await granted(one);
    await ask(other);
    const changed: string[] = [];
    other.ledger.onChange((scope) => changed.push(scope));
    reservation.settle();
    await settled();
    expect(changed).to.include('a/x');
    await granted(other);
  });

  it('does not count with processes that have another key', async () => {
    const { all } = replicasOf([{ concurrent: 1 }], { fingerprints: ['one key', 'another'] });
    for (const replica of all) await granted(replica);
  });

  it('ends cooldowns everywhere when a user ends them in one process', async () => {
    const { all } = replicasOf([{ requests: 9, per: '1m' }]);
    const [one, other] = all as [Replica, Replica];
    const reservation = await granted(one);
    one.ledger.coolDown(reservation, 'target', { class: 'quota', reason: 'spent' });
    reservation.settle();
    await settled();
    expect((await ask(other)).granted).to.equal(false);
    other.ledger.reset('a/x');
    await settled();
    await granted(one);
  });

  it('shows what it counts with, and where it is alone says nothing', async () => {
    const { all } = replicasOf([{ concurrent: 1 }], { count: 3 });
    const { ledger } = all[0] as Replica;
    expect(ledger.sharing).to.deep.equal({
      name: 'redis://there',
      connected: true,
      replicas: 3,
      summary: 'Limits are shared by 3 replicas through redis://there',
    });
    ledger.use(undefined);
    expect(ledger.sharing).to.equal(undefined);
    expect(ledger.reserve([{ target: 'a/x', need: NEED }])).not.to.be.instanceOf(Promise);
  });

  it('decides alone about an attempt for which the answer of the store is late, and tells the store later', async () => {
    let isLate = false;
    const wrap = (store: UnitStore): UnitStore => {
      const { hold } = store;
      store.hold = (...asked) => (isLate ? Promise.reject(new Error('late')) : hold.apply(store, asked));
      return store;
    };
    const { all } = replicasOf([{ requests: 3, per: '1m' }], { count: 2, wrap });
    const [one, other] = all as [Replica, Replica];
    isLate = true;
    const alone = await ask(one);
    isLate = false;
    if (alone.granted) alone.settle();
    expect(one.log.lines.filter((line) => line.includes('does not answer'))).to.deep.equal([]);
    const answers = [];
    for (let count = 0; count < 3; count++) answers.push((await ask(other)).granted);
    expect([alone.granted, ...answers]).to.deep.equal([true, true, true, false]);
  });

  it('counts alone with its share of each limit where the store does not answer, and says so once', async () => {
    const store = new Leaving();
    const { all, clock } = replicasOf([{ requests: 6, per: '1m' }], { count: 3, wrap: store.wrap });
    const replica = all[0] as Replica;
    store.isAway = true;
    const answers = [];
    for (let count = 0; count < 4; count++) answers.push(await ask(replica));
    expect(answers.map((answer) => answer.granted)).to.deep.equal([true, true, false, false]);
    const words = 'redis://there does not answer: this replica uses 1/3 of each limit until it is back.';
    expect(replica.log.lines.filter((line) => line.includes(words))).to.have.lengthOf(1);
    expect(replica.ledger.sharing).to.include({ connected: false, replicas: 3 });
    for (const answer of answers) if (answer.granted) answer.settle();
    store.isAway = false;
    replica.ledger.use(undefined);
    clock.turn(60_000);
    const alone = [];
    for (let count = 0; count < 7; count++) alone.push(await ask(replica));
    expect(alone.filter((answer) => answer.granted)).to.have.lengthOf(6);
  });

  it('counts together again where the store is back, and says so once', async () => {
    const store = new Leaving();
    const { all } = replicasOf([{ requests: 6, per: '1m' }], { count: 3, wrap: store.wrap });
    const replica = all[0] as Replica;
    store.isAway = true;
    (await granted(replica)).settle();
    store.comeBack();
    await settled();
    const words = 'redis://there answers again. Limits are shared by 3 replicas through redis://there.';
    expect(replica.log.lines.filter((line) => line.includes(words))).to.have.lengthOf(1);
    expect(replica.ledger.sharing).to.include({ connected: true, replicas: 3 });
    const answers = [];
    for (let count = 0; count < 6; count++) answers.push(await ask(all[count % 3] as Replica));
    expect(answers.filter((answer) => answer.granted)).to.have.lengthOf(5);
  });

  it('learns from another process that a provider counts the bound on an answer beforehand', async () => {
    const { all } = replicasOf([{ requests: 6, per: '1m' }]);
    const [one, other] = all as [Replica, Replica];
    const learned: string[] = [];
    other.ledger.onCountedBound((target) => learned.push(target));
    one.ledger.learnCountedBound('a/x');
    one.ledger.learnCountedBound('a/x');
    await settled();
    expect(learned).to.deep.equal(['a/x']);
  });

  it('takes others to be in flight as long as it does not know better', async () => {
    const { all } = replicasOf([{ requests: 6, per: '1m' }]);
    const [one, other] = all as [Replica, Replica];
    await granted(one);
    expect(other.ledger.inFlight('a/x')).to.equal(1);
    other.ledger.use(undefined);
    expect(other.ledger.inFlight('a/x')).to.equal(0);
  });
});
