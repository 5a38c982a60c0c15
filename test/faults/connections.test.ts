import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { RawCaller } from '../network/raw-caller.js';
import { API_KEY, chainOver, HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { answer, completion, ScriptedUpstream } from '../scripted-upstream.js';
import { until } from '../until.js';

const HEAD = `host: 127.0.0.1\r\nauthorization: Bearer ${API_KEY}\r\ncontent-type: application/json\r\n`;
const POST = `POST /v1/chat/completions HTTP/1.1\r\n${HEAD}`;
/** Callers that leave at once. */
const CALLERS = 20;
const BEGINNING = 'data: {"choices":[{"index":0,"delta":{"content":"hello"},"finish_reason":null}]}\n\n';
/** The beginning of a TLS handshake. */
const CLIENT_HELLO = Buffer.from('16030100f1010000ed0303', 'hex');

describe('Connections of callers', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;

  before(async () => {
    upstream = (await ScriptedUpstream.start()).always(answer('hello'));
    proxy = await startProxy(chainOver([upstream]));
  });

  after(() => Promise.all([proxy.close(), upstream.close()]));

  /** Sends bytes and returns everything that comes until the server closes the connection. */
  const send = async (bytes: string | Buffer): Promise<string> => {
    const { hostname, port } = new URL(proxy.address);
    const socket = connect({ port: Number(port), host: hostname });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.write(bytes);
    await once(socket, 'close');
    return Buffer.concat(chunks).toString('utf8');
  };

  const UNREADABLE: readonly (readonly [what: string, bytes: string | Buffer, status: number, words: string])[] = [
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'not a valid HTTP/1.1 request'],
    ['TLS on the plain port', CLIENT_HELLO, 400, 'begins with http://'],
    ['an unknown method', `GRAB / HTTP/1.1\r\n${HEAD}\r\n`, 400, 'not a valid HTTP/1.1 request'],
    ['HTTP/2 without an upgrade', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'not a valid HTTP/1.1 request'],
    ['a blank in a header name', `GET /health HTTP/1.1\r\nho st: a\r\n\r\n`, 400, 'invalid character'],
    ['no Host', 'GET /v1/models HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'no Host header'],
    ['long headers', `GET /health HTTP/1.1\r\n${HEAD}x-long: ${'x'.repeat(20_000)}\r\n\r\n`, 431, '16 KiB'],
    ['a very long URL', `GET /${'x'.repeat(300_000)} HTTP/1.1\r\n${HEAD}\r\n`, 431, 'shorter URL'],
    ['an invalid length', `${POST}content-length: ten\r\n\r\n{}`, 400, 'content-length is not a number'],
    ['two lengths', `${POST}content-length: 2\r\ncontent-length: 2\r\n\r\n{}`, 400, 'each of them once'],
    [
      'a length beside chunks',
      `${POST}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n`,
      400,
      'content-length stands beside it',
    ],
    ['broken chunks', `${POST}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n`, 400, 'the chunks'],
  ];
  for (const [what, bytes, status, words] of UNREADABLE) {
    it(`get an error in OpenAI's shape for ${what}`, async () => {
      const text = await send(bytes);
      const [head = '', body = ''] = text.split('\r\n\r\n');
      expect(head)
        .to.match(new RegExp(`^HTTP/1\\.1 ${status} `))
        .and.match(/content-type: application\/json/i);
      const { error } = JSON.parse(body);
      expect(error).to.deep.include({ type: 'invalid_request_error', code: 'invalid_request', param: null });
      expect(error.message).to.contain(words);
      expect(head.toLowerCase()).to.contain(`content-length: ${Buffer.byteLength(body)}`);
    });
  }

  it('may omit the Host in HTTP/1.0', async () => {
    expect(await send('GET /health HTTP/1.0\r\n\r\n')).to.match(/^HTTP\/1\.1 200 /);
  });

  it('are kept open for 65 seconds', async () => {
    const { headers } = await proxy.post({ messages: HELLO }, { connection: 'keep-alive' });
    expect(headers.get('keep-alive')).to.equal('timeout=65');
  });

  it('that send garbage do not disturb the others', async () => {
    await Promise.all(Array.from({ length: 20 }, () => send('garbage\r\n\r\n')));
    expect((await proxy.post({ messages: HELLO })).status).to.equal(200);
    expect(proxy.log.lines.filter((line) => line.includes('Unexpected'))).to.deep.equal([]);
  });
});

describe('Connections to providers', () => {
  /** The provider's `keep-alive` header, and how long the connection is kept without a request. */
  const KEPT: readonly (readonly [header: string | undefined, ms: number])[] = [
    [undefined, 60_000],
    // Two seconds less, for the way to the provider.
    ['timeout=5', 3_000],
    ['timeout=120, max=1000', 118_000],
    ['max=100', 60_000],
    ['timeout=86400', 600_000],
  ];
  for (const [header, ms] of KEPT) {
    it(`are kept for ${ms} ms after ${header === undefined ? 'an answer without' : `"${header}" in`} keep-alive`, async () => {
      const upstream = await ScriptedUpstream.start();
      upstream.always(
        answer('hello', { connection: 'keep-alive', ...(header === undefined ? {} : { 'keep-alive': header }) }),
      );
      const proxy = await startProxy(chainOver([upstream]));
      const delays = new Set<number>();
      const { setTimeout: original } = globalThis;
      const noted = (...args: Parameters<typeof original>): NodeJS.Timeout => {
        delays.add(args[1] ?? 0);
        return original(...args);
      };
      globalThis.setTimeout = Object.assign(noted, original);
      try {
        await proxy.client.chat.completions.create({ model: 'default', messages: [...HELLO] });
        await until(() => delays.has(ms));
        await proxy.client.chat.completions.create({ model: 'default', messages: [...HELLO] });
        expect(upstream.openSockets).to.equal(1);
      } finally {
        globalThis.setTimeout = original;
        await Promise.all([proxy.close(), upstream.close()]);
      }
    });
  }

  it('are not used again when the provider keeps them for two seconds or less', async () => {
    const upstream = await ScriptedUpstream.start();
    upstream.always(answer('hello', { connection: 'keep-alive', 'keep-alive': 'timeout=2' }));
    const proxy = await startProxy(chainOver([upstream]));
    await proxy.post({ messages: HELLO });
    await until(() => upstream.openSockets === 0);
    await Promise.all([proxy.close(), upstream.close()]);
  });

  for (const when of ['before its head', 'in its body'] as const) {
    it(`are not opened for callers who left an answer ${when}`, async () => {
      let opened = 0;
      let asked = 0;
      const open = new Set<Socket>();
      const provider = createServer((req, res) => {
        if (++asked > CALLERS)
          return void res.setHeader('content-type', 'application/json').end(JSON.stringify(completion('hello')));
        if (when === 'in its body') res.writeHead(200, { 'content-type': 'text/event-stream' }).write(BEGINNING);
        req.resume();
      }).on('connection', (socket: Socket) => {
        opened++;
        open.add(socket.on('close', () => open.delete(socket)));
      });
      await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
      const { port } = provider.address() as AddressInfo;
      const proxy = await startProxy({
        providers: { a: { type: 'openai-compatible', baseUrl: `http://127.0.0.1:${port}/v1` } },
        chains: { default: [{ provider: 'a', model: 'x', limits: [{ requests: 100, per: '1m' }] }] },
      });
      try {
        const callers = Array.from({ length: CALLERS }, () => new RawCaller(proxy.address));
        await until(() => asked === CALLERS);
        for (const { socket } of callers) socket.destroy();
        await until(() => open.size === 0);
        expect((await proxy.post({ messages: HELLO })).status).to.equal(200);
        expect(opened).to.equal(CALLERS + 1);
      } finally {
        await proxy.close();
        provider.close();
        provider.closeAllConnections();
      }
    });
  }
});
