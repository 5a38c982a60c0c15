import { expect } from 'chai';
import { Redis } from 'ioredis';
import { libraryOf } from '../../../plugins/redis-ledger/library.js';
import { libraryText } from '../../../plugins/redis-ledger/library-text.js';
import { needsRedis, RedisServer } from '../../redis.js';
import { until } from '../../until.js';
import { Stage, slotOf } from './stage.js';

const LEASE_MS = 60_000;

describe('The plugin redis-ledger, while Redis is away,', () => {
  needsRedis();
  const stage = new Stage();
  let server: RedisServer;

  beforeEach(async () => {
    server = await RedisServer.start();
  });
  afterEach(async () => {
    await stage.close();
    await server.stop();
  });

  const url = () => ({ url: server.url, timeout: '1s' });
  const held = async (): Promise<number> => {
    const { store } = await stage.process(url());
    return (await store.counts(['a']))[0]?.held ?? 0;
  };
  const rejects = async (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'it was answered',
      ({ message }: Error) => message,
    );

  it('starts without it, and connects when it is there', async () => {
    await server.kill();
    const { store, lines } = await stage.process(url(), { isReady: false });
    await until(() => lines.length > 0);
    expect(lines[0]).to.match(/cannot be used: connect ECONNREFUSED/);
    expect(await rejects(store.hold([slotOf('a', 1)], LEASE_MS))).to.match(/is not connected/);
    await server.restart();
    await until(() => store.connected);
    expect((await store.hold([slotOf('a', 1)], LEASE_MS)).lease).not.to.equal(undefined);
    expect(lines).to.have.length(2);
  });

  it('rejects what is asked at once when the server dies, and is connected again when it is back', async () => {
    const { store, events } = await stage.process(url());
    await server.kill();
    await until(() => !store.connected);
    expect(await rejects(store.counts(['a']))).to.match(/is not connected/);
    await server.restart();
    await until(() => store.connected);
    expect((await store.hold([slotOf('a', 1)], LEASE_MS)).refusals).to.deep.equal([]);
    const connection = events.filter(({ type }) => type === 'connection');
    expect(connection.map((event) => event.type === 'connection' && event.connected)).to.deep.equal([
      true,
      false,
      true,
    ]);
  });

  it('rejects a hold without an answer in time, and frees its units although it is carried out later', async () => {
    const { store } = await stage.process({ url: server.url, timeout: '200ms' }, { beatMs: 60_000 });
    server.pause();
    expect(await rejects(store.hold([slotOf('a', 1)], LEASE_MS))).to.match(/did not answer within 200 ms/);
    server.resume();
    await until(async () => (await server.client.hlen('{429chain}:leases')) === 1);
    expect(await server.client.hexists('{429chain}:leases', 'last')).to.equal(1);
    expect(await held()).to.equal(0);
  });

  it('counts as away after three answers in a row that are late, and comes back by itself after a pause', async () => {
    const { store, lines } = await stage.process({ url: server.url, timeout: '200ms' }, { beatMs: 300 });
    const before = lines.length;
    server.pause();
    // A pause of a moment delays all calls that are under way.
    await Promise.all([1, 2, 3].map(() => rejects(store.hold([slotOf('a', 9)], LEASE_MS))));
    expect(store.connected).to.equal(true);
    await rejects(store.hold([slotOf('a', 9)], LEASE_MS));
    await until(() => !store.connected);
    expect(lines, lines.join('\n')).to.have.length(before + 1);
    expect(lines.at(-1)).to.match(/cannot be used: no answer within 200 ms, 3 times in a row\.$/);
    server.resume();
    await until(() => store.connected);
    expect(lines.at(-1)).to.match(/can be used again\.$/);
    expect(await held()).to.equal(0);
  });

  it('sends the ends of attempts that ended meanwhile, in their order', async () => {
    const { store } = await stage.process(url(), { beatMs: 100 });
    const { lease } = await store.hold([slotOf('a', 1)], LEASE_MS);
    if (lease === undefined) throw new Error('There is room.');
    server.pause();
    const late = rejects(store.hold([slotOf('b', 1)], LEASE_MS));
    store.report(lease, { served: true, charges: [], statements: [] });
    store.share({ scope: 'a', learned: 'first' });
    await late;
    await until(() => !store.connected);
    store.share({ scope: 'a', learned: 'second' });
    store.end(lease, []);
    server.resume();
    await until(() => store.connected);
    expect((await store.known(['a'])).map(({ learned }) => learned)).to.deep.equal(['second']);
    expect(await store.counts(['a', 'b'])).to.deep.equal([]);
  });

  it('loads its library again where it was flushed, and forgets nothing else', async () => {
    const { store } = await stage.process(url(), { beatMs: 60_000 });
    const { lease } = await store.hold([slotOf('a', 1)], LEASE_MS);
    await server.client.function('FLUSH');
    expect((await store.hold([slotOf('a', 1)], LEASE_MS)).refusals).to.have.length(1);
    await server.client.function('FLUSH');
    if (lease !== undefined) store.end(lease, []);
    await until(async () => (await store.counts(['a'])).length === 0);
  });

  it('begins anew after FLUSHALL, with larger sequences than before', async () => {
    const { store } = await stage.process(url());
    const first = (await store.hold([slotOf('a', 1)], LEASE_MS)).lease;
    await server.client.flushall();
    const second = (await store.hold([slotOf('a', 1)], LEASE_MS)).lease;
    expect(second?.sequence).to.be.greaterThan(first?.sequence as number);
  });

  it('counts as away where the server takes no writes, and says why', async () => {
    const { store, lines } = await stage.process(url());
    await server.client.config('SET', 'maxmemory', '1');
    await rejects(store.hold([slotOf('a', 1)], LEASE_MS));
    expect(store.connected).to.equal(false);
    expect(lines.join(' ')).to.match(/cannot be used: OOM /);
    await server.client.config('SET', 'maxmemory', '0');
    await until(() => store.connected);
  });

  it('counts as away at a server that became a replica, and comes back with a master', async () => {
    const { store, lines } = await stage.process(url());
    await server.client.replicaof('127.0.0.1', '1');
    await rejects(store.hold([slotOf('a', 1)], LEASE_MS));
    await until(() => !store.connected);
    expect(lines[0]).to.match(/READONLY|MASTERDOWN/);
    await server.client.replicaof('NO', 'ONE');
    await until(() => store.connected);
  });

  it('lets the units of a process that died return, and wakes those that wait for them', async () => {
    const { store, events } = await stage.process(url());
    const dead = await stage.process(url());
    await dead.store.hold([slotOf('a', 1)], 50);
    expect((await store.hold([slotOf('a', 1)], LEASE_MS)).lease).to.equal(undefined);
    await dead.store.close();
    await until(async () => (await store.hold([slotOf('a', 1)], LEASE_MS)).lease !== undefined);
    await until(() => events.some((event) => event.type === 'room' && event.scope === 'a'));
  });

  it('sees how many processes there are, and those that leave', async () => {
    const { store } = await stage.process(url());
    const other = await stage.process(url());
    await until(() => store.replicas === 2);
    await other.store.close();
    await until(() => store.replicas === 1);
  });

  it('works beside a process with another version of its library', async () => {
    const { store } = await stage.process(url());
    const old = libraryOf(libraryText().replace('GRAIN = 256', 'GRAIN = 128'));
    const client = new Redis(server.url);
    await client.function('LOAD', old.code);
    client.disconnect();
    expect((await store.hold([slotOf('a', 1)], LEASE_MS)).refusals).to.deep.equal([]);
  });
});
