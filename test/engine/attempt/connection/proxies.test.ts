import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { App } from '../../../../src/app.js';
import { ForwardProxy } from '../../../network/http-proxy.js';
import { API_KEY, chainOver, HELLO, MemoryLog, storeOf } from '../../../proxy.js';
import { answer, completion, reply, ScriptedUpstream } from '../../../scripted-upstream.js';

const pem = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/tls/${name}.pem`, import.meta.url));

const MODELS = { data: [{ id: 'a-model' }] };

interface Running {
  readonly log: MemoryLog;
  post(body?: object): Promise<Response>;
  admin(path: string): Promise<string>;
}

describe('A proxy on the way to a provider', () => {
  let upstream: ScriptedUpstream;
  let secure: Server;
  let forward: ForwardProxy;
  const closing: (() => Promise<unknown>)[] = [];
  const before_ = process.env.NODE_TLS_REJECT_UNAUTHORIZED;

  before(async () => {
    // The certificate of the test's provider is its own.
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    secure = createServer({ key: pem('key'), cert: pem('cert') }, (req, res) => {
      req.resume().on('end', () => {
        res.writeHead(200, { 'content-type': 'application/json' });
        res.end(JSON.stringify(req.url?.endsWith('/models') ? MODELS : completion('secure')));
      });
    });
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  });

  after(async () => {
    if (before_ === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before_;
    secure.closeAllConnections();
    await new Promise((resolve) => secure.close(resolve));
  });

  beforeEach(async () => {
    upstream = (await ScriptedUpstream.start()).always((res, request) =>
      request.path.includes('/models') ? reply(200, MODELS)(res, request) : answer('hello')(res, request),
    );
    forward = await ForwardProxy.start();
  });

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await forward.close();
    await upstream.close();
  });

  const secureUrl = (): string => `https://127.0.0.1:${(secure.address() as AddressInfo).port}/v1`;

  const start = async (provider: object, env: Record<string, string> = {}): Promise<Running> => {
    const folder = mkdtempSync(join(tmpdir(), '429chain-'));
    const log = new MemoryLog();
    const configuration = { server: { apiKeys: [API_KEY] }, ...chainOver([upstream], {}, provider) };
    const app = await App.create({ store: storeOf(configuration, join(folder, 'data'), log, env), log });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    closing.push(async () => {
      await app.close(0);
      rmSync(folder, { recursive: true, force: true });
    });
    const post = (path: string, key: string, body?: object): Promise<Response> =>
      fetch(`${address}${path}`, {
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      });
    return {
      log,
      post: (body = {}) => post('/v1/chat/completions', API_KEY, { messages: HELLO, ...body }),
      admin: async (path) => (await post(`/admin/api${path}`, app.runtime.adminKey)).text(),
    };
  };

  it('gets http requests with the whole address, also for lists of models and streams', async () => {
    const running = await start({ proxy: forward.url });
    expect(await (await running.post({ stream: true })).text()).to.contain('[DONE]');
    expect(JSON.parse(await running.admin('/providers/one/models'))).to.include({ state: 'ok' });
    expect(new Set(forward.requests)).to.deep.equal(
      new Set([`POST ${upstream.baseUrl}/chat/completions`, `GET ${upstream.baseUrl}/models`]),
    );
    expect(upstream.received[0]?.headers).to.include({
      host: new URL(upstream.baseUrl).host,
      authorization: 'Bearer key-of-one',
    });
  });

  it('makes a tunnel for https', async () => {
    const running = await start({ baseUrl: secureUrl(), proxy: forward.url });
    const response = await running.post();
    expect([response.status, (await response.text()).includes('secure')]).to.deep.equal([200, true]);
    expect(JSON.parse(await running.admin('/providers/one/models'))).to.include({ state: 'ok' });
    expect(new Set(forward.requests)).to.deep.equal(new Set([`CONNECT ${new URL(secureUrl()).host}`]));
  });

  for (const secured of [false, true]) {
    it(`gets its user name and password, which appear nowhere (${secured ? 'https' : 'http'})`, async () => {
      const address = `http://me:p%40ssword@${forward.host}`;
      const running = await start({ ...(secured ? { baseUrl: secureUrl() } : {}), proxy: address });
      expect((await running.post()).status).to.equal(200);
      const basic = Buffer.from('me:p@ssword').toString('base64');
      expect(forward.authorizations).to.deep.equal([`Basic ${basic}`]);
      expect(upstream.received[0]?.headers['proxy-authorization']).to.equal(undefined);
      await forward.close();
      const failed = await (await running.post()).text();
      const shown = [failed, ...running.log.lines];
      for (const path of ['/providers', '/providers/one/models', '/configuration', '/status']) {
        shown.push(await running.admin(path));
      }
      for (const text of shown)
        expect(text)
          .not.to.match(/p@ssword|p%40ssword/)
          .and.not.to.contain(basic);
      forward = await ForwardProxy.start();
    });

    const protocol = secured ? 'https' : 'http';
    it(`is named when it is out of reach (${protocol})`, async () => {
      const { url } = forward;
      await forward.close();
      const running = await start({ ...(secured ? { baseUrl: secureUrl() } : {}), proxy: url });
      expect(await (await running.post()).text()).to.contain(`(ECONNREFUSED), through the proxy ${url}`);
      expect(await running.admin('/providers/one/models')).to.contain(`through the proxy ${url}`);
      forward = await ForwardProxy.start();
    });

    it(`is named when it refuses the password (${protocol})`, async () => {
      const strict = await ForwardProxy.start('refuse');
      closing.push(() => strict.close());
      const running = await start({ ...(secured ? { baseUrl: secureUrl() } : {}), proxy: strict.url });
      const response = await running.post();
      expect(response.status).to.equal(503);
      const says = `the proxy ${strict.url} answered 407 in place of the provider. Its user name or password`;
      expect(await response.text()).to.contain(says);
      expect(await running.admin('/providers/one/models')).to.contain(says);
    });
  }

  it('has as long to make the tunnel as a connection may take', async () => {
    const slow = await ForwardProxy.start('ignore');
    closing.push(() => slow.close());
    const running = await start({ baseUrl: secureUrl(), proxy: slow.url, timeouts: { connect: '50ms' } });
    expect(await (await running.post()).text()).to.contain('no connection in time');
  });

  type Env = Record<string, string>;
  const VARIABLES: readonly (readonly [what: string, env: (url: string) => Env, provider: object, isUsed: boolean])[] =
    [
      ['HTTP_PROXY', (url) => ({ HTTP_PROXY: url }), {}, true],
      ['http_proxy', (url) => ({ http_proxy: url }), {}, true],
      ['http_proxy before HTTP_PROXY', (url) => ({ http_proxy: url, HTTP_PROXY: 'http://127.0.0.1:1' }), {}, true],
      ['a host and port alone', (url) => ({ HTTP_PROXY: url.replace('http://', '') }), {}, true],
      ['HTTPS_PROXY alone', (url) => ({ HTTPS_PROXY: url }), {}, false],
      ['NO_PROXY with the host', (url) => ({ HTTP_PROXY: url, NO_PROXY: 'localhost,127.0.0.1' }), {}, false],
      ['no_proxy with all', (url) => ({ HTTP_PROXY: url, no_proxy: '*' }), {}, false],
      ['proxy: false', (url) => ({ HTTP_PROXY: url }), { proxy: false }, false],
      ['a proxy of its own', (url) => ({ HTTP_PROXY: 'http://127.0.0.1:1', MINE: url }), { proxy: '${MINE}' }, true],
      ['a proxy of its own beside NO_PROXY', (url) => ({ NO_PROXY: '*', MINE: url }), { proxy: '${MINE}' }, true],
      ['no variable', () => ({}), {}, false],
    ];
  for (const [what, env, provider, isUsed] of VARIABLES) {
    it(`${isUsed ? 'is used' : 'is not used'} with ${what}`, async () => {
      const running = await start(provider, env(forward.url));
      expect((await running.post()).status).to.equal(200);
      expect(JSON.parse(await running.admin('/providers/one/models'))).to.include({ state: 'ok' });
      expect(forward.requests.length > 0).to.equal(isUsed);
    });
  }

  it('is taken from HTTPS_PROXY for https', async () => {
    const running = await start(
      { baseUrl: secureUrl() },
      { HTTPS_PROXY: forward.url, HTTP_PROXY: 'http://127.0.0.1:1' },
    );
    expect((await running.post()).status).to.equal(200);
    expect(forward.requests).to.deep.equal([`CONNECT ${new URL(secureUrl()).host}`]);
  });

  it('switches the provider off, with the reason, where the environment names a SOCKS proxy', async () => {
    const running = await start({}, { HTTP_PROXY: 'socks5://me:p4ssword@127.0.0.1:1080' });
    const text = await (await running.post()).text();
    expect(text).to.contain('HTTP_PROXY cannot be used. 429chain does not support SOCKS proxies.');
    expect(text).not.to.contain('p4ssword');
    expect(upstream.received).to.have.length(0);
  });

  it('switches the provider off while its variable is not set', async () => {
    const running = await start({ proxy: '${CORPORATE_PROXY}' });
    expect(await (await running.post()).text()).to.contain('CORPORATE_PROXY is not set');
    expect(upstream.received).to.have.length(0);
  });
});
