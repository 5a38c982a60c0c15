import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import Koa from 'koa';
import { answerEarly } from '../../../src/http/uploads/early-answer.js';
import { API_KEY, chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { answer, ScriptedUpstream } from '../../scripted-upstream.js';
import { until } from '../../until.js';

const PIECE = Buffer.alloc(64 * 1024, 'x');
const CHUNK = Buffer.concat([Buffer.from('10000\r\n'), PIECE, Buffer.from('\r\n')]);
const KEY = `authorization: Bearer ${API_KEY}`;
const JSON_TYPE = 'content-type: application/json';
const CHAT = '/v1/chat/completions';
const ADMIN_KEY = 'test-key-of-the-admin';
const CHUNKED = 'transfer-encoding: chunked';

/** A socket that keeps what it receives. Its errors are kept as well. */
class Caller {
  readonly socket: Socket;
  text = '';
  closed = false;
  readonly errors: string[] = [];

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1').setMaxListeners(0);
    this.socket.on('error', (error: NodeJS.ErrnoException) => this.errors.push(error.code ?? error.message));
    this.socket.on('data', (data) => {
      this.text += data;
    });
    this.socket.on('close', () => {
      this.closed = true;
    });
  }

  async write(data: string | Buffer): Promise<void> {
    if (this.socket.write(data) || this.closed) return;
    await new Promise<void>((resolve) => this.socket.once('drain', resolve).once('close', resolve));
  }

  /** Sends a head and 16 MiB of a body, and reads nothing before all of it is written. */
  async upload(lines: readonly string[], path: string, pieces: Buffer = CHUNK): Promise<void> {
    this.socket.pause();
    await this.write([`POST ${path} HTTP/1.1`, 'host: 127.0.0.1', ...lines, '', ''].join('\r\n'));
    for (let sent = 0; sent < 256 && !this.closed; sent++) await this.write(pieces);
    this.socket.resume();
  }
}

const portOf = (address: string): number => Number(new URL(address).port);

const EARLY: readonly { what: string; path?: string; lines: readonly string[]; status: number; code: string }[] = [
  { what: 'a chunked body that is too large', lines: [KEY, JSON_TYPE, CHUNKED], status: 413, code: 'body_too_large' },
  { what: 'a chunked body without a key', lines: [JSON_TYPE, CHUNKED], status: 401, code: 'invalid_api_key' },
  { what: 'a chunked body of another type', lines: [KEY, CHUNKED], status: 415, code: 'unsupported_media_type' },
  {
    what: 'a chunked body for an unknown path',
    path: '/v1/nothing',
    lines: [KEY, CHUNKED],
    status: 404,
    code: 'not_found',
  },
  {
    what: 'a chunked body for the admin',
    path: '/admin/api/chat',
    lines: [CHUNKED],
    status: 401,
    code: 'invalid_api_key',
  },
  {
    what: 'a body that is too large for the admin',
    path: '/admin/api/explain',
    lines: [`authorization: Bearer ${ADMIN_KEY}`, JSON_TYPE, CHUNKED],
    status: 413,
    code: 'body_too_large',
  },
];

describe('An answer that is ready before the body has arrived', () => {
  let upstream: ScriptedUpstream;
  let proxy: RunningProxy;

  before(async () => {
    upstream = (await ScriptedUpstream.start()).always(answer('hello'));
    proxy = await startProxy({
      ...chainOver([upstream]),
      server: { apiKeys: [API_KEY], adminKey: ADMIN_KEY, maxBodyBytes: 2048 },
    });
  });

  after(() => Promise.all([proxy.close(), upstream.close()]));

  for (const { what, path = CHAT, lines, status, code } of EARLY) {
    it(`reaches a client that reads only after it has sent everything: ${what}`, async () => {
      const caller = new Caller(portOf(proxy.address));
      await caller.upload(lines, path);
      await until(() => caller.text.includes('}}'));
      expect(caller.errors).to.deep.equal([]);
      expect(caller.text)
        .to.match(new RegExp(`^HTTP/1.1 ${status} `))
        .and.to.match(/connection: close/i);
      expect(JSON.parse(caller.text.slice(caller.text.indexOf('\r\n\r\n'))).error.code).to.equal(code);
      await caller.write('0\r\n\r\n');
      await until(() => caller.closed);
    });

    it(`reaches a client that announces its length: ${what}`, async () => {
      const caller = new Caller(portOf(proxy.address));
      const length = `content-length: ${PIECE.length * 256}`;
      await caller.upload([...lines.filter((line) => line !== CHUNKED), length], path, PIECE);
      await until(() => caller.closed);
      expect(caller.errors).to.deep.equal([]);
      expect(caller.text)
        .to.match(new RegExp(`^HTTP/1.1 ${status} `))
        .and.to.contain(code);
    });
  }

  it('reaches fetch, which uploads a stream', async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull: (controller) => (sent++ < 256 ? controller.enqueue(new Uint8Array(PIECE)) : controller.close()),
    });
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    const init = { method: 'POST', duplex: 'half', body, headers } as RequestInit;
    const response = await fetch(`${proxy.address}${CHAT}`, init);
    expect(response.status).to.equal(413);
    expect(((await response.json()) as { error: object }).error).to.include({ code: 'body_too_large' });
  });

  const WAITING: readonly { what: string; lines: readonly string[]; status: number }[] = [
    { what: 'too large', lines: [KEY, JSON_TYPE, 'content-length: 4096'], status: 413 },
    { what: 'without a key', lines: [JSON_TYPE, 'content-length: 64'], status: 401 },
    { what: 'of another type', lines: [KEY, 'content-length: 64'], status: 415 },
  ];
  for (const { what, lines, status } of WAITING) {
    it(`comes in place of 100 Continue for a body that is ${what}`, async () => {
      const caller = new Caller(portOf(proxy.address));
      await caller.write([`POST ${CHAT} HTTP/1.1`, 'host: x', 'expect: 100-continue', ...lines, '', ''].join('\r\n'));
      await until(() => caller.text.includes('}}'));
      expect(caller.text)
        .to.match(new RegExp(`^HTTP/1.1 ${status} `))
        .and.to.match(/connection: close/i);
      caller.socket.end();
      await until(() => caller.closed);
    });
  }

  it('does not keep a client from sending a good body after 100 Continue', async () => {
    for (const path of [CHAT, '/admin/api/chat']) {
      const caller = new Caller(portOf(proxy.address));
      const body = JSON.stringify({ messages: HELLO });
      const key = path === CHAT ? API_KEY : ADMIN_KEY;
      const head = [`POST ${path} HTTP/1.1`, 'host: 127.0.0.1', `authorization: Bearer ${key}`, JSON_TYPE];
      await caller.write([...head, `content-length: ${body.length}`, 'expect: 100-continue', '', ''].join('\r\n'));
      await until(() => caller.text !== '');
      expect(caller.text).to.equal('HTTP/1.1 100 Continue\r\n\r\n');
      await caller.write(body);
      await until(() => caller.text.includes('HTTP/1.1 200 '));
      expect(caller.text.match(/HTTP\/1.1 100/g)).to.have.length(1);
      caller.socket.destroy();
    }
  });

  it('keeps the connection for the next request once the body has arrived', async () => {
    const caller = new Caller(portOf(proxy.address));
    const wrong = [`POST ${CHAT} HTTP/1.1`, 'host: x', JSON_TYPE, 'content-length: 2', '', '{}'].join('\r\n');
    await caller.write(wrong);
    await until(() => caller.text.includes('}}'));
    caller.text = '';
    await caller.write(wrong);
    await until(() => caller.text.includes('}}'));
    caller.socket.destroy();
  });
});

describe('The rest of an upload', () => {
  let server: Server;

  const start = async (times: { longestMs: number; quietMs: number }): Promise<number> => {
    const app = new Koa().use(answerEarly(times));
    app.use((ctx) => {
      ctx.status = 413;
      ctx.body = { error: {} };
    });
    server = createServer(app.callback()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it('is discarded for a limited time', async () => {
    const caller = new Caller(await start({ longestMs: 100, quietMs: 60_000 }));
    await caller.write(`POST / HTTP/1.1\r\nhost: x\r\n${CHUNKED}\r\n\r\n`);
    while (!caller.closed) await caller.write(CHUNK);
    expect(caller.text).to.match(/^HTTP\/1.1 413 /);
  });

  it('is not waited for when nothing more comes', async () => {
    const caller = new Caller(await start({ longestMs: 60_000, quietMs: 50 }));
    await caller.write(`POST / HTTP/1.1\r\nhost: x\r\n${CHUNKED}\r\n\r\n5\r\nhello\r\n`);
    await until(() => caller.closed);
    expect(caller.text)
      .to.match(/^HTTP\/1.1 413 /)
      .and.to.contain('{"error":{}}');
  });
});
