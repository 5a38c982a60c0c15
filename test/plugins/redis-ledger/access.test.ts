import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePort, needsRedis, RedisServer, type RedisSetup } from '../../redis.js';
import { until } from '../../until.js';
import { Stage, slotOf } from './stage.js';

const PASSWORD = 'p@ss:word/1%';
const LEASE_MS = 60_000;
/** As docs/redis-ledger.md names them. */
const RIGHTS = [
  ['~{429chain}:*', '&{429chain}:*', '-@all', '+@connection', '+info', '+fcall', '+function|load'],
  [
    '+subscribe',
    '+publish',
    '+time',
    '+hget',
    '+hmget',
    '+hset',
    '+hdel',
    '+zadd',
    '+zrem',
    '+zcard',
    '+zrangebyscore',
  ],
  ['+zremrangebyscore', '+pexpire'],
].flat();

/** A certificate for 127.0.0.1, signed by itself. */
const certificateIn = (folder: string): { cert: string; key: string } => {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
  const form = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', ...form, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  return { cert, key };
};

describe('The plugin redis-ledger', () => {
  needsRedis();
  const stage = new Stage();
  let server: RedisServer | undefined;

  afterEach(async () => {
    await stage.close();
    await server?.stop();
    server = undefined;
  });

  const start = async (setup: RedisSetup = {}): Promise<RedisServer> => {
    server = await RedisServer.start(setup);
    return server;
  };
  const address = (login: string, port: number, scheme = 'redis'): string => `${scheme}://${login}@127.0.0.1:${port}`;
  const encoded = encodeURIComponent(PASSWORD);

  /** Does everything that the store can do. */
  const works = async (options: Parameters<Stage['process']>[0]): Promise<void> => {
    const { store } = await stage.process({ timeout: '2s', ...options });
    const other = await stage.process({ timeout: '2s', ...options });
    const { lease } = await store.hold([slotOf('a', 1)], LEASE_MS);
    expect((await other.store.hold([slotOf('a', 1)], LEASE_MS)).refusals).to.have.length(1);
    if (lease === undefined) throw new Error('There is room.');
    store.report(lease, { served: true, charges: [], statements: [] });
    store.share({
      scope: 'a',
      learned: 'ten',
      cooldown: { class: 'rate_limit', reason: 'x', until: Date.now() + 60_000 },
    });
    store.endCooldown('a', lease);
    store.end(lease, []);
    store.reset('b');
    const seen = (type: string) => other.events.some((event) => event.type === type);
    await until(() => ['knowledge', 'reset', 'room'].every(seen));
    expect(await store.counts(['a'])).to.deep.equal([]);
    expect((await store.known(['a'])).map(({ learned }) => learned)).to.deep.equal(['ten']);
    await until(() => store.replicas > 1);
  };

  it('works with a password, which is in no log line', async () => {
    const { port } = await start({ args: () => ['--requirepass', PASSWORD], login: { password: PASSWORD } });
    await works({ url: address(`:${encoded}`, port) });
  });

  it('says that a password is wrong, and does not name it', async () => {
    const { port } = await start({ args: () => ['--requirepass', PASSWORD], login: { password: PASSWORD } });
    const { store, lines } = await stage.process({ url: address('default:another-one', port) }, { isReady: false });
    await until(() => lines.length > 0);
    expect(store.name).to.equal(`redis://127.0.0.1:${port}`);
    expect(lines.join(' '))
      .to.match(/cannot be used: WRONGPASS/)
      .and.not.to.contain('another-one');
  });

  it('works as a user with no more rights than the documented ones', async () => {
    const { client, port } = await start();
    await client.acl('SETUSER', 'chain', 'on', `>${PASSWORD}`, ...RIGHTS);
    await works({ url: address(`chain:${encoded}`, port) });
    const refused = (await client.acl('LOG')) as unknown[];
    expect(JSON.stringify(refused)).to.equal('[]');
  });

  it('says that a user may not do what it must, once', async () => {
    const { client, port } = await start();
    await client.acl('SETUSER', 'chain', 'on', `>${PASSWORD}`, ...RIGHTS, '-hset');
    const { store, lines } = await stage.process({ url: address(`chain:${encoded}`, port), timeout: '2s' });
    for (let calls = 0; calls < 3; calls++) await store.hold([slotOf('a', 1)], LEASE_MS).catch(() => {});
    await until(() => lines.length > 0);
    expect(lines, lines.join('\n')).to.have.length(1);
    expect(lines[0]).to.match(/can't run this command/);
  });

  it('works with TLS and an authority of its own', async () => {
    let files = { cert: '', key: '' };
    const args = (folder: string, port: number): string[] => {
      files = certificateIn(folder);
      const { cert, key } = files;
      const tls = ['--tls-port', `${port}`, '--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
      return ['--port', '0', ...tls, '--tls-auth-clients', 'no'];
    };
    const { port } = await start({ args, login: { tls: { rejectUnauthorized: false } } });
    const url = `rediss://127.0.0.1:${port}`;
    await works({ url, tls: { ca: files.cert } });
    await (server as RedisServer).client.flushall();
    // Now the server wants a certificate of its clients too: its own will do.
    await (server as RedisServer).client.config('SET', 'tls-auth-clients', 'yes');
    await works({ url, tls: { ca: files.cert, ...files } });
    const { lines } = await stage.process({ url }, { isReady: false });
    await until(() => lines.length > 0);
    expect(lines[0]).to.match(/self-signed certificate/);
  });

  it('works through a socket', async () => {
    const { folder } = await start({ args: (own) => ['--unixsocket', join(own, 's')] });
    await works({ url: join(folder, 's') });
  });

  it('works in a database of its own, with a prefix of its own, and every key has an end', async () => {
    const { client, url } = await start();
    await works({ url: `${url}/3`, prefix: 'team-a' });
    await client.select(3);
    const keys = await client.keys('*');
    expect([...keys].sort()).to.deep.equal(
      ['ends', 'learned', 'leases', 'replicas', 'scopes'].map((name) => `{team-a}:${name}`),
    );
    for (const key of keys) expect(await client.pttl(key), key).to.be.greaterThan(0);
  });

  it('works in a cluster, where every key must be named', async () => {
    const { client, port } = await start({
      args: () => ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
    });
    await client.cluster('ADDSLOTSRANGE', 0, 16_383);
    await until(async () => (await client.cluster('INFO')).includes('cluster_state:ok'));
    await works({ url: `redis://127.0.0.1:${port}`, cluster: true });
    expect(await client.keys('*')).to.have.length(5);
  });

  it('works with Sentinel', async () => {
    const { port, folder } = await start();
    const sentinelPort = await freePort();
    const file = join(folder, 'sentinel.conf');
    writeFileSync(file, `port ${sentinelPort}\nsentinel monitor chain 127.0.0.1 ${port} 1\n`);
    const sentinel = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
    try {
      const sentinels = [`redis://127.0.0.1:${sentinelPort}`];
      const { store } = await stage.process({ url: 'redis://chain', sentinels, timeout: '2s' });
      expect(store.name).to.equal('redis://chain (Sentinel)');
      await works({ url: 'redis://chain', sentinels });
    } finally {
      sentinel.kill('SIGKILL');
    }
  });

  it('needs the rights that the documentation names', () => {
    const docs = readFileSync(new URL('../../../docs/redis-ledger.md', import.meta.url), 'utf8');
    for (const right of RIGHTS) expect(docs).to.contain(right);
  });
});
