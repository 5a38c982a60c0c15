import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { SettingsStore } from '../../../src/config/source/store.js';
import { API_KEY, chainOver, HELLO, type RunningProxy, startProxy, storeOf } from '../../proxy.js';
import { type Answerer, answer, completion, reply, ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';

const ADMIN_KEY = 'test-key-of-the-admin';
const MOST = 100_000;
/** More than half of it. */
const LARGE = 60_000;

const padded = (body: object, length: number): string => {
  const bare = JSON.stringify({ ...body, user: '' });
  return JSON.stringify({ ...body, user: 'x'.repeat(length - bare.length) });
};

const BOUNDARY = 'the-boundary';
const formOf = (length: number): string =>
  [
    `--${BOUNDARY}`,
    'content-disposition: form-data; name="model"',
    '',
    'default',
    `--${BOUNDARY}`,
    'content-disposition: form-data; name="file"; filename="a.wav"',
    '',
    'x'.repeat(length),
    `--${BOUNDARY}--`,
    '',
  ].join('\r\n');

interface Endpoint {
  readonly path: string;
  readonly body: string;
  readonly type?: string;
  readonly key?: string;
  /** The status that a caller of this protocol gets. Default: 503. */
  readonly status?: number;
}

const CHAT: Endpoint = { path: '/v1/chat/completions', body: padded({ messages: HELLO }, LARGE) };

const ENDPOINTS: readonly Endpoint[] = [
  CHAT,
  { path: '/v1/completions', body: padded({ prompt: 'Hello' }, LARGE) },
  { path: '/v1/messages', body: padded({ messages: HELLO, max_tokens: 9, model: 'x' }, LARGE), status: 529 },
  { path: '/v1/messages/count_tokens', body: padded({ messages: HELLO, model: 'x' }, LARGE), status: 529 },
  { path: '/v1/responses', body: padded({ input: 'Hello' }, LARGE) },
  { path: '/v1/embeddings', body: padded({ input: 'Hello' }, LARGE) },
  { path: '/v1/audio/transcriptions', body: formOf(LARGE), type: `multipart/form-data; boundary=${BOUNDARY}` },
  { path: '/admin/api/chat', body: padded({ messages: HELLO }, LARGE), key: ADMIN_KEY },
  { path: '/admin/api/explain', body: padded({ model: 'default' }, LARGE), key: ADMIN_KEY },
];

describe('server.maxBodiesInFlight', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;
  let store: SettingsStore;
  let folder: string;
  /** Answers the requests that hang at the provider. */
  let release: (() => void)[];
  const callers: ReturnType<typeof httpRequest>[] = [];

  const hanging: Answerer = (res) => void release.push(() => reply(200, completion('hello'))(res, {} as never));

  beforeEach(async () => {
    release = [];
    upstream = (await ScriptedUpstream.start()).always(answer('hello'));
    folder = mkdtempSync(join(tmpdir(), '429chain-'));
    const server = { apiKeys: [API_KEY], adminKey: ADMIN_KEY, maxBodyBytes: MOST, maxBodiesInFlight: MOST };
    const configuration = { ...chainOver([upstream]), server };
    store = storeOf(configuration, folder);
    proxy = await startProxy(configuration, { store });
  });

  afterEach(async () => {
    for (const caller of callers.splice(0)) caller.destroy();
    await proxy.close();
    await upstream.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Sent {
    readonly status: number;
    readonly headers: IncomingMessage['headers'];
    readonly text: string;
  }

  /** Sends a body with its length or in chunks. */
  const send = ({ path, body, type = 'application/json', key = API_KEY }: Endpoint, chunked = false): Promise<Sent> =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${key}`,
        'content-type': type,
        ...(chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': Buffer.byteLength(body) }),
      };
      const caller = httpRequest(`${proxy.address}${path}`, { method: 'POST', headers, agent: false }, (res) => {
        let text = '';
        res.on('data', (data) => (text += data));
        res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }));
        res.on('error', reject);
      });
      callers.push(caller);
      caller.on('error', reject);
      caller.end(body);
    });

  const inFlight = (): number => proxy.app.runtime.bodiesInFlight.bytes;

  /** Sends a large body whose answer hangs. */
  const occupy = async (endpoint = CHAT): Promise<void> => {
    upstream.script(hanging);
    send(endpoint).catch(() => {});
    await until(() => release.length > 0);
  };

  for (const endpoint of ENDPOINTS) {
    for (const chunked of [false, true]) {
      it(`refuses a body beyond it: ${endpoint.path}, ${chunked ? 'in chunks' : 'with its length'}`, async () => {
        await occupy();
        const { status, headers, text } = await send(endpoint, chunked);
        expect(status).to.equal(endpoint.status ?? 503);
        expect(headers['retry-after']).to.equal('1');
        expect(JSON.parse(text).error).to.include({ code: 'too_many_bodies' });
        expect(upstream.received).to.have.length(1);
        release[0]?.();
        await until(() => inFlight() === 0);
        expect((await send(endpoint, chunked)).text).to.not.include('too_many_bodies');
        await until(() => inFlight() === 0);
      });
    }
  }

  it('serves small bodies and /health meanwhile', async () => {
    await occupy();
    const refused = await send(CHAT);
    expect(refused.status).to.equal(503);
    expect((await fetch(`${proxy.address}/health`)).status).to.equal(200);
    expect((await proxy.post({ messages: HELLO })).status).to.equal(200);
  });

  it('counts a body until its answer has left, however its request ends', async () => {
    const pieces = 'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n';
    upstream.script((res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write(pieces);
      release.push(() => res.end('data: [DONE]\n\n'));
    });
    const streamed = send({ ...CHAT, body: padded({ messages: HELLO, stream: true }, LARGE) });
    await until(() => release.length > 0);
    expect(inFlight()).to.equal(LARGE);
    release[0]?.();
    expect((await streamed).status).to.equal(200);
    await until(() => inFlight() === 0);
    upstream.script(hanging);
    send(CHAT).catch(() => {});
    await until(() => release.length > 1);
    callers.at(-1)?.destroy();
    await until(() => inFlight() === 0);
    expect((await send({ ...CHAT, body: `${CHAT.body}}` })).status).to.equal(400);
    await until(() => inFlight() === 0);
  });

  it('counts a body that is announced and does not come, until its caller leaves', async () => {
    const caller = httpRequest(`${proxy.address}${CHAT.path}`, {
      method: 'POST',
      agent: false,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', 'content-length': LARGE },
    });
    callers.push(caller.on('error', () => {}));
    caller.write('{');
    await until(() => inFlight() === LARGE);
    caller.destroy();
    await until(() => inFlight() === 0);
  });

  it('serves a body that counts for more than it when no other is there', async () => {
    const wide = { ...CHAT, body: padded({ messages: [{ role: 'user', content: 'ж'.repeat(20_000) }] }, 70_000) };
    expect(Buffer.byteLength(wide.body) * 2).to.be.above(MOST);
    expect((await send(wide)).status).to.equal(200);
    await until(() => inFlight() === 0);
    await occupy({ ...CHAT, body: padded({ messages: HELLO }, 1_000) });
    expect((await send(wide)).status).to.equal(503);
  });

  it('follows a changed configuration at once, and does not forget what is in flight', async () => {
    const setMost = (value: number) =>
      store.save({ edits: [{ op: 'set', path: ['server', 'maxBodiesInFlight'], value }] }, store.revision);
    await occupy();
    await setMost(2 * MOST);
    expect((await send(CHAT)).status).to.equal(200);
    await setMost(MOST);
    expect((await send(CHAT)).status).to.equal(503);
  });
});
