import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { App } from '../../src/app.js';
import { openStore } from '../../src/config/source/store.js';
import { API_KEY, chainOver, MemoryLog, type RunningProxy, startProxy } from '../proxy.js';
import { ScriptedUpstream } from '../scripted-upstream.js';
import { until } from '../until.js';

const ADMIN_KEY = 'test-key-of-the-admin';
const FIXTURE = fileURLToPath(new URL('../fixtures/plugins/routes', import.meta.url));

describe('The routes of plugins', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy | undefined;

  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    await upstream.close();
  });

  const start = async (options: object = {}): Promise<RunningProxy> => {
    proxy = await startProxy({
      ...chainOver([upstream]),
      server: { apiKeys: [API_KEY], adminKey: ADMIN_KEY },
      plugins: [{ use: FIXTURE, options }],
    });
    return proxy;
  };

  const get = ({ address }: { address: string }, path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${address}${path}`, init);

  const errorOf = async (response: Response): Promise<{ code: string; message: string }> =>
    ((await response.json()) as { error: { code: string; message: string } }).error;

  it('answer a string as plain text, whatever it contains', async () => {
    const running = await start();
    for (const [how, text] of [
      ['text', 'as text'],
      ['html', '<b>not a page</b>'],
    ]) {
      const response = await get(running, `/routes?do=${how}`);
      expect([response.status, await response.text()]).to.deep.equal([200, text]);
      expect(response.headers.get('content-type')).to.match(/^text\/plain/);
    }
  });

  it('answer with a status, headers and a body of their own and get the query', async () => {
    const response = await get(await start(), '/routes?do=whole&name=a%20b&name=c', { headers: { 'x-mine': 'me' } });
    expect(response.status).to.equal(201);
    expect(response.headers.get('content-type')).to.equal('application/json');
    expect(response.headers.get('x-more')).to.equal('yes');
    const told = (await response.json()) as { headers: Record<string, string> };
    expect(told).to.deep.include({ method: 'GET', path: '/routes', names: ['a b', 'c'] });
    expect(told.headers).to.include({ 'x-mine': 'me' });
  });

  it('may answer without a body, and answer HEAD', async () => {
    const running = await start();
    const nothing = await get(running, '/routes?do=nothing');
    expect([nothing.status, await nothing.text(), nothing.headers.get('content-type')]).to.deep.equal([204, '', null]);
    const head = await get(running, '/routes?do=text', { method: 'HEAD' });
    expect([head.status, await head.text(), head.headers.get('content-length')]).to.deep.equal([200, '', '7']);
  });

  it('never get the key that a caller sends (pitfall 45)', async () => {
    const running = await start({ key: 'api' });
    const headers = { authorization: `Bearer ${API_KEY}`, cookie: 'session=secret' };
    const text = await (await get(running, '/routes?do=whole', { headers })).text();
    expect(text).to.contain('"host"').and.not.to.contain(API_KEY).and.not.to.contain('secret');
  });

  const KEYS: [key: string, admitted: (string | undefined)[], refused: (string | undefined)[]][] = [
    ['none', [undefined, API_KEY, ADMIN_KEY], []],
    ['api', [API_KEY], [undefined, ADMIN_KEY, 'wrong']],
    ['admin', [ADMIN_KEY], [undefined, API_KEY, 'wrong']],
  ];
  for (const [key, admitted, refused] of KEYS) {
    it(`require the right key: ${key} (pitfall 37: one key for both)`, async () => {
      const running = await start({ key });
      const ask = async (given: string | undefined): Promise<number> => {
        const headers: Record<string, string> = given === undefined ? {} : { authorization: `Bearer ${given}` };
        return (await get(running, '/routes?do=text', { headers })).status;
      };
      for (const each of admitted) expect(await ask(each)).to.equal(200);
      for (const each of refused) expect(await ask(each)).to.equal(401);
    });
  }

  it('slow down guesses at the admin key, as the admin does', async () => {
    const running = await start({ key: 'admin' });
    const ask = async (path: string, key: string): Promise<number> =>
      (await get(running, path, { headers: { authorization: `Bearer ${key}` } })).status;
    for (let index = 0; index < 5; index++) expect(await ask('/routes?do=text', `guess-${index}`)).to.equal(401);
    expect(await ask('/routes?do=text', ADMIN_KEY)).to.equal(429);
    expect(await ask('/admin/api/status', ADMIN_KEY)).to.equal(429);
  });

  it('answer their own method and path only', async () => {
    const running = await start({ method: 'POST' });
    expect((await get(running, '/routes?do=text', { method: 'POST' })).status).to.equal(200);
    const wrong = await get(running, '/routes?do=text');
    expect([wrong.status, wrong.headers.get('allow')]).to.deep.equal([405, 'POST']);
    expect((await errorOf(wrong)).code).to.equal('method_not_allowed');
    for (const path of ['/routes/more', '/route', '/Routes'])
      expect((await get(running, path, { method: 'POST' })).status).to.equal(404);
  });

  const FAILING: [how: string, says: string][] = [
    ['throw', 'broken on purpose (test/fixtures/plugins/routes/index.js:15:11)'],
    ['reject', 'rejected on purpose (test/fixtures/plugins/routes/index.js:18:11)'],
    ['undefined', 'it returned an invalid reply: a reply is a string or { status?, headers?, body? }'],
    ['status', 'it returned an invalid reply: `status` is a number from 200 to 599'],
    ['body', 'it returned an invalid reply: `body` is a string'],
    ['header', 'Invalid character in header content ["x-bad"]'],
  ];
  for (const [how, says] of FAILING) {
    it(`are answered with a 500, named and counted when they fail (${how}), and the proxy keeps running`, async () => {
      const running = await start();
      for (let index = 0; index < 2; index++) {
        const response = await get(running, `/routes?do=${how}`);
        expect(response.status).to.equal(500);
        expect(await errorOf(response)).to.include({
          code: 'internal_error',
          message: 'Plugin "routes" failed at GET /routes. The log says why.',
        });
      }
      const fault = { plugin: 'routes', hook: 'GET /routes', count: 2, last: says };
      expect(running.app.runtime.host.faults.map(({ at: _, ...rest }) => rest)).to.deep.equal([fault]);
      expect(running.log.lines).to.deep.equal(
        [1, 2].map((n) => `Plugin "routes" failed in GET /routes (${n} so far): ${says}`),
      );
      expect((await get(running, '/routes?do=text')).status).to.equal(200);
      expect((await get(running, '/health')).status).to.equal(200);
    });
  }

  it('belong to the configuration in force', async () => {
    const folder = mkdtempSync(join(tmpdir(), '429chain-'));
    const file = join(folder, '429chain.json5');
    const write = (options?: object): void =>
      writeFileSync(
        file,
        JSON.stringify({ ...chainOver([upstream]), plugins: options === undefined ? [] : [{ use: FIXTURE, options }] }),
      );
    write({ says: 'before' });
    const log = new MemoryLog();
    const app = await App.create({ store: openStore(file, { env: {}, log }), log });
    const reload = async (options?: object): Promise<void> => {
      const before = app.runtime;
      write(options);
      await until(() => app.runtime !== before);
    };
    try {
      const address = await app.listen({ host: '127.0.0.1', port: 0 });
      expect(await (await get({ address }, '/routes')).text()).to.equal('before');
      await reload({ says: 'after', path: '/elsewhere' });
      expect((await get({ address }, '/routes')).status).to.equal(404);
      expect(await (await get({ address }, '/elsewhere')).text()).to.equal('after');
      await reload();
      expect((await get({ address }, '/elsewhere')).status).to.equal(404);
    } finally {
      await app.close(0);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
