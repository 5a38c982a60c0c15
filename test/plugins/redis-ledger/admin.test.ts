import { expect } from 'chai';
import { ADMIN_KEY, signIn } from '../../admin/browser.js';
import { EventReader } from '../../event-reader.js';
import { API_KEY, chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { needsRedis, RedisServer } from '../../redis.js';
import { completion, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';

describe('The admin of replicas with the plugin redis-ledger', () => {
  needsRedis();
  let server: RedisServer;
  let upstream: ScriptedUpstream;
  let one: RunningProxy;
  let other: RunningProxy;
  let readers: EventReader[] = [];

  const start = (): Promise<RunningProxy> =>
    startProxy({
      ...chainOver([upstream]),
      server: { apiKeys: [API_KEY], adminKey: ADMIN_KEY },
      plugins: [{ use: 'redis-ledger', options: { url: server.url, timeout: '5s' } }],
    });

  beforeEach(async () => {
    server = await RedisServer.start();
    upstream = await ScriptedUpstream.start();
    upstream.always(reply(200, completion('an answer')));
    [one, other] = await Promise.all([start(), start()]);
  });

  afterEach(async () => {
    await Promise.all(readers.map((reader) => reader.leave()));
    readers = [];
    await Promise.all([one.close(), other.close()]);
    await upstream.close();
    await server.stop();
  });

  const follow = async (proxy: RunningProxy): Promise<EventReader> => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    const reader = await EventReader.open(`${proxy.address}/admin/api/events`, headers);
    readers.push(reader);
    await reader.sees(() => true);
    return reader;
  };
  /** Sends a request, and returns its id. */
  const ask = async (proxy: RunningProxy): Promise<string> => {
    const response = await proxy.post({ messages: HELLO });
    await response.text();
    return response.headers.get('x-request-id') ?? '';
  };
  /** Sends requests until the feed shows one of them: it must first have asked the other replica for them. */
  const shownBy = async (reader: EventReader, at: RunningProxy): Promise<string> => {
    const ids: string[] = [];
    await until(async () => {
      ids.push(await ask(at));
      return reader.requests.some((id) => ids.includes(id));
    });
    return ids.find((id) => reader.requests.includes(id)) ?? '';
  };
  const isSignedIn = async (proxy: RunningProxy, cookie: string): Promise<boolean> => {
    const response = await fetch(`${proxy.address}/admin/api/session`, { headers: { cookie } });
    const { signedIn } = (await response.json()) as { signedIn: boolean };
    return signedIn;
  };
  const signOut = (proxy: RunningProxy, cookie: string): Promise<Response> =>
    fetch(`${proxy.address}/admin/api/session`, {
      method: 'DELETE',
      headers: { cookie, 'content-type': 'application/json' },
    });
  const away = (proxy: RunningProxy): Promise<void> =>
    until(() => proxy.log.lines.some((line) => line.includes('cannot be used')));

  it('shows the requests of all replicas in the live feed of each, once', async () => {
    const [here, there] = [await follow(one), await follow(other)];
    await Promise.all([shownBy(here, other), shownBy(there, one)]);
    const ids = [await ask(one), await ask(other), await ask(one)];
    for (const reader of [here, there]) {
      await until(() => ids.every((id) => reader.requests.includes(id)));
      expect(new Set(reader.requests).size).to.equal(reader.requests.length);
    }
  });

  it('sends other replicas no request while no feed has clients', async () => {
    const heard: string[] = [];
    const listener = server.client.duplicate();
    await listener.subscribe('{429chain}:events');
    listener.on('message', (_channel: string, text: string) => heard.push(text));
    for (const proxy of [one, other, one]) await ask(proxy);
    // A message that comes after all others.
    await signIn(one.address);
    await until(() => heard.some((text) => text.includes('"session"')));
    listener.disconnect();
    expect(heard.join('\n')).not.to.include('live requests');
  });

  it('ends a session everywhere when the user signs out at one replica', async () => {
    const { cookie } = await signIn(one.address);
    expect([await isSignedIn(one, cookie), await isSignedIn(other, cookie)]).to.deep.equal([true, true]);
    await signOut(other, cookie);
    await until(async () => !(await isSignedIn(one, cookie)));
    expect((await fetch(`${one.address}/admin/api/status`, { headers: { cookie } })).status).to.equal(401);
  });

  it('tells a replica that starts later which sessions ended', async () => {
    const { cookie } = await signIn(one.address);
    await signOut(one, cookie);
    await other.close();
    other = await start();
    await until(async () => !(await isSignedIn(other, cookie)));
  });

  it('goes on without Redis, and shares again when it is back', async () => {
    const reader = await follow(one);
    await shownBy(reader, other);
    const { cookie } = await signIn(one.address);
    await server.kill();
    await Promise.all([away(one), away(other)]);
    const own = await ask(one);
    await until(() => reader.requests.includes(own));
    await signOut(one, cookie);
    expect([await isSignedIn(one, cookie), await isSignedIn(other, cookie)]).to.deep.equal([false, true]);
    await server.restart();
    await until(async () => !(await isSignedIn(other, cookie)));
    await shownBy(reader, other);
  });
});
