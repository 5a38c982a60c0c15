import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect } from 'chai';
import sinon from 'sinon';
import { Feed } from '../../../src/admin/live/feed.js';
import type { Engine } from '../../../src/admin/live/status.js';
import type { LiveEvent } from '../../../src/contract/events.js';
import type { Chain, PreparedTarget } from '../../../src/engine/target.js';
import type { Reservation } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import type { AttemptRecord, Outcome } from '../../../src/plugin/index.js';
import { EventReader } from '../../event-reader.js';
import { reserveOne } from '../../ledger/ask-ledger.js';
import { until } from '../../until.js';

const TARGETS = ['one/a', 'two/a'].map((id) => {
  const provider = id.slice(0, 3);
  return { id, provider, keyedId: provider, account: provider } as PreparedTarget;
});

const outcomeOf = (requestId: string, attempts: readonly AttemptRecord[] = []): Outcome => ({
  requestId,
  chain: 'default',
  path: '/chat/completions',
  keyLabel: 'key 1',
  startedAt: 0,
  status: 200,
  durationMs: 1,
  waitedMs: 0,
  stream: false,
  resumed: 0,
  attempts,
});

/** Attempts whose record has about 30 KB. */
const WORDY = Array.from({ length: 90 }, () => ({
  attempt: { target: { id: 'one/a' } },
  outcome: 'skipped',
  reason: 'x'.repeat(300),
})) as unknown as readonly AttemptRecord[];

describe('The pace of the live feed', () => {
  let time: sinon.SinonFakeTimers;
  let ledger: MemoryLedger;
  let feed: Feed;
  let server: Server;
  let responses: ServerResponse[];

  beforeEach(async () => {
    // Sockets need the real timers that are not listed here.
    time = sinon.useFakeTimers({
      now: Date.UTC(2026, 0, 1),
      toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
    });
    const clock = { now: () => Date.now(), monotonic: () => Date.now() };
    ledger = new MemoryLedger(clock);
    ledger.configure(
      TARGETS.map(({ provider }) => ({ provider, fingerprint: '' })),
      TARGETS.map(({ id, provider }) => ({ target: id, provider })),
      TARGETS.map(({ id }) => ({ scope: id, limits: [{ requests: 10_000, per: '1h' }], source: 'manual' })),
    );
    const engine: Engine = {
      chains: { all: [{ name: 'default', targets: TARGETS } as unknown as Chain] },
      waiting: 0,
      stateOf: ({ id }) => ledger.status(id),
      healthOf: () => undefined,
    };
    feed = new Feed(clock, () => engine);
    ledger.onChange((scope) => feed.changed(scope));
    ledger.onReserve((target) => feed.changed(target));
    responses = [];
    server = createServer((req, res) => {
      responses.push(res);
      feed.connect(res, String(req.headers['last-event-id'] ?? ''));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    feed.close();
    time.restore();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const port = (): number => (server.address() as AddressInfo).port;

  const follow = (lastEventId = ''): Promise<EventReader> =>
    EventReader.open(`http://127.0.0.1:${port()}/`, { 'last-event-id': lastEventId });

  const reserve = (target: string): Reservation =>
    reserveOne(ledger, target, { tokens: 1, inputTokens: 1 }) as Reservation;

  const leave = async (reader: EventReader): Promise<void> => {
    await reader.leave();
    await until(() => time.countTimers() === 0);
  };

  /** Resolves when the clients have received everything that was sent. */
  const allRead = async (reader: EventReader): Promise<void> => {
    const before = reader.comments.length;
    while (reader.comments.length === before) await time.tickAsync(15_000);
  };

  it('sends at most ten events a second, and drops no change but surplus requests', async () => {
    const reader = await follow();
    await reader.sees(() => true);
    for (let index = 0; index < 1_000; index++) {
      reserve('one/a').settle();
      feed.requestOver(outcomeOf(`r-${index}`));
      if (index % 10 === 9) await time.tickAsync(10);
    }
    expect(Date.now() - Date.UTC(2026, 0, 1)).to.equal(1_000);
    await allRead(reader);
    const { changes } = reader;
    expect(changes).to.have.length.within(10, 11);
    const told = changes.reduce((sum, { requests, missed = 0 }) => sum + requests.length + missed, 0);
    expect(told).to.equal(1_000);
    for (const { requests } of changes) expect(requests).to.have.length.at.most(50);
    expect(reader.requests.at(-1)).to.equal('r-999');
    const last = changes.flatMap(({ targets }) => targets).at(-1);
    expect(last).to.deep.include({ target: 'one/a', inFlight: 0 });
    expect(last?.quotas[0]).to.include({ used: 1_000 });
    expect(changes.flatMap(({ targets }) => targets.map(({ target }) => target))).to.not.include('two/a');
  });

  it('sends nothing but a comment every 15 s while nothing changes', async () => {
    const reader = await follow();
    await reader.sees(() => true);
    await time.tickAsync(60_000);
    await until(() => reader.comments.length === 4);
    expect(reader.comments).to.deep.equal(Array(4).fill('alive'));
    expect(reader.events).to.have.length(1);
  });

  it('does not send a change that was undone in the meantime', async () => {
    const reader = await follow();
    await reader.sees(() => true);
    reserve('one/a').release();
    await time.tickAsync(1_000);
    await allRead(reader);
    expect(reader.events).to.have.length(1);
  });

  it('sends the end of a cooldown, which the ledger does not report', async () => {
    const reader = await follow();
    const until = Date.now() + 20_000;
    const reservation = reserve('one/a');
    ledger.coolDown(reservation, 'target', { class: 'rate_limit', reason: 'spent', until });
    reservation.settle();
    await time.tickAsync(200);
    const isState = (state: string) => (event: LiveEvent) => event.targets[0]?.state === state;
    await reader.sees((event) => event.type === 'changes' && isState('exhausted')(event));
    await time.tickAsync(21_000);
    await reader.sees((event) => event.type === 'changes' && isState('tracking')(event));
  });

  it('has no timer without clients', async () => {
    expect(time.countTimers()).to.equal(0);
    reserve('one/a');
    feed.requestOver(outcomeOf('r'));
    expect(time.countTimers()).to.equal(0);
    const reader = await follow();
    await reader.sees(() => true);
    expect(time.countTimers()).to.be.greaterThan(0);
    await leave(reader);
    reserve('two/a');
    expect(time.countTimers()).to.equal(0);
  });

  const BACK: readonly (readonly [what: string, awayMs: number, requests: number, told: string])[] = [
    ['what it missed to a client that is away for a minute', 59_000, 500, 'changes'],
    ['the whole status to a client that is away for longer', 61_000, 1, 'status'],
    ['the whole status to a client that missed more than 500 requests', 1_000, 501, 'status'],
  ];
  for (const [what, awayMs, requests, told] of BACK) {
    it(`sends ${what}`, async () => {
      const before = await follow();
      await before.sees(() => true);
      await leave(before);
      for (let index = 0; index < requests; index++) feed.requestOver(outcomeOf(`r-${index}`));
      await time.tickAsync(awayMs);
      const reader = await follow(before.lastId);
      expect((await reader.sees(() => true)).type).to.equal(told);
      expect(reader.requests).to.have.length(told === 'changes' ? requests : 0);
    });
  }

  it('disconnects a client that does not read, buffers nothing for it, and continues for others', async () => {
    const slow = connect(port(), '127.0.0.1').on('error', () => {});
    slow.pause();
    slow.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => responses.length === 1);
    const reader = await follow();
    await reader.sees(() => true);
    const held = responses[0] as ServerResponse;
    let asked = 0;
    const happen = async (): Promise<void> => {
      const before = reader.events.length;
      for (let index = 0; index < 10; index++) feed.requestOver(outcomeOf(`r-${asked++}`, WORDY));
      await time.tickAsync(100);
      await until(() => reader.events.length > before);
    };
    while (!held.writableNeedDrain) await happen();
    const buffered = held.writableLength;
    for (let ms = 0; ms < 9_900; ms += 300) {
      await happen();
      await time.tickAsync(200);
    }
    expect(held.writableLength).to.be.at.most(buffered);
    expect(held.destroyed).to.equal(false);
    await time.tickAsync(300);
    expect(held.destroyed).to.equal(true);
    await happen();
    expect(reader.requests).to.have.length(asked);
    slow.destroy();
  });

  it('sends a slow reader what it missed as one event', async () => {
    const reader = await follow();
    await reader.sees(() => true);
    const held = responses[0] as ServerResponse;
    reader.pause();
    let asked = 0;
    const happen = async (): Promise<void> => {
      for (let index = 0; index < 10; index++) feed.requestOver(outcomeOf(`r-${asked++}`, WORDY));
      await time.tickAsync(100);
    };
    /** Counts what the socket could not take. */
    const isStuck = async (): Promise<boolean> => {
      for (let turn = 0; turn < 50 && held.writableNeedDrain; turn++) await new Promise(setImmediate);
      return held.writableNeedDrain;
    };
    while (!(await isStuck())) await happen();
    const before = asked;
    for (let round = 0; round < 3; round++) await happen();
    reader.resume();
    await until(() => !held.writableNeedDrain);
    await time.tickAsync(100);
    await until(() => reader.requests.includes(`r-${asked - 1}`));
    expect(held.destroyed).to.equal(false);
    expect(reader.changes.at(-1)?.requests.map(({ id }) => id)).to.deep.equal(
      Array.from({ length: 30 }, (_, index) => `r-${before + index}`),
    );
    expect(reader.requests).to.deep.equal(Array.from({ length: asked }, (_, index) => `r-${index}`));
  });
});
