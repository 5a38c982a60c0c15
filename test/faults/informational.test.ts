import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { HELLO, startProxy } from '../proxy.js';
import { completion } from '../scripted-upstream.js';
import { until } from '../until.js';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const PROCESSING = 'HTTP/1.1 102 Processing\r\nx-a: b\r\n\r\n';
const HINTS = 'HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n';

/** What a provider sends before its answer: the pieces are written one after another. */
const BEFORE: readonly (readonly [what: string, pieces: readonly string[], isTogether: boolean])[] = [
  ['nothing', [], true],
  ['100 Continue', [CONTINUE], false],
  ['100 Continue in one piece with the answer', [CONTINUE], true],
  ['100 Continue twice', [CONTINUE, CONTINUE], false],
  ['102 Processing', [PROCESSING], false],
  ['103 Early Hints', [HINTS], true],
  ['100 Continue and 103 Early Hints', [CONTINUE + HINTS], true],
];

describe('A provider that sends before its answer', () => {
  for (const [what, pieces, isTogether] of BEFORE) {
    it(`${what} is served, also on the same connection again`, async () => {
      const text = JSON.stringify(completion(`HTTP/1.1 100 Continue\r\n\r\nhello`));
      const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
      let connections = 0;
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        connections++;
        sockets.add(socket.setNoDelay(true));
        socket.on('error', () => {});
        socket.on('data', async () => {
          if (isTogether) return socket.write(pieces.join('') + answer);
          for (const piece of [...pieces, answer]) {
            socket.write(piece);
            const from = performance.now();
            await until(() => performance.now() - from > 20);
          }
          return undefined;
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
      const proxy = await startProxy({
        providers: { one: { type: 'openai-compatible', baseUrl } },
        chains: { default: { targets: ['one/a-model'], maxWait: '0s' } },
      });
      for (const _ of [1, 2]) {
        const response = await proxy.post({ messages: HELLO });
        const said = await response.text();
        expect(response.status, said).to.equal(200);
        expect(said).to.contain('hello');
      }
      await proxy.close();
      expect(connections).to.equal(1);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
  }
});
