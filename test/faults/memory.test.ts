import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { Folder, type Running } from '../cli/run.js';
import { completion } from '../scripted-upstream.js';

const AT_ONCE = 12;
const BODY_BYTES = 31 * 2 ** 20;
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=512' };
const KEY = 'test-key-of-the-proxy';

const around = (content: string): string => `{"messages":[{"role":"user","content":"${content}"}]}`;
const filled = (piece: string): string => piece.repeat(Math.floor(BODY_BYTES / Buffer.byteLength(piece)));

/** An answer in the protocol of Anthropic. */
const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'hello' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 5, output_tokens: 3 },
};

/** Bodies whose memory is a different multiple of their bytes. */
const BODIES: readonly { what: string; path?: string; body: () => string; served: boolean; isLong?: true }[] = [
  { what: 'plain text', body: () => around(filled('some words ')), served: true },
  { what: 'text with a wide character', body: () => around(`${filled('some words ')}…`), served: true, isLong: true },
  { what: 'escaped wide characters', body: () => around(filled('\\u044f')), served: true, isLong: true },
  {
    what: 'a native request',
    path: '/v1/messages',
    body: () => `{"max_tokens":9,${around(filled('words ')).slice(1)}`,
    served: true,
    isLong: true,
  },
  {
    what: 'many messages',
    body: () =>
      `{"messages":[${filled('{"role":"user","content":"some words of a person"},')}{"role":"user","content":""}]}`,
    served: true,
    isLong: true,
  },
  { what: 'empty objects', body: () => `{"messages":[${filled('{},')}{}]}`, served: false },
];

describe('A process with a heap of 512 MB', () => {
  let provider: Server;
  let folder: Folder;
  let proxy: Running;

  before(async () => {
    // Reads bodies of any size without keeping them.
    provider = createServer((req, res) => {
      req.resume().on('end', () => {
        res.setHeader('content-type', 'application/json');
        res.end(JSON.stringify(req.url?.endsWith('/messages') ? MESSAGE : completion('hello')));
      });
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    folder = new Folder();
    folder.write('429chain.json5', {
      server: { apiKeys: [KEY], port: 0 },
      providers: {
        local: {
          type: 'openai-compatible',
          baseUrl: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`,
          speaks: ['chat', 'messages'],
        },
      },
      chains: { default: ['local/m'] },
    });
    proxy = await folder.start([], SMALL_HEAP);
  });

  after(() => {
    folder.remove();
    provider.closeAllConnections();
    provider.close();
  });

  /** Returns the status, or the code of the error. */
  const send = (path: string, body: Buffer): Promise<number | string> =>
    new Promise((resolve) => {
      const headers = {
        authorization: `Bearer ${KEY}`,
        'content-type': 'application/json',
        'content-length': body.length,
      };
      const caller = httpRequest(`${proxy.address}${path}`, { method: 'POST', headers, agent: false }, (res) => {
        res.resume().on('end', () => resolve(res.statusCode ?? 0));
      });
      caller.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'error'));
      caller.end(body);
    });

  // Each takes seconds: the others are for changes of the reader.
  const bodies = process.env.LONG_TESTS === '1' ? BODIES : BODIES.filter(({ isLong }) => !isLong);
  for (const { what, path = '/v1/chat/completions', body, served } of bodies) {
    it(`survives ${AT_ONCE} bodies of 31 MB at once: ${what}`, async () => {
      const bytes = Buffer.from(body());
      const all = Promise.all(Array.from({ length: AT_ONCE }, () => send(path, bytes)));
      let over = false;
      void all.then(() => {
        over = true;
      });
      while (!over) {
        expect((await fetch(`${proxy.address}/health`)).status).to.equal(200);
        await pause(20);
      }
      const statuses = await all;
      const expected = served ? [200, 503, 529] : [413, 503];
      expect(statuses.filter((status) => !expected.includes(status as number))).to.deep.equal([]);
      expect(statuses.includes(200)).to.equal(served);
      expect(await send(path, bytes)).to.equal(served ? 200 : 413);
      expect(proxy.output()).to.not.match(/heap out of memory|Unexpected/);
    });
  }
});
