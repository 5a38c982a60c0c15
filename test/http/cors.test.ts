import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { App } from '../../src/app.js';
import { openStore } from '../../src/config/source/store.js';
import { API_KEY, chainOver, HELLO, MemoryLog, type RunningProxy, startProxy } from '../proxy.js';
import { answer, reply, ScriptedUpstream } from '../scripted-upstream.js';
import { until } from '../until.js';

const PAGE = 'https://app.example.com';

const PREFLIGHT = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-type,x-stainless-os',
};

describe('Pages of other origins', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy | undefined;

  beforeEach(async () => {
    upstream = (await ScriptedUpstream.start()).always(answer('hello'));
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    await upstream.close();
  });

  const start = async (cors?: unknown, chain: object = {}): Promise<RunningProxy> => {
    proxy = await startProxy({
      ...chainOver([upstream], chain),
      server: { apiKeys: [API_KEY], ...(cors === undefined ? {} : { cors }) },
      plugins: [{ use: 'prometheus', options: { key: 'none' } }],
    });
    return proxy;
  };

  const preflight = ({ address }: RunningProxy, origin: string, path = '/v1/chat/completions'): Promise<Response> =>
    fetch(`${address}${path}`, { method: 'OPTIONS', headers: { origin, ...PREFLIGHT } });

  const allowed = ({ headers }: Response): string | null => headers.get('access-control-allow-origin');

  it('are refused by default, and OPTIONS is answered as any other wrong method', async () => {
    const running = await start();
    const response = await preflight(running, PAGE);
    expect([response.status, allowed(response), response.headers.get('vary')]).to.deep.equal([405, null, null]);
    const { headers } = await running.post({ messages: HELLO }, { origin: PAGE });
    expect([headers.get('access-control-allow-origin'), headers.get('vary')]).to.deep.equal([null, null]);
  });

  it('pass the preflight without a key if they are listed', async () => {
    const running = await start([PAGE, 'http://localhost:5173']);
    for (const path of ['/v1/chat/completions', '/v1/models', '/v1//models', '/v1/anything', '/v1']) {
      const response = await preflight(running, PAGE, path);
      expect([response.status, await response.text()]).to.deep.equal([204, '']);
      expect(Object.fromEntries(response.headers)).to.include({
        'access-control-allow-origin': PAGE,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': PREFLIGHT['access-control-request-headers'],
        'access-control-max-age': '7200',
      });
      expect(response.headers.get('vary')).to.match(/origin/i);
      expect(response.headers.get('access-control-allow-credentials')).to.equal(null);
    }
  });

  it('may send the usual headers if they ask for none', async () => {
    const { address } = await start('*');
    const headers = { origin: PAGE, 'access-control-request-method': 'POST' };
    const response = await fetch(`${address}/v1/models`, { method: 'OPTIONS', headers });
    expect(response.headers.get('access-control-allow-headers')).to.equal('authorization, content-type, x-api-key');
  });

  const ORIGINS: readonly (readonly [cors: unknown, origin: string, allowed: string | null])[] = [
    ['*', PAGE, '*'],
    ['*', 'null', '*'],
    [[PAGE], PAGE, PAGE],
    [['HTTPS://App.Example.com:443/'.slice(0, -1)], PAGE, PAGE],
    [['http://localhost:5173'], 'http://localhost:5173', 'http://localhost:5173'],
    [['app://obsidian.md'], 'app://obsidian.md', 'app://obsidian.md'],
    [['chrome-extension://abcdef'], 'chrome-extension://abcdef', 'chrome-extension://abcdef'],
    [[PAGE], 'http://app.example.com', null],
    [[PAGE], 'https://app.example.com:8443', null],
    [[PAGE], 'https://app.example.com.evil.org', null],
    [[PAGE], 'https://evil.org', null],
    [[PAGE], 'null', null],
    [[], PAGE, null],
  ];
  for (const [cors, origin, expected] of ORIGINS) {
    it(`are told apart by origin: ${origin} with ${JSON.stringify(cors)}`, async () => {
      const running = await start(cors);
      const response = await running.post({ messages: HELLO }, { origin });
      expect([response.status, allowed(response)]).to.deep.equal([200, expected]);
      expect((await preflight(running, origin)).status).to.equal(expected === null ? 405 : 204);
      const vary = Array.isArray(cors) && cors.length > 0 ? 'Origin' : null;
      expect(response.headers.get('vary')).to.equal(vary);
    });
  }

  it('can read errors and streams, with the headers that 429chain adds', async () => {
    const running = await start([PAGE], { maxWait: '0s' });
    const exposed =
      'x-request-id, request-id, x-429chain-chain, x-429chain-target, x-429chain-attempts, retry-after, retry-after-ms';
    const check = (response: Response, status: number): void => {
      expect(response.status).to.equal(status);
      expect(allowed(response)).to.equal(PAGE);
      expect(response.headers.get('access-control-expose-headers')).to.equal(exposed);
    };
    const stream = await running.post({ messages: HELLO, stream: true }, { origin: PAGE });
    check(stream, 200);
    expect(await stream.text()).to.contain('[DONE]');
    check(await running.post({ messages: HELLO }, { origin: PAGE, authorization: 'Bearer wrong' }), 401);
    check(await running.post('{', { origin: PAGE }), 400);
    check(await fetch(`${running.address}/v1/nothing`, { headers: { origin: PAGE } }), 404);
    upstream.always(reply(429, { error: { message: 'slow down' } }, { 'retry-after': '60' }));
    const limited = await running.post({ messages: HELLO }, { origin: PAGE });
    check(limited, 429);
    expect(limited.headers.get('retry-after')).not.to.equal(null);
  });

  for (const cors of ['*', [PAGE]]) {
    it(`never reach the admin, the health or the routes of plugins (${JSON.stringify(cors)})`, async () => {
      const running = await start(cors);
      for (const path of ['/admin', '/admin/api/status', '/metrics', '/health', '/v10/models']) {
        for (const response of [
          await preflight(running, PAGE, path),
          await fetch(`${running.address}${path}`, { headers: { origin: PAGE } }),
        ]) {
          expect(allowed(response), path).to.equal(null);
          expect(response.headers.get('access-control-allow-headers')).to.equal(null);
        }
      }
    });
  }

  it('follow a changed configuration at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), '429chain-'));
    const file = join(folder, '429chain.json5');
    const write = (cors: unknown): void =>
      writeFileSync(file, JSON.stringify({ ...chainOver([upstream]), server: { apiKeys: [API_KEY], cors } }));
    write([]);
    const log = new MemoryLog();
    const app = await App.create({ store: openStore(file, { env: {}, log }), log });
    try {
      const address = await app.listen({ host: '127.0.0.1', port: 0 });
      const status = async (): Promise<number> =>
        (await fetch(`${address}/v1/models`, { method: 'OPTIONS', headers: { origin: PAGE, ...PREFLIGHT } })).status;
      expect(await status()).to.equal(405);
      const before = app.runtime;
      write([PAGE]);
      await until(() => app.runtime !== before);
      expect(await status()).to.equal(204);
    } finally {
      await app.close(0);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
