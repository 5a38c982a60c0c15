import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { API_KEY, type RunningProxy, startProxy } from '../../proxy.js';
import { until } from '../../until.js';

const MIB = 1024 * 1024;
const SIZE = 30 * MIB;
const PIECE = Buffer.alloc(MIB, 'recording ');
const HEAD = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n';
const TAIL = '\r\n--b\r\nContent-Disposition: form-data; name="model"\r\n\r\ndefault\r\n--b--\r\n';

/** Bytes of buffers that something still refers to. */
const retained = (): number => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
};

/** A provider that keeps nothing of what it receives. */
interface Provider {
  readonly baseUrl: string;
  readonly hashes: string[];
  answer: (res: ServerResponse) => void;
  close(): void;
}

const startProvider = async (): Promise<Provider> => {
  const server: Server = createServer((req, res) => {
    const hash = createHash('sha256');
    let start: Buffer | undefined = Buffer.alloc(0);
    let left = SIZE;
    let tail = '';
    req.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString('latin1')).slice(-400);
      let content = chunk;
      if (start !== undefined) {
        start = Buffer.concat([start, chunk]);
        const at = start.indexOf('recording ');
        if (at === -1) return;
        content = start.subarray(at);
        start = undefined;
      }
      hash.update(content.subarray(0, left));
      left -= Math.min(left, content.length);
    });
    req.on('end', () => {
      provider.hashes.push(/name="model"\r\n\r\na-model\r\n/.test(tail) ? hash.digest('hex') : 'no model');
      provider.answer(res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const provider: Provider = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    hashes: [],
    answer: (res) => res.end(),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return provider;
};

interface Sent {
  readonly status: number | undefined;
  readonly text: string;
}

/** Sends a form of `size` bytes without holding it in memory. `leaveAt`: after so many bytes the caller leaves. */
const upload = (proxy: RunningProxy, size: number, leaveAt = Number.POSITIVE_INFINITY): Promise<Sent> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'multipart/form-data; boundary=b' };
    const req = request(`${proxy.address}/v1/audio/transcriptions`, { method: 'POST', headers }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      res.on('end', () => resolve({ status: res.statusCode, text }));
    });
    req.on('error', reject);
    req.write(HEAD);
    let sent = 0;
    const more = (): void => {
      while (sent < size) {
        if (sent >= leaveAt) return void req.destroy(new Error('left'));
        sent += PIECE.length;
        if (!req.write(PIECE)) return void req.once('drain', more);
      }
      req.end(TAIL);
    };
    more();
  });

describe('A large recording', () => {
  const tmp = process.env.TMPDIR;
  let folder: string;
  let providers: Provider[];
  let proxy: RunningProxy;
  const start = async (server: object): Promise<void> => {
    folder = mkdtempSync(join(tmpdir(), 'upload-'));
    process.env.TMPDIR = folder;
    providers = await Promise.all([startProvider(), startProvider()]);
    proxy = await startProxy({
      server: { apiKeys: [API_KEY], ...server },
      providers: Object.fromEntries(
        providers.map(({ baseUrl }, index) => [`p${index}`, { type: 'openai-compatible', baseUrl }]),
      ),
      chains: { default: { targets: ['p0/a-model', 'p1/a-model'], maxWait: '0s' } },
    });
  };
  afterEach(async () => {
    await proxy.close();
    for (const provider of providers) provider.close();
    if (tmp === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = tmp;
    rmSync(folder, { recursive: true, force: true });
  });

  it('reaches the next target too, and does not stay in memory or on the disk', async () => {
    await start({ maxBodyBytes: 40 * MIB });
    const before = retained();
    let during = 0;
    let files: string[] = [];
    const [first, second] = providers as [Provider, Provider];
    first.answer = (res) => {
      during = retained();
      files = readdirSync(folder).filter((name) => !name.startsWith('429chain-data'));
      res.writeHead(429, { 'retry-after': '9' }).end('{"error":{"message":"slow down"}}');
    };
    second.answer = (res) => res.writeHead(200, { 'content-type': 'application/json' }).end('{"text":"hello"}');
    const { status, text } = await upload(proxy, SIZE);
    expect([status, text]).to.deep.equal([200, '{"text":"hello"}']);
    expect(during - before).to.be.below(12 * MIB);
    expect(files.filter((name) => /^429chain-[\da-f]{8}-/.test(name))).to.deep.equal([]);
    const expected = createHash('sha256');
    for (let at = 0; at < SIZE; at += PIECE.length) expected.update(PIECE);
    const digest = expected.digest('hex');
    expect([first.hashes, second.hashes]).to.deep.equal([[digest], [digest]]);
    expect(await openFilesIn(folder)).to.deep.equal([]);
  });

  it('is refused if it is larger than server.maxBodyBytes', async () => {
    await start({ maxBodyBytes: 8 * MIB });
    const { status, text } = await upload(proxy, SIZE);
    expect(status).to.equal(413);
    expect(text).to.include('server.maxBodyBytes');
    expect(providers.flatMap(({ hashes }) => hashes)).to.deep.equal([]);
    expect(await openFilesIn(folder)).to.deep.equal([]);
  });

  it('is forgotten when its caller leaves', async () => {
    await start({});
    const error = await upload(proxy, SIZE, 10 * MIB).catch((cause: Error) => cause);
    expect(error).to.be.instanceOf(Error);
    await until(async () => (await openFilesIn(folder)).length === 0);
    expect(providers.flatMap(({ hashes }) => hashes)).to.deep.equal([]);
  });
});

/** The files in `folder`, with or without a name, that this process has open. Only Linux can tell. */
const openFilesIn = async (folder: string): Promise<string[]> => {
  const { readdir, readlink } = await import('node:fs/promises');
  const open = await readdir('/proc/self/fd').catch(() => []);
  const paths = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  return paths.filter((path) => path.startsWith(folder) && path.endsWith('(deleted)'));
};
