import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { expect } from 'chai';
import { HELLO, startProxy } from '../proxy.js';

const pem = (name: string): Buffer => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));
const SECURE = { key: pem('key'), cert: pem('cert') };

const replies = (bytes: string): Server =>
  createServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(bytes));
  });

interface Fault {
  readonly what: string;
  readonly protocol: 'http' | 'https';
  readonly server: () => Server;
  /** What a person reads. */
  readonly words: string;
}

const FAULTS: readonly Fault[] = [
  {
    what: 'a certificate of its own',
    protocol: 'https',
    server: () => createSecureServer(SECURE),
    words: 'NODE_EXTRA_CA_CERTS',
  },
  {
    what: 'TLS 1.0 only',
    protocol: 'https',
    server: () =>
      createSecureServer({ ...SECURE, minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    words: 'only versions of TLS that are no longer safe',
  },
  {
    what: 'HTTP where TLS is expected',
    protocol: 'https',
    server: () => replies('HTTP/1.1 400 Bad Request\r\n\r\n'),
    words: 'does not speak TLS',
  },
  {
    what: 'an end in the handshake',
    protocol: 'https',
    server: () => replies(''),
    words: 'the connection broke',
  },
  {
    what: 'a status below 100',
    protocol: 'http',
    server: () => replies('HTTP/1.1 000 X\r\ncontent-length: 0\r\n\r\n'),
    words: 'not valid HTTP',
  },
  {
    what: 'headers without end',
    protocol: 'http',
    server: () => replies(`HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1_000)}\r\n`.repeat(1_000)}`),
    words: 'too many headers',
  },
];

describe('A provider with', () => {
  for (const { what, protocol, server, words } of FAULTS) {
    it(`${what} is described in plain words`, async () => {
      const provider = server().on('tlsClientError', () => {});
      await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
      const { port } = provider.address() as AddressInfo;
      const baseUrl = `${protocol}://127.0.0.1:${port}/v1`;
      const proxy = await startProxy({
        providers: { a: { type: 'openai-compatible', baseUrl } },
        chains: { default: { targets: ['a/x'], maxWait: '0s' } },
      });
      const response = await proxy.post({ messages: HELLO });
      const text = await response.text();
      await proxy.close();
      provider.close();
      expect(text)
        .to.contain(words)
        .and.not.match(/openssl|assert|deps\//);
    });
  }
});
