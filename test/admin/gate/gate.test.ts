import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { API_KEY, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { ADMIN_KEY, type Answered, type Asked, ask, BEARER, JSON_TYPE, LONELY, signIn } from '../browser.js';

const CONTRACT = fileURLToPath(new URL('../../../src/contract/admin-api.ts', import.meta.url));

/** Every route of the contract; the router has a handler for each. */
const ROUTES = [...readFileSync(CONTRACT, 'utf8').matchAll(/^ {2}'([A-Z]+) (\/\S*)'/gm)].map(
  ([, method = '', path = '']) => ({ method, path: `/admin/api${path.replaceAll(/:\w+/g, 'x')}` }),
);

describe('The gate of the admin', () => {
  let proxy: RunningProxy;
  let cookie: { cookie: string };
  let own: string;

  before(async () => {
    proxy = await startProxy({ ...LONELY, server: { ...LONELY.server, hosts: ['LLM.example.org'] } });
    cookie = await signIn(proxy.address);
    own = new URL(proxy.address).host;
  });

  after(() => proxy.close());

  const send = (asked: Asked): Promise<Answered> => ask(proxy.address, asked);

  describe('without a session', () => {
    const SIGN_IN = 'POST /admin/api/session';
    /** Whether the caller is signed in: answered without a session too. */
    const OPEN = [SIGN_IN, 'GET /admin/api/session'];
    const UNKNOWN: readonly Asked[] = [
      { method: 'GET', path: '/admin/api' },
      { method: 'GET', path: '/admin/api/' },
      { method: 'GET', path: '/admin/api/events' },
      { method: 'GET', path: '/admin/api/no-such-thing' },
      { method: 'PUT', path: '/admin/api/status' },
      { method: 'OPTIONS', path: '/admin/api/status' },
      { method: 'HEAD', path: '/admin/api/status' },
      { method: 'HEAD', path: '/admin/api/session' },
      { method: 'GET', path: '/admin/api/session/' },
      { method: 'GET', path: '/ADMIN/API/session' },
      { method: 'POST', path: '/admin/api/session/' },
      { method: 'POST', path: '/admin/api/session/x' },
      { method: 'POST', path: '/ADMIN/API/session' },
      { method: 'GET', path: '/Admin/Api/Status' },
      { method: 'GET', path: '/admin/api/../api/status' },
      { method: 'GET', path: '/admin/api/%2e%2e/status' },
      { method: 'GET', path: '/admin/api?/admin/api/session' },
    ];

    it('is tested on every route of the contract', () => {
      expect(ROUTES.map(({ method, path }) => `${method} ${path}`)).to.include(SIGN_IN);
      expect(ROUTES.length).to.be.above(7);
    });

    for (const { method = 'GET', path } of [...ROUTES, ...UNKNOWN]) {
      if (OPEN.includes(`${method} ${path}`)) continue;
      it(`answers ${method} ${path} with 401`, async () => {
        const headers = method === 'GET' ? {} : JSON_TYPE;
        const { status, code } = await send({ method, path, headers });
        expect({ status, code }).to.deep.equal({
          status: 401,
          code: method === 'HEAD' ? undefined : 'invalid_api_key',
        });
      });
    }

    for (const { method, path } of ROUTES) {
      if (`${method} ${path}` === SIGN_IN) continue;
      it(`refuses a client key at ${method} ${path} (pitfall 37: client keys could change providers)`, async () => {
        const headers = { ...JSON_TYPE, authorization: `Bearer ${API_KEY}` };
        expect((await send({ method, path, headers })).status).to.equal(401);
      });
    }

    it('refuses session tokens that it did not issue', async () => {
      for (const value of ['', 'x', `${cookie.cookie}x`, cookie.cookie.replace('=', '=x')]) {
        const { status } = await send({ path: '/admin/api/status', headers: { cookie: value } });
        expect(status, value).to.equal(401);
      }
    });
  });

  it('accepts neither the admin key nor a session at /v1', async () => {
    for (const headers of [BEARER, cookie]) {
      const body = JSON.stringify({ messages: HELLO });
      const asked = { method: 'POST', path: '/v1/chat/completions', headers: { ...JSON_TYPE, ...headers }, body };
      expect((await send(asked)).status).to.equal(401);
    }
  });

  it('accepts the admin key as a bearer token, for scripts', async () => {
    expect((await send({ path: '/admin/api/status', headers: BEARER })).status).to.equal(200);
    const headers = { authorization: `bearer  ${ADMIN_KEY}` };
    expect((await send({ path: '/admin/api/status', headers })).status).to.equal(200);
  });

  it('uses the session if a reverse proxy has its own password', async () => {
    const headers = { ...cookie, authorization: 'Basic dXNlcjpwYXNz' };
    expect((await send({ path: '/admin/api/status', headers })).status).to.equal(200);
  });

  it('answers unknown routes with 404 or 405 after authentication', async () => {
    expect((await send({ path: '/admin/api/no-such-thing', headers: cookie })).status).to.equal(404);
    expect((await send({ path: '/admin/api/Status', headers: cookie })).status).to.equal(404);
    const wrong = await send({ method: 'DELETE', path: '/admin/api/status', headers: { ...cookie, ...JSON_TYPE } });
    expect(wrong).to.include({ status: 405, code: 'method_not_allowed' });
  });

  describe('a Host', () => {
    const HOSTS: readonly (readonly [host: string, isOurs: boolean])[] = [
      ['127.0.0.1:3429', true],
      ['localhost', true],
      ['LocalHost:8080', true],
      ['localhost.:3429', true],
      ['[::1]:3429', true],
      ['192.168.1.20:3429', true],
      ['[2001:db8::1]', true],
      ['llm.example.org', true],
      ['LLM.Example.ORG:443', true],
      ['evil.test', false],
      ['evil.test:3429', false],
      ['llm.example.org.evil.test', false],
      ['evil-llm.example.org', false],
      ['sub.llm.example.org', false],
      ['localhost.evil.test', false],
      ['127.0.0.1.evil.test', false],
      ['127.0.0.1@evil.test', false],
      ['evil.test#localhost', false],
      ['evil.test/localhost', false],
      ['localhost:3429:1', false],
      ['localhost:evil.test', false],
      ['[evil.test]', false],
    ];
    for (const [host, isOurs] of HOSTS) {
      for (const path of ['/admin/', '/admin/api/status']) {
        it(`"${host}" is ${isOurs ? 'accepted' : 'refused (DNS rebinding)'} at ${path}`, async () => {
          const { status, code } = await send({ path, headers: { ...cookie, host } });
          if (isOurs) expect(status).not.to.equal(403);
          else expect({ status, code }).to.deep.equal({ status: 403, code: 'forbidden' });
        });
      }
    }

    it('is required', async () => {
      const socket = connect(Number(new URL(proxy.address).port), '127.0.0.1');
      socket.write(`GET /admin/api/status HTTP/1.0\r\nauthorization: Bearer ${ADMIN_KEY}\r\n\r\n`);
      const parts: Buffer[] = [];
      for await (const part of socket) parts.push(part as Buffer);
      expect(Buffer.concat(parts).toString()).to.match(/^HTTP\/1\.1 403 /);
    });

    it('is checked before the key, so that foreign pages cannot guess keys', async () => {
      const headers = { host: 'evil.test', authorization: 'Bearer guess' };
      expect((await send({ path: '/admin/api/status', headers })).status).to.equal(403);
    });
  });

  describe('a request from another page', () => {
    interface Case {
      readonly what: string;
      readonly headers: (own: string) => Record<string, string>;
      readonly method?: string;
      readonly status: number;
    }
    const CASES: readonly Case[] = [
      { what: 'no Origin', headers: () => ({}), status: 200 },
      { what: 'our own Origin', headers: (host) => ({ origin: `http://${host}` }), status: 200 },
      { what: 'our own Origin behind TLS', headers: (host) => ({ origin: `https://${host}` }), status: 200 },
      {
        what: 'a port that its scheme leaves out',
        headers: () => ({ host: 'llm.example.org:443', origin: 'https://llm.example.org' }),
        status: 200,
      },
      { what: 'our own page', headers: () => ({ 'sec-fetch-site': 'same-origin' }), status: 200 },
      { what: 'an address typed in', headers: () => ({ 'sec-fetch-site': 'none' }), status: 200 },
      { what: 'another Origin', headers: () => ({ origin: 'https://evil.test' }), status: 403 },
      { what: 'the Origin of a sandboxed frame', headers: () => ({ origin: 'null' }), status: 403 },
      { what: 'an Origin that is none', headers: () => ({ origin: 'evil' }), status: 403 },
      { what: 'an extension', headers: () => ({ origin: 'chrome-extension://abcdef' }), status: 403 },
      { what: 'another port of this machine', headers: () => ({ origin: 'http://127.0.0.1:1' }), status: 403 },
      {
        what: 'another name of this machine',
        headers: (host) => ({ origin: `http://${host.replace('127.0.0.1', 'localhost')}` }),
        status: 403,
      },
      {
        what: 'our Origin as the user of another',
        headers: (host) => ({ origin: `http://${host}@evil.test` }),
        status: 403,
      },
      {
        what: 'a proxy that puts a Host of its own',
        headers: () => ({ origin: 'https://llm.example.org' }),
        status: 403,
      },
      { what: 'another site', headers: () => ({ 'sec-fetch-site': 'cross-site' }), status: 403 },
      { what: 'another port or a sister name', headers: () => ({ 'sec-fetch-site': 'same-site' }), status: 403 },
    ];
    for (const { what, headers, status } of CASES) {
      for (const method of ['GET', 'POST']) {
        it(`with ${method} and ${what} is answered with ${status}`, async () => {
          const path = method === 'GET' ? '/admin/api/status' : '/admin/api/explain';
          const all = { ...cookie, ...(method === 'GET' ? {} : JSON_TYPE), ...headers(own) };
          const answered = await send({ method, path, headers: all, ...(method === 'GET' ? {} : { body: '{}' }) });
          expect(answered.status).to.equal(status);
          if (status === 403) expect(answered.code).to.equal('forbidden');
        });
      }
    }

    it('cannot sign in', async () => {
      const body = JSON.stringify({ adminKey: ADMIN_KEY });
      const headers = { ...JSON_TYPE, origin: 'https://evil.test' };
      const refused = await send({ method: 'POST', path: '/admin/api/session', headers, body });
      expect(refused.status).to.equal(403);
      expect(refused.headers).not.to.have.property('set-cookie');
    });

    it('may link to the page, which contains no secret', async () => {
      const { status } = await send({ path: '/admin/', headers: { 'sec-fetch-site': 'cross-site' } });
      expect(status).not.to.equal(403);
    });

    it('gets no header that allows it to read the response', async () => {
      const headers = { origin: 'https://evil.test', 'access-control-request-method': 'PUT' };
      const answered = await send({ method: 'OPTIONS', path: '/admin/api/status', headers });
      expect(Object.keys(answered.headers).filter((name) => name.startsWith('access-control'))).to.deep.equal([]);
    });
  });

  describe('a content type that a form can send', () => {
    const TYPES = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''];
    for (const path of ['/admin/api/explain', '/admin/api/session']) {
      for (const type of TYPES) {
        it(`"${type}" is refused at ${path}`, async () => {
          const headers = { ...cookie, ...(type === '' ? {} : { 'content-type': type }) };
          const { status, code } = await send({ method: 'POST', path, headers, body: '{"adminKey":"x"}' });
          expect({ status, code }).to.deep.equal({ status: 415, code: 'unsupported_media_type' });
        });
      }
    }

    const UPLOAD = { ...JSON_TYPE, 'content-type': 'multipart/form-data; boundary=x', 'x-requested-with': 'a test' };
    const UPLOADS = [
      {
        what: 'an upload without a header of its own',
        path: '/admin/api/v1/audio/transcriptions',
        headers: { 'content-type': UPLOAD['content-type'] },
      },
      { what: 'an upload outside of the endpoints of clients', path: '/admin/api/explain', headers: UPLOAD },
      {
        what: 'text with a header of its own',
        path: '/admin/api/v1/audio/transcriptions',
        headers: { ...UPLOAD, 'content-type': 'text/plain' },
      },
    ];
    for (const { what, path, headers } of UPLOADS) {
      it(`is refused for ${what}`, async () => {
        const { status } = await send({ method: 'POST', path, headers: { ...cookie, ...headers }, body: 'x' });
        expect(status).to.equal(415);
      });
    }

    it('is refused even without a body', async () => {
      expect((await send({ method: 'POST', path: '/admin/api/explain', headers: cookie })).status).to.equal(415);
    });

    it('may be missing for a script that sends no body', async () => {
      const asked = { method: 'DELETE', path: '/admin/api/session', headers: BEARER };
      expect((await send(asked)).status).to.equal(200);
    });

    it('is accepted as JSON with a charset', async () => {
      const headers = { ...cookie, 'content-type': 'application/json; charset=utf-8' };
      expect((await send({ method: 'POST', path: '/admin/api/explain', headers, body: '{}' })).status).to.equal(200);
    });
  });

  describe('sends a strict policy', () => {
    const ANSWERS: readonly Asked[] = [
      { path: '/admin' },
      { path: '/admin/' },
      { path: '/admin/no-such.file' },
      { path: '/admin/api/status' },
      { path: '/admin/', method: 'POST' },
      { path: '/admin/', headers: { host: 'evil.test' } },
    ];
    for (const asked of ANSWERS) {
      it(`with ${JSON.stringify(asked)}`, async () => {
        const { headers } = await send(asked);
        const policy = String(headers['content-security-policy']).split('; ');
        expect(policy).to.include.members([
          "default-src 'none'",
          "script-src 'self'",
          "base-uri 'none'",
          "frame-ancestors 'none'",
        ]);
        expect(policy.join()).not.to.match(/unsafe|\*|https?:/);
        expect(headers).to.include({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
        expect(headers).to.include({ 'cross-origin-opener-policy': 'same-origin' });
      });
    }

    it('and forbids caching of API responses', async () => {
      for (const headers of [{}, cookie]) {
        const answered = await send({ path: '/admin/api/status', headers });
        expect(answered.headers['cache-control']).to.equal('no-store');
      }
    });
  });
});
