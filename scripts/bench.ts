import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import { App } from '../src/app.js';
import { systemClock } from '../src/clock.js';
import { memoryStore } from '../src/config/source/store.js';
import { MemoryLedger } from '../src/ledger/memory/memory-ledger.js';
import { silentLog } from '../src/log.js';
import { reserveOne, respond } from '../test/ledger/ask-ledger.js';
import { answerPaced, chunkDelays, PACED } from './chunk-delay.js';

/**
 * Measures the cost of a decision of the ledger, and of a relayed request as a ratio to a minimal Node relay in the same
 * run. Machines are noisy: the rounds are interleaved, and the results are medians.
 */
const TARGETS = 100;
const ROUNDS = 7;
const REQUESTS = 1_500;
const AT_ONCE = 32;

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] as number;

/** Microseconds and bytes for a walk over a chain of 100 targets: 99 refuse, and the last one grants. */
const decision = (): { microseconds: number; bytes: number } => {
  const ledger = new MemoryLedger(systemClock);
  const targets = Array.from({ length: TARGETS }, (_, index) => ({ target: `p${index}/m`, provider: `p${index}` }));
  ledger.configure(
    targets.map(({ provider }) => ({ provider, fingerprint: '' })),
    targets,
    targets.map(({ target }, index) => ({
      scope: target,
      limits: [
        { requests: index === TARGETS - 1 ? 1_000_000 : 1, per: '1d' },
        { tokens: 9_000_000, per: '1m' },
      ],
      source: 'manual',
    })),
  );
  const need = { tokens: 500, inputTokens: 300 };
  for (const { target } of targets.slice(0, -1)) {
    const reservation = reserveOne(ledger, target, need);
    if (reservation instanceof Promise || !reservation.granted)
      throw new Error('Expected the reservation to be granted.');
    respond(ledger, reservation, [], true);
    reservation.settle();
  }
  const walk = (): void => {
    for (const { target } of targets) {
      const answer = reserveOne(ledger, target, need);
      if (answer.granted) answer.release();
    }
  };
  for (let index = 0; index < 2_000; index++) walk();
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const startedAt = performance.now();
  const walks = 2_000;
  for (let index = 0; index < walks; index++) walk();
  const spent = performance.now() - startedAt;
  return { microseconds: (spent * 1_000) / walks, bytes: Math.max(0, process.memoryUsage().heapUsed - before) / walks };
};

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

const ANSWER = JSON.stringify({
  id: 'x',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'x'.repeat(800) }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 20, completion_tokens: 200, total_tokens: 220 },
});
const STREAM = [
  ...Array.from(
    { length: 40 },
    (_, index) => `data: {"id":"x","choices":[{"index":0,"delta":{"content":"word ${index} "}}]}\n\n`,
  ),
  'data: {"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
  'data: [DONE]\n\n',
];

const upstream = createServer((req, res) => {
  let body = '';
  req.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  req.on('end', () => {
    if (body.includes(PACED)) return answerPaced(res);
    if (!body.includes('"stream":true')) {
      res.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
      return;
    }
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const frame of STREAM) res.write(frame);
    res.end();
  });
});

const upstreamPort = await listen(upstream);

/** A minimal relay. */
const bare = createServer((req, res) => {
  const outgoing = httpRequest(
    {
      port: upstreamPort,
      host: '127.0.0.1',
      path: req.url ?? '/',
      method: 'POST',
      headers: req.headers,
      agent: bareAgent,
    },
    (incoming) => {
      res.writeHead(incoming.statusCode ?? 502, incoming.headers);
      incoming.pipe(res);
    },
  );
  req.pipe(outgoing);
});
const bareAgent = new (await import('node:http')).Agent({ keepAlive: true });
const barePort = await listen(bare);

const dataDir = mkdtempSync(join(tmpdir(), '429chain-bench-'));
const store = memoryStore(
  JSON.stringify({
    server: { apiKeys: ['bench'] },
    providers: { local: { type: 'openai-compatible', baseUrl: `http://127.0.0.1:${upstreamPort}/v1` } },
    chains: { default: ['local/m'] },
  }),
  { env: {}, log: silentLog, dataDir },
);
const app = await App.create({ store, log: silentLog });
const chainPort = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);

const client = new Agent({ connections: AT_ONCE });

/** CPU ms for a number of requests through the relay at `port`. Includes client and provider, which are the same for both. */
const drive = async (port: number, stream: boolean): Promise<number> => {
  const body = JSON.stringify({ model: 'default', stream, messages: [{ role: 'user', content: 'x'.repeat(1_000) }] });
  const before = process.cpuUsage();
  let left = REQUESTS;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const { statusCode, body: answer } = await client.request({
        origin: `http://127.0.0.1:${port}`,
        path: '/v1/chat/completions',
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
        body,
      });
      await answer.dump({ limit: 1_000_000 });
      if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

const { microseconds, bytes } = decision();
console.log(
  `A decision over a chain of ${TARGETS} targets: ${microseconds.toFixed(1)} µs, about ${Math.round(bytes)} bytes (reach: below 50 µs)`,
);

for (const stream of [false, true]) {
  const ratios: number[] = [];
  await drive(barePort, stream);
  await drive(chainPort, stream);
  for (let round = 0; round < ROUNDS; round++) {
    const base = await drive(barePort, stream);
    ratios.push((await drive(chainPort, stream)) / base);
  }
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  console.log(
    `${stream ? 'A stream of 42 frames' : 'A whole answer of 1 KB '}: ${median(ratios).toFixed(2)} times the CPU of a bare relay [${least.toFixed(2)}–${most.toFixed(2)}], caller and provider included`,
  );
}

const [bareDelays, chainDelays] = [await chunkDelays(barePort), await chunkDelays(chainPort)];
console.log(
  `A frame of a stream, from socket to socket: ${median(chainDelays).toFixed(3)} ms, through a bare relay ${median(bareDelays).toFixed(3)} ms (medians of ${chainDelays.length})`,
);

await app.close(0);
await client.close();
for (const server of [bare, upstream]) {
  server.closeAllConnections();
  server.close();
}
bareAgent.destroy();
rmSync(dataDir, { recursive: true, force: true });
process.exitCode = microseconds < 50 ? 0 : 1;
