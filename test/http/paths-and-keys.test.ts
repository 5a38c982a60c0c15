import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import OpenAI, { AzureOpenAI } from 'openai';
import { API_KEY, chainOver, HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { answer, ScriptedUpstream } from '../scripted-upstream.js';

const ADMIN_KEY = 'test-key-of-the-admin';
const ROUTES = fileURLToPath(new URL('../fixtures/plugins/routes', import.meta.url));

type Answered = { status: number; text: string };

/** node:http sends the path as it is; fetch would correct it. */
const send = (address: string, method: string, path: string, headers: Record<string, string> = {}): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(address);
    const sent = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers };
    const req = request({ hostname, port, method, path, headers: sent }, async (res) => {
      let text = '';
      for await (const chunk of res) text += chunk;
      resolve({ status: res.statusCode ?? 0, text });
    });
    req.on('error', reject);
    req.end(method === 'POST' ? JSON.stringify({ messages: HELLO }) : undefined);
  });

describe('Paths and keys of clients', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;

  before(async () => {
    upstream = (await ScriptedUpstream.start()).always(answer('hello'));
    proxy = await startProxy({
      ...chainOver([upstream]),
      server: { apiKeys: [API_KEY, 'another-key'], adminKey: ADMIN_KEY },
      plugins: [{ use: ROUTES, options: { path: '/routes', key: 'api' } }],
    });
  });

  after(() => Promise.all([proxy.close(), upstream.close()]));

  const SERVED: readonly (readonly [method: string, path: string])[] = [
    ['POST', '/v1/chat/completions?beta=true'],
    ['POST', '/v1/chat/completions#part'],
    ['POST', 'http://another.name/v1/chat/completions'],
    ['POST', '//v1/chat/completions'],
    ['POST', '/v1//chat/completions'],
    ['POST', '/v1/chat//completions//'],
    ['POST', '/v1/chat/completions/'],
    ['POST', '/v1/chat/completions/?beta=true'],
    ['POST', '/v1/v1/chat/completions'],
    ['POST', '/v1//v1/chat/completions'],
    ['POST', '/chat/completions'],
    ['POST', '//chat/completions/'],
    ['GET', '/v1//models'],
    ['GET', '//v1/models/'],
    ['GET', '/v1/v1/models'],
    ['GET', '/models'],
    ['GET', '/v1//models/default/'],
    ['GET', '/v1/models/one%2Fa-model'],
    ['GET', '/models/one/a-model'],
    ['GET', '//health/'],
    ['GET', '//routes//?do=text'],
  ];
  for (const [method, path] of SERVED) {
    it(`serves ${method} ${path}`, async () => {
      expect((await send(proxy.address, method, path)).status).to.equal(200);
    });
  }

  const UNKNOWN = ['/v2/chat/completions', '/v1/chat', '/v1', '/', '//', '/v1/v1', '/edits', '/api/chat/completions'];
  for (const path of UNKNOWN) {
    it(`answers POST ${path} with 404 and names the right address`, async () => {
      const { status, text } = await send(proxy.address, 'POST', path);
      expect(status).to.equal(404);
      expect(text).to.contain('POST /v1/chat/completions');
    });
  }

  const BESIDE_THE_GATE = [
    '//admin',
    '//admin/api/status',
    '/v1/../admin/api/status',
    '/v1/v1/../../admin/api/status',
    '/v1/admin/api/status',
    '/v1//admin/api/status',
    '/%61dmin/api/status',
    '/%2Fadmin/api/status',
    '/v1%2F..%2Fadmin/api/status',
    '/./admin/api/status',
    '/models/../admin/api/status',
    '/\\admin/api/status',
    '/admin;/api/status',
  ];
  const BEHIND_THE_GATE = [
    '/admin/api/status',
    '/admin//api/status',
    '/admin/api//status',
    '/Admin/api/status',
    '/admin/api/status/',
  ];
  for (const path of [...BESIDE_THE_GATE, ...BEHIND_THE_GATE]) {
    it(`does not open the admin at ${path}`, async () => {
      // The page itself contains no secret: it is 503 where it is not built.
      const { status, text } = await send(proxy.address, 'GET', path);
      expect([200, 401, 404, 503]).to.include(status);
      expect(text).to.match(/"code":"(?:not_found|model_not_found|invalid_api_key)"|<html/);
    });
  }

  for (const path of BESIDE_THE_GATE) {
    it(`has no admin at ${path}, also for the admin key`, async () => {
      const { status } = await send(proxy.address, 'GET', path, { authorization: `Bearer ${ADMIN_KEY}` });
      expect(status).to.be.oneOf([401, 404]);
    });
  }

  const KEYS: readonly (readonly [what: string, headers: Record<string, string>, status: number])[] = [
    ['x-api-key', { authorization: '', 'x-api-key': API_KEY }, 200],
    ['api-key', { authorization: '', 'api-key': ' another-key ' }, 200],
    ['a wrong bearer token beside a good x-api-key', { authorization: 'Bearer no', 'x-api-key': API_KEY }, 200],
    ['a good bearer token beside a wrong x-api-key', { 'x-api-key': 'no' }, 200],
    ['bearer in lower case', { authorization: `bearer ${API_KEY}` }, 200],
    ['BEARER and a tab', { authorization: `BEARER\t ${API_KEY}` }, 200],
    ['blanks around the token', { authorization: `  Bearer   ${API_KEY}  ` }, 200],
    ['a wrong x-api-key', { authorization: '', 'x-api-key': 'no' }, 401],
    ['an empty x-api-key', { authorization: '', 'x-api-key': '' }, 401],
    ['two wrong keys', { authorization: 'Bearer no', 'x-api-key': 'no' }, 401],
    ['the admin key', { authorization: '', 'x-api-key': ADMIN_KEY }, 401],
    ['no scheme', { authorization: API_KEY }, 401],
  ];
  for (const [what, headers, status] of KEYS) {
    it(`answers ${what} with ${status}`, async () => {
      expect((await send(proxy.address, 'POST', '/v1/chat/completions', headers)).status).to.equal(status);
      expect((await send(proxy.address, 'GET', '/routes?do=text', headers)).status).to.equal(status);
    });
  }

  it('hides the key of a client from plugins, in whatever header it came', async () => {
    const headers = { 'x-api-key': API_KEY, 'api-key': API_KEY };
    const { text } = await send(proxy.address, 'GET', '/routes?do=whole', headers);
    expect(text).to.contain('"host"').and.not.to.contain(API_KEY);
  });

  it('does not open the admin to a key in x-api-key', async () => {
    const headers = { authorization: '', 'x-api-key': ADMIN_KEY };
    expect((await send(proxy.address, 'GET', '/admin/api/status', headers)).status).to.equal(401);
  });

  it("serves OpenAI's SDK with a base URL without /v1, and with it twice", async () => {
    for (const base of ['', '/', '/v1/', '/v1/v1']) {
      const client = new OpenAI({ baseURL: `${proxy.address}${base}`, apiKey: API_KEY, maxRetries: 0 });
      const { choices } = await client.chat.completions.create({ model: 'default', messages: [...HELLO] });
      expect(choices[0]?.message.content).to.equal('hello');
    }
  });

  it("takes the key from Azure's SDK", async () => {
    const client = new AzureOpenAI({ baseURL: `${proxy.address}/v1`, apiKey: API_KEY, apiVersion: '1', maxRetries: 0 });
    expect((await client.models.list()).data[0]?.id).to.equal('default');
  });
});
