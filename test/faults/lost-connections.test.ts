import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from 'chai';
import { ForwardProxy } from '../network/http-proxy.js';
import { API_KEY, HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { completion } from '../scripted-upstream.js';

const pem = (name: string): Buffer => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));

/** What a provider does with a request in place of an answer. */
type Loss = (socket: Socket, res: ServerResponse) => void;

const closes: Loss = (socket) => socket.destroy();
const resets: Loss = (socket) => socket.resetAndDestroy();
const writes =
  (bytes: string): Loss =>
  (socket) =>
    socket.end(bytes);

interface Fault {
  readonly what: string;
  /** What becomes of the very first request. By default, it is answered. */
  readonly onFirst?: Loss;
  /** What becomes of a request on a new connection after the first answer. By default, it is answered. */
  readonly onFresh?: Loss;
  /** What becomes of a request on a connection that was used before. */
  readonly onReused: Loss;
  readonly secure?: boolean;
  readonly tunnel?: boolean;
  readonly request?: 'stream' | 'upload';
  readonly served: boolean;
  /** Requests that the provider sees, with the first, which is answered. */
  readonly requests: number;
}

const FAULTS: readonly Fault[] = [
  { what: 'is closed', onReused: closes, served: true, requests: 3 },
  { what: 'is reset', onReused: resets, served: true, requests: 3 },
  { what: 'is closed under a stream', onReused: closes, request: 'stream', served: true, requests: 3 },
  { what: 'is closed under an upload', onReused: closes, request: 'upload', served: true, requests: 3 },
  { what: 'with TLS is closed', onReused: closes, secure: true, served: true, requests: 3 },
  { what: 'with TLS is reset', onReused: resets, secure: true, served: true, requests: 3 },
  { what: 'through a proxy is closed', onReused: closes, secure: true, tunnel: true, served: true, requests: 3 },
  { what: 'is closed, and the fresh one too', onReused: closes, onFresh: closes, served: false, requests: 3 },
  { what: 'is reset, and the fresh one too', onReused: resets, onFresh: resets, served: false, requests: 3 },
  { what: 'brings half a head', onReused: writes('HTTP/1.1 200 OK\r\ncontent-ty'), served: false, requests: 2 },
  { what: 'brings one byte', onReused: writes('H'), served: false, requests: 2 },
  { what: 'brings 100 Continue', onReused: writes('HTTP/1.1 100 Continue\r\n\r\n'), served: false, requests: 2 },
  {
    what: 'brings a head without its body',
    onReused: writes('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{'),
    served: false,
    requests: 2,
  },
];

describe('A request on a kept connection that', () => {
  const closing: (() => Promise<unknown>)[] = [];
  let forward: ForwardProxy;
  let provider: Server;
  let requests = 0;
  let proxy: RunningProxy;
  const verified = process.env.NODE_TLS_REJECT_UNAUTHORIZED;

  before(() => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  });

  after(() => {
    if (verified === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = verified;
  });

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const start = async (fault: Partial<Fault>, provides: object = {}): Promise<void> => {
    requests = 0;
    const used = new WeakSet<object>();
    const answer = (res: ServerResponse, isStream: boolean): void => {
      const whole = completion('hello');
      const [choice] = whole.choices;
      const chunk = { ...whole, choices: [{ index: 0, delta: choice?.message, finish_reason: 'stop' }] };
      res.setHeader('content-type', isStream ? 'text/event-stream' : 'application/json');
      res.end(
        isStream ? `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n` : JSON.stringify({ ...whole, text: 'hello' }),
      );
    };
    const listener: Parameters<typeof createServer>[1] = (req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk) => chunks.push(chunk));
      req.on('end', () => {
        requests++;
        const { socket } = req;
        const loss = used.has(socket) ? fault.onReused : requests > 1 ? fault.onFresh : fault.onFirst;
        used.add(socket);
        if (loss === undefined) answer(res, Buffer.concat(chunks).includes('"stream":true'));
        // The socket below TLS: resetting is not for TLSSocket itself.
        else loss(((socket as { _parent?: Socket })._parent ?? socket) as Socket, res);
      });
    };
    provider =
      fault.secure === true
        ? createSecureServer({ key: pem('key'), cert: pem('cert') }, listener)
        : createServer(listener);
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      provider.closeAllConnections();
      return new Promise((resolve) => provider.close(resolve));
    });
    forward = await ForwardProxy.start();
    closing.push(() => forward.close());
    const scheme = fault.secure === true ? 'https' : 'http';
    const baseUrl = `${scheme}://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;
    const one = {
      type: 'openai-compatible',
      baseUrl,
      apiKey: 'key-of-one',
      proxy: fault.tunnel === true ? forward.url : false,
      ...provides,
    };
    proxy = await startProxy({
      providers: { one },
      chains: { default: { targets: ['one/a-model'], maxWait: '0s' } },
    });
    closing.push(() => proxy.close());
  };

  const send = async (request: Fault['request']): Promise<{ status: number; text: string }> => {
    if (request !== 'upload') {
      const response = await proxy.post({ messages: HELLO, stream: request === 'stream' });
      return { status: response.status, text: await response.text() };
    }
    const form = new FormData();
    form.set('file', new Blob(['RIFF']), 'a.wav');
    form.set('model', 'default');
    const response = await fetch(`${proxy.address}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}` },
      body: form,
    });
    return { status: response.status, text: await response.text() };
  };

  for (const fault of FAULTS) {
    const { what, request, served, requests: seen } = fault;
    it(`${what} ${seen === 3 ? 'is sent again once' : 'is not sent again'}, and ${served ? 'served' : 'fails'}`, async () => {
      await start(fault);
      expect(await send(request)).to.deep.include({ status: 200 });
      const { status, text } = await send(request);
      expect([status === 200, requests]).to.deep.equal([served, seen]);
      if (served) expect(text).to.contain('hello');
    });
  }

  it('was never used before is not sent again', async () => {
    await start({ onFirst: closes });
    expect((await send(undefined)).status).to.be.within(500, 503);
    expect(requests).to.equal(1);
  });

  it('is closed counts as one request of its target', async () => {
    await start({ onReused: closes }, { limits: [{ requests: 3, per: '1d' }] });
    const statuses: number[] = [];
    for (let index = 0; index < 4; index++) statuses.push((await send(undefined)).status);
    expect(statuses).to.deep.equal([200, 200, 200, 429]);
  });
});
