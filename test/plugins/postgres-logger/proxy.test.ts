import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RequestLog } from '429chain/plugin';
import { expect } from 'chai';
import { describeWithPostgres, PostgresServer } from '../../postgres.js';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { answer, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';

let schemas = 0;

describeWithPostgres('A proxy with postgres-logger', () => {
  let server: PostgresServer;
  let upstream: ScriptedUpstream;
  let schema: string;
  const proxies: RunningProxy[] = [];

  before(async () => {
    server = await PostgresServer.shared();
  });

  beforeEach(async () => {
    schema = `proxy_${process.pid}_${schemas++}`;
    upstream = (await ScriptedUpstream.start()).always(answer('Hi'));
  });

  afterEach(async () => {
    await server.admit();
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
    await upstream.close();
    await server.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  });

  const start = async (options: object = {}, ...others: object[]): Promise<RunningProxy> => {
    const plugins = [{ use: 'postgres-logger', options: { url: server.url(), schema, ...options } }, ...others];
    const proxy = await startProxy({ ...chainOver([upstream]), plugins });
    proxies.push(proxy);
    return proxy;
  };

  const logOf = ({ app }: RunningProxy): RequestLog => app.runtime.host.requestLog as RequestLog;

  const ask = async (proxy: RunningProxy, id: string): Promise<number> => {
    const response = await proxy.post({ messages: HELLO }, { 'x-request-id': id });
    await response.text();
    await proxy.app.runtime.waterfall.idle();
    return response.status;
  };

  const namesOf = ({ app }: RunningProxy): string[] =>
    app.runtime.host.plugins.filter(({ enabled }) => enabled).map(({ name }) => name);

  it('shows the requests and totals of all replicas', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await ask(one, 'from-one');
    await ask(two, 'from-two');
    for (const proxy of [one, two]) {
      await until(async () => (await logOf(proxy).requests()).requests.length === 2);
      expect((await logOf(proxy).usage()).total).to.include({ requests: 2, failures: 0 });
      expect(await logOf(proxy).request('from-one')).to.include({
        id: 'from-one',
        target: 'one/a-model',
        status: 200,
      });
      expect(await logOf(proxy).request('from-two')).to.not.have.property('content');
      expect(logOf(proxy).health).to.deep.equal({ failing: undefined, lost: 0 });
    }
    const rows = await server.query<{ replica: string }>(`SELECT replica FROM ${schema}.requests`);
    for (const { replica } of rows) expect(replica).to.match(new RegExp(`-${process.pid}$`));
  });

  it('keeps prompts and answers with `content: true`', async () => {
    const proxy = await start({ content: true });
    await ask(proxy, 'a');
    expect((await logOf(proxy).request('a'))?.content).to.deep.equal({
      request: JSON.stringify({ messages: HELLO }),
      answer: 'Hi',
    });
  });

  it('writes no files, unless nedb-logger is named too', async () => {
    const alone = await start();
    expect(namesOf(alone)).to.include('postgres-logger').and.not.include('nedb-logger');
    await ask(alone, 'a');
    await logOf(alone).requests();
    expect(existsSync(join(alone.app.runtime.settings.dataDir, 'requests'))).to.equal(false);
    const both = await start({}, { use: 'nedb-logger' });
    expect(namesOf(both)).to.include.members(['postgres-logger', 'nedb-logger']);
    await ask(both, 'b');
    await until(() => existsSync(join(both.app.runtime.settings.dataDir, 'requests')));
    await until(async () => (await logOf(both).requests()).requests.length === 2);
    const off = await startProxy({
      ...chainOver([upstream]),
      plugins: [{ use: 'postgres-logger', enabled: false, options: { url: server.url() } }],
    });
    proxies.push(off);
    expect(namesOf(off)).to.include('nedb-logger').and.not.include('postgres-logger');
  });

  it('answers while PostgreSQL is gone, and says so in its health', async () => {
    const proxy = await start();
    await ask(proxy, 'before');
    await logOf(proxy).requests();
    await server.refuse();
    for (const id of ['a', 'b']) expect(await ask(proxy, id)).to.equal(200);
    await until(() => logOf(proxy).health.failing !== undefined);
    const gone = proxy.log.lines.filter((line) => line.includes('cannot be logged'));
    expect(gone).to.have.length(1);
    await server.admit();
    await until(() => logOf(proxy).health.failing === undefined);
    expect((await logOf(proxy).requests()).requests.map(({ id }) => id)).to.deep.equal(['b', 'a', 'before']);
    expect(proxy.log.lines.at(-1)).to.contain('Requests are logged to PostgreSQL again. None is missing.');
  });

  const CANNOT: readonly { what: string; url: () => string; says: RegExp }[] = [
    {
      what: 'a wrong password',
      url: () => server.url('log', 'postgres', 'wrong-secret'),
      says: /password authentication failed/,
    },
    { what: 'a missing database', url: () => server.url('nothing'), says: /database "nothing" does not exist/ },
    {
      what: 'no rights',
      url: () => server.url('log', 'reader', 'wrong-secret'),
      says: /permission denied for database log/,
    },
    { what: 'an unknown host', url: () => 'postgres://u:wrong-secret@db.invalid/log', says: /db\.invalid/ },
    { what: 'no server', url: () => 'postgres://u:wrong-secret@localhost:1/log', says: /ECONNREFUSED/ },
  ];
  for (const { what, url, says } of CANNOT)
    it(`starts and answers with ${what}, and says why nothing is logged, without the password`, async () => {
      await server.query("DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'wrong-secret'");
      const proxy = await start({ url: url() });
      await until(() => logOf(proxy).health.failing !== undefined);
      expect(await ask(proxy, 'a')).to.equal(200);
      expect(logOf(proxy).health.failing).to.match(says);
      expect(proxy.log.lines.filter((line) => line.includes('cannot be logged'))).to.have.length(1);
      const refused = await logOf(proxy)
        .requests()
        .catch(({ message }: Error) => message);
      expect(refused).to.match(/^The request log cannot be read from PostgreSQL: /);
      const { failing } = logOf(proxy).health;
      await proxy.app.close(0);
      expect(proxy.log.lines.join('\n')).to.contain('1 request could not be written').and.not.contain('wrong-secret');
      expect(`${refused} ${failing}`).to.not.contain('wrong-secret');
    });

  it('refuses invalid options, without showing the password', async () => {
    const url = 'mysql://user:my-secret-password@host/db';
    for (const options of [
      { url },
      { url: 'postgres://user:my-secret-password@[host/db' },
      { schema: 'A"B' },
      { keep: '30' },
    ]) {
      const refused = (await start(options).catch((error: Error) => error)) as Error;
      expect(refused).to.be.instanceOf(Error);
      expect(refused.message).to.contain(Object.keys(options)[0]).and.not.contain('my-secret-password');
    }
    const bare = await startProxy({ ...chainOver([upstream]), plugins: ['postgres-logger'] }).catch(
      (error: Error) => error,
    );
    expect((bare as Error).message).to.contain('url');
  });

  it('says how to install the package `pg` if it is missing', async () => {
    const hooks = `export const resolve = (name, context, next) => {
      if (name === 'pg') throw Object.assign(new Error('missing'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    };`;
    const register = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;
    const proxy = new URL('../../proxy.ts', import.meta.url).href;
    const configuration = {
      ...chainOver([upstream]),
      plugins: [{ use: 'postgres-logger', options: { url: server.url() } }],
    };
    const program = `const { startProxy } = await import('${proxy}');
      await startProxy(${JSON.stringify(configuration)}).then(() => process.exit(), ({ message }) => { console.log(message); process.exit(); });`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--import', 'tsx', '--conditions=429chain-source'],
      ...['--import', `data:text/javascript,${encodeURIComponent(register)}`],
      ...['--input-type=module', '--eval', program],
    ]);
    expect(stdout).to.contain('postgres-logger').and.contain('install it with `npm install pg`');
    expect(stdout).to.not.contain('the-password-of');
  });

  it('keeps what a request went through', async () => {
    upstream.always(reply(503, { error: { message: 'Down.' } }));
    const proxy = await start();
    expect(await ask(proxy, 'a')).to.equal(503);
    const record = await logOf(proxy).request('a');
    expect(record?.attempts[0]).to.deep.include({
      target: 'one/a-model',
      outcome: 'failed',
      status: 503,
      reason: 'Down.',
    });
    expect((await logOf(proxy).usage()).total).to.include({ requests: 1, failures: 1 });
  });
});
