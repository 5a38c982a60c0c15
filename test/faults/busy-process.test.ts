import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { chunk, completion } from '../scripted-upstream.js';

/** A provider with an event loop of its own. It says when a request has come, and writes each part after its pause. */
const PROVIDER = `
const { createServer } = require('node:http');
const { gzipSync } = require('node:zlib');
const { parentPort, workerData } = require('node:worker_threads');
const { parts, type, gzip } = workerData;
const server = createServer((req, res) => {
  req.resume().on('end', async () => {
    parentPort.postMessage('asked');
    for (const [index, { afterMs, text }] of parts.entries()) {
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      if (index === 0) res.writeHead(200, { 'content-type': type, ...(gzip ? { 'content-encoding': 'gzip' } : {}) });
      if (text !== '') res.write(gzip ? gzipSync(text) : text);
      else res.flushHeaders();
      if (index === 0) parentPort.postMessage('begun');
    }
    res.end();
  });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

interface Part {
  readonly afterMs: number;
  readonly text: string;
}

interface Busy {
  readonly what: string;
  readonly parts: readonly Part[];
  readonly gzip?: boolean;
  /** What the process is busy after. Default: the provider has the request. */
  readonly after?: 'begun';
  readonly timeouts: Readonly<Record<string, string>>;
}

/** The process is busy for so long. The provider answers within this time, and within its time limit. */
const BUSY_MS = 500;
const SOON_MS = 60;
const LIMIT = '250ms';

const WHOLE = JSON.stringify(completion('hello'));
const LONG = JSON.stringify(completion('hello '.repeat(500_000)));
const FIRST = chunk({ role: 'assistant', content: 'hel' });
const REST = `${chunk({ content: 'lo' })}${chunk({}, 'stop')}data: [DONE]\n\n`;
const soon = (text: string): Part => ({ afterMs: SOON_MS, text });
const firstToken = { firstToken: LIMIT };

const STREAMS: readonly Busy[] = [
  { what: 'the whole stream', parts: [soon(FIRST + REST)], timeouts: firstToken },
  { what: 'head and stream apart', parts: [soon(''), soon(FIRST + REST)], timeouts: firstToken },
  { what: 'a compressed stream', parts: [soon(FIRST + REST)], gzip: true, timeouts: firstToken },
  { what: 'the next chunk', parts: [soon(FIRST), soon(REST)], after: 'begun', timeouts: { idle: LIMIT } },
  { what: 'the end', parts: [soon(FIRST), soon(REST)], timeouts: { total: LIMIT } },
];
const ANSWERS: readonly Busy[] = [
  { what: 'a whole answer', parts: [soon(WHOLE)], timeouts: firstToken },
  { what: 'a compressed answer', parts: [soon(WHOLE)], gzip: true, timeouts: firstToken },
  { what: 'an answer of 3 MB', parts: [soon(LONG)], timeouts: firstToken },
  { what: 'an answer before its total limit', parts: [soon(WHOLE)], timeouts: { total: LIMIT } },
];

describe('What a provider sent in time while the process was busy', () => {
  let worker: Worker;
  let proxy: RunningProxy;

  const start = async ({ parts, gzip = false, timeouts }: Busy, type: string): Promise<void> => {
    worker = new Worker(PROVIDER, { eval: true, workerData: { parts, gzip, type } });
    const [port] = await once(worker, 'message');
    const baseUrl = `http://127.0.0.1:${port}/v1`;
    proxy = await startProxy({
      providers: { one: { type: 'openai-compatible', baseUrl, timeouts } },
      chains: { default: { targets: ['one/a-model'], maxWait: '0s' } },
    });
  };

  afterEach(async () => {
    await proxy.close();
    await worker.terminate();
  });

  const beBusy = (): void => {
    const end = performance.now() + BUSY_MS;
    while (performance.now() < end);
  };

  for (const [busies, type, isStream] of [
    [STREAMS, 'text/event-stream', true],
    [ANSWERS, 'application/json', false],
  ] as const) {
    for (const busy of busies) {
      it(`counts: ${busy.what}`, async () => {
        await start(busy, type);
        worker.on('message', (said) => {
          // After the chunk that came before: its bytes are read first.
          if (said === (busy.after ?? 'asked')) setImmediate(beBusy);
        });
        const response = await proxy.post({ messages: HELLO, stream: isStream });
        const text = await response.text();
        expect(response.status).to.equal(200);
        expect(text).to.contain('hel').and.not.contain('"error"');
        const [target] = proxy.app.runtime.status().targets;
        expect(target?.state).to.equal('available');
      });
    }
  }

  it('does not count without end: a provider that stays silent is given up', async () => {
    await start({ what: '', parts: [{ afterMs: 60_000, text: '' }], timeouts: firstToken }, 'application/json');
    worker.on('message', (said) => {
      if (said === 'asked') beBusy();
    });
    const response = await proxy.post({ messages: HELLO });
    expect(response.status).to.equal(503);
    expect(await response.text()).to.contain('no first token within 0.25 s');
  });
});
