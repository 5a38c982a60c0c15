import { request } from 'node:http';
import { expect } from 'chai';
import { stub } from 'sinon';
import { RawCaller } from '../network/raw-caller.js';
import { API_KEY, chainOver, HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { answer, chunk, ScriptedUpstream, stream } from '../scripted-upstream.js';

interface BadInput {
  readonly what: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string | undefined>;
  readonly body?: string;
  readonly status: number;
  readonly code: string;
  readonly param?: string;
  readonly says: RegExp;
}

const GOOD = JSON.stringify({ model: 'default', messages: HELLO });

const BAD_INPUTS: readonly BadInput[] = [
  {
    what: 'malformed JSON (pitfall 47: answered 500)',
    body: '{"messages": [',
    status: 400,
    code: 'malformed_json',
    says: /not valid JSON/,
  },
  { what: 'an empty body', body: '', status: 400, code: 'malformed_json', says: /not valid JSON/ },
  {
    what: 'a body that is no object',
    body: '[1]',
    status: 400,
    code: 'invalid_request',
    says: /must be a JSON object/,
  },
  {
    what: 'no messages',
    body: '{"model":"default"}',
    status: 400,
    code: 'invalid_request',
    param: 'messages',
    says: /"messages" is missing/,
  },
  {
    what: 'empty messages',
    body: '{"messages":[]}',
    status: 400,
    code: 'invalid_request',
    param: 'messages',
    says: /"messages" is empty/,
  },
  {
    what: 'messages that are no list',
    body: '{"messages":"hi"}',
    status: 400,
    code: 'invalid_request',
    param: 'messages',
    says: /must be an array/,
  },
  { what: 'no key', headers: { authorization: undefined }, status: 401, code: 'invalid_api_key', says: /No API key/ },
  {
    what: 'a wrong key',
    headers: { authorization: 'Bearer wrong' },
    status: 401,
    code: 'invalid_api_key',
    says: /not one of/,
  },
  {
    what: 'a key in the wrong scheme',
    headers: { authorization: `Basic ${API_KEY}` },
    status: 401,
    code: 'invalid_api_key',
    says: /No API key/,
  },
  {
    what: 'an unknown path',
    path: '/v1/chat/completion',
    status: 404,
    code: 'not_found',
    says: /POST \/v1\/chat\/completions/,
  },
  { what: 'a wrong method', method: 'GET', status: 405, code: 'method_not_allowed', says: /takes POST, not GET/ },
  {
    what: 'a wrong method at the models',
    path: '/v1/models',
    method: 'DELETE',
    status: 405,
    code: 'method_not_allowed',
    says: /GET/,
  },
  {
    what: 'a body that is too large',
    body: `{"messages":"${'x'.repeat(3000)}"}`,
    status: 413,
    code: 'body_too_large',
    says: /larger than 2048 bytes/,
  },
  {
    what: 'a wrong content type',
    headers: { 'content-type': 'text/plain' },
    status: 415,
    code: 'unsupported_media_type',
    says: /"text\/plain"/,
  },
  {
    what: 'no content type',
    headers: { 'content-type': undefined },
    status: 415,
    code: 'unsupported_media_type',
    says: /without a content type/,
  },
  {
    what: 'a compressed body',
    headers: { 'content-encoding': 'gzip' },
    status: 415,
    code: 'unsupported_media_type',
    says: /gzip/,
  },
  ...[5, true, ['default'], { name: 'default' }].map((model) => ({
    what: `a model that is no name: ${JSON.stringify(model)}`,
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
    status: 400,
    code: 'invalid_request',
    param: 'model',
    says: /"model" must be a string/,
  })),
  {
    what: 'an unknown model',
    path: '/v1/models/nobody',
    method: 'GET',
    status: 404,
    code: 'model_not_found',
    param: 'model',
    says: /"nobody"/,
  },
];

/** node:http, since fetch does not send what a careless caller sends. */
const send = (
  address: string,
  { path = '/v1/chat/completions', method = 'POST', headers = {}, body = GOOD }: Partial<BadInput>,
) =>
  new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const all: Record<string, string | undefined> = {
      authorization: `Bearer ${API_KEY}`,
      'content-type': 'application/json',
      ...headers,
    };
    const sent = Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const req = request(address + path, { method, headers: sent }, async (res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of res) chunks.push(chunk as Buffer);
      resolve({ status: res.statusCode ?? 0, headers: res.headers, text: Buffer.concat(chunks).toString() });
    });
    req.on('error', reject);
    req.end(method === 'POST' ? body : undefined);
  });

describe('The HTTP surface', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;

  before(async () => {
    upstream = (await ScriptedUpstream.start()).always(answer('hello'));
    proxy = await startProxy({
      ...chainOver([upstream]),
      server: { apiKeys: [API_KEY, 'another-key'], maxBodyBytes: 2048 },
      chains: { default: ['one/a-model', 'one/vendor/b-model:free'], other: ['one/c-model'] },
      defaultChain: 'default',
    });
  });

  after(() => Promise.all([proxy.close(), upstream.close()]));

  for (const { what, status, code, param, says, ...input } of BAD_INPUTS) {
    it(`answers ${what} with ${status} ${code} in OpenAI's shape, and asks no provider`, async () => {
      const before = upstream.received.length;
      const answered = await send(proxy.address, input);
      expect(answered.status).to.equal(status);
      expect(answered.headers['content-type']).to.match(/^application\/json/);
      const { error } = JSON.parse(answered.text);
      expect(error).to.include({ code, param: param ?? null });
      expect(error.message).to.match(says);
      expect(error.type).to.be.a('string');
      expect(upstream.received).to.have.length(before);
    });
  }

  it('names the methods that a path accepts', async () => {
    expect((await send(proxy.address, { method: 'PUT' })).headers.allow).to.equal('POST');
  });

  it('accepts any of its keys', async () => {
    for (const key of [API_KEY, 'another-key']) {
      expect((await send(proxy.address, { headers: { authorization: `Bearer ${key}` } })).status).to.equal(200);
    }
  });

  it('refuses a body without content-length as soon as it is too large', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('x'.repeat(1024))),
    });
    const init = {
      method: 'POST',
      duplex: 'half',
      body: endless,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    };
    const status = await fetch(`${proxy.address}/v1/chat/completions`, init as RequestInit).then(
      (response) => response.status,
      // The connection may be closed before the client has read the answer.
      () => 413,
    );
    expect(status).to.equal(413);
  });

  it('blames no target for a body that is nested too deeply to be sent', async () => {
    const deep = await startProxy(chainOver([upstream]));
    const before = upstream.received.length;
    const content = '['.repeat(50_000) + ']'.repeat(50_000);
    const bodies = [
      ['/v1/chat/completions', `{"messages":[{"role":"user","content":${content}}]}`],
      // Only the answer repeats it.
      ['/v1/responses', `{"input":"Hello","metadata":${content}}`],
      ['/v1/responses', `{"input":"Hello","stream":true,"metadata":${content}}`],
    ] as const;
    for (const [path, body] of bodies) {
      const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
      const refused = await fetch(`${deep.address}${path}`, { method: 'POST', headers, body });
      expect(refused.status).to.equal(400);
      const { error } = (await refused.json()) as { error: object };
      expect(error).to.include({ code: 'invalid_request' });
    }
    expect(upstream.received).to.have.length(before);
    expect((await deep.post({ messages: HELLO })).status).to.equal(200);
    await deep.close();
  });

  it('lists chains first, then targets (pitfall 24: chain names absent from the model list)', async () => {
    const { data } = await proxy.client.models.list();
    expect(data.map(({ id, owned_by }) => `${id} ${owned_by}`)).to.deep.equal([
      'default 429chain',
      'other 429chain',
      'one/a-model one',
      'one/vendor/b-model:free one',
      'one/c-model one',
    ]);
  });

  for (const id of ['other', 'one/a-model', 'one/vendor/b-model:free']) {
    it(`retrieves the model ${id}`, async () => {
      expect(await proxy.client.models.retrieve(id)).to.include({ id, object: 'model' });
    });
  }

  it('reports its health without a key', async () => {
    const response = await fetch(`${proxy.address}/health`);
    expect(response.status).to.equal(200);
    const body = (await response.json()) as Record<string, unknown>;
    expect(body).to.include({ status: 'ok', version: '0.1.0' });
    expect(body.uptime_s).to.be.a('number');
    expect(Object.values(body.targets as Record<string, number>).reduce((sum, count) => sum + count)).to.equal(3);
  });

  it('says in headers which chain and target answered, and gives the request an id', async () => {
    const { headers } = await proxy.post({ model: 'other', messages: HELLO });
    expect(Object.fromEntries(headers)).to.include({
      'x-429chain-chain': 'other',
      'x-429chain-target': 'one/c-model',
      'x-429chain-attempts': '1',
    });
    expect(headers.get('x-request-id')).to.match(/^[0-9a-f-]{36}$/);
  });

  it("keeps the caller's request id", async () => {
    const { headers } = await proxy.post({ messages: HELLO }, { 'x-request-id': 'mine-1' });
    expect(headers.get('x-request-id')).to.equal('mine-1');
  });

  it('passes the answer through byte for byte, unknown fields included', async () => {
    const text = '{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],  "x_vendor":{"a":1.0}}\n';
    upstream.script((res) => void res.writeHead(200, { 'content-type': 'application/json' }).end(text));
    expect(await (await proxy.post({ messages: HELLO })).text()).to.equal(text);
  });

  it('sends the model of the target and every other field as it came', async () => {
    await proxy.post({ model: 'other', messages: HELLO, temperature: 0.5, x_vendor: [1, { a: null }] });
    expect(upstream.received.at(-1)?.body).to.deep.equal({
      model: 'c-model',
      messages: HELLO,
      temperature: 0.5,
      x_vendor: [1, { a: null }],
    });
    expect(upstream.received.at(-1)?.headers.authorization).to.equal('Bearer key-of-one');
  });

  it('logs nothing about callers whose connections break', async () => {
    const said = stub(console, 'error');
    try {
      upstream.script(stream([chunk({ content: 'begun' })], 'hang'));
      const caller = new RawCaller(proxy.address);
      await caller.sees('begun');
      caller.socket.resetAndDestroy();
      await proxy.app.runtime.waterfall.idle();
      await caller.closed;
      expect(said.args).to.deep.equal([]);
      expect(proxy.log.lines.filter((line) => !line.startsWith('[request-lines] '))).to.deep.equal([]);
    } finally {
      said.restore();
    }
  });

  it('sends no cross-origin headers unless configured', async () => {
    const { headers } = await proxy.post({ messages: HELLO }, { origin: 'http://elsewhere.example' });
    expect(headers.get('access-control-allow-origin')).to.equal(null);
  });
});
