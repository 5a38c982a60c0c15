import { expect } from 'chai';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { needsRedis, RedisServer } from '../../redis.js';
import { completion, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';

const PASSWORD = 'a-password-of-redis';

describe('Two proxies with the plugin redis-ledger', () => {
  needsRedis();
  let server: RedisServer;
  let upstream: ScriptedUpstream;
  let proxies: RunningProxy[] = [];

  beforeEach(async () => {
    server = await RedisServer.start({ args: () => ['--requirepass', PASSWORD], login: { password: PASSWORD } });
    upstream = await ScriptedUpstream.start();
    upstream.always(reply(200, completion('an answer')));
  });

  afterEach(async () => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
    proxies = [];
    await upstream.close();
    await server.stop();
  });

  const start = async (timeout = '5s'): Promise<readonly [RunningProxy, RunningProxy]> => {
    const url = `redis://:${PASSWORD}@127.0.0.1:${server.port}`;
    const configuration = {
      ...chainOver([upstream], {}, { limits: [{ requests: 3, per: '1d' }] }),
      plugins: [{ use: 'redis-ledger', options: { url, timeout } }],
    };
    proxies = [await startProxy(configuration), await startProxy(configuration)];
    return proxies as [RunningProxy, RunningProxy];
  };
  const statusOf = async (proxy: RunningProxy): Promise<number> => (await proxy.post({ messages: HELLO })).status;

  it('spend the limit of their account once', async () => {
    const [one, other] = await start();
    const statuses = [];
    for (const proxy of [one, other, one, other, one]) statuses.push(await statusOf(proxy));
    expect(statuses).to.deep.equal([200, 200, 200, 429, 429]);
    expect(upstream.received).to.have.length(3);
  });

  it('go on without Redis, each with its part, and name no password in the log', async () => {
    const [one, other] = await start();
    // Each sees the other one: a second at most.
    await until(async () => (await server.client.zcard('{429chain}:replicas')) === 2);
    expect([await statusOf(one), await statusOf(other)]).to.deep.equal([200, 200]);
    await server.kill();
    const lines = () => [...one.log.lines, ...other.log.lines].join('\n');
    await until(() => (lines().match(/cannot be used/g) ?? []).length === 2);
    for (const proxy of [one, other]) expect(await statusOf(proxy)).to.be.oneOf([200, 429]);
    expect(lines()).not.to.contain(PASSWORD);
  });
});
