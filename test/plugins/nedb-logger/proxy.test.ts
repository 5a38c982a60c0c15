import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestLog, RequestRecord } from '429chain/plugin';
import { expect } from 'chai';
import { App } from '../../../src/app.js';
import { openStore } from '../../../src/config/source/store.js';
import { API_KEY, chainOver, HELLO, MemoryLog, type RunningProxy, startProxy } from '../../proxy.js';
import { answer, chunk, completion, DONE, reply, ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { until } from '../../until.js';

const SECRET_QUESTION = 'what nobody may read';
const BEGUN = 'It was a dark and stormy night; the rain fell in torrents, except at occasional intervals, ';
const REST = 'when it was checked by a violent gust of wind.';
const WORDS = ['one ', 'two ', 'three '].map((content) => chunk({ content }));

describe('The request log of a proxy', () => {
  let upstreams: ScriptedUpstream[];
  let proxy: RunningProxy | undefined;

  beforeEach(async () => {
    upstreams = await Promise.all([ScriptedUpstream.start(), ScriptedUpstream.start()]);
  });

  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });

  const start = async (chain: object = {}, configuration: object = {}): Promise<RunningProxy> => {
    proxy = await startProxy({ ...chainOver(upstreams, chain), ...configuration });
    return proxy;
  };

  const logOf = ({ app }: { app: App }): RequestLog => app.runtime.host.requestLog as RequestLog;

  /** The only request so far. */
  const recorded = async (running: RunningProxy): Promise<RequestRecord> => {
    await running.app.runtime.waterfall.idle();
    const { requests } = await logOf(running).requests();
    expect(requests).to.have.length(1);
    return requests[0] as RequestRecord;
  };

  it('keeps which target served a request, tokens and times, and not the content', async () => {
    const usage = { prompt_tokens: 50, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 30 } };
    upstreams[0]?.always(reply(200, { ...completion('an answer'), usage }));
    const running = await start();
    const body = { messages: [{ role: 'user', content: SECRET_QUESTION }] };
    await (await running.post(body, { 'x-request-id': 'my-id' })).text();
    const { at, latencyMs, attempts, ...record } = await recorded(running);
    expect(record).to.deep.equal({
      id: 'my-id',
      chain: 'default',
      target: 'one/a-model',
      provider: 'one',
      model: 'a-model',
      promptTokens: 50,
      completionTokens: 7,
      cachedTokens: 30,
      tokensEstimated: false,
      waitedMs: 0,
      status: 200,
      stream: false,
      path: '/chat/completions',
      keyLabel: 'key 1',
      resumed: 0,
    });
    expect(at).to.be.closeTo(Date.now(), 5_000);
    expect(latencyMs).to.be.within(0, 5_000);
    expect(attempts).to.have.length(1);
    expect(attempts[0]).to.include({ target: 'one/a-model', outcome: 'served' });
    expect(attempts[0]?.durationMs).to.be.within(0, latencyMs);
    const folder = join(running.app.runtime.settings.dataDir, 'requests');
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.db'));
    const text = readFileSync(join(folder, file), 'utf8');
    for (const secret of [SECRET_QUESTION, 'an answer', API_KEY, 'key-of-one']) expect(text).not.to.contain(secret);
  });

  const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

  /** The content of all files in a folder. */
  const textIn = (folder: string): string =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');

  const CALLS = [
    { index: 0, id: 'c', type: 'function', function: { name: 'look', arguments: '{"at":' } },
    { index: 0, function: { arguments: '"it"}' } },
  ].map((call) => chunk({ tool_calls: [call] }));
  const ANSWERS: readonly {
    what: string;
    first: Parameters<ScriptedUpstream['always']>[0];
    second?: Parameters<ScriptedUpstream['always']>[0];
    stream?: boolean;
    status: number;
    answer: string | undefined;
  }[] = [
    { what: 'a whole answer', first: answer('an answer'), status: 200, answer: 'an answer' },
    {
      what: 'a streamed answer',
      first: stream([...WORDS, chunk({}, 'stop'), DONE]),
      stream: true,
      status: 200,
      answer: 'one two three',
    },
    {
      what: 'a streamed tool call',
      first: stream([...CALLS, chunk({}, 'tool_calls'), DONE]),
      stream: true,
      status: 200,
      answer: 'look({"at":"it"})',
    },
    {
      what: 'a stream that another target resumed',
      first: stream([chunk({ content: BEGUN })], 'cut'),
      second: stream([chunk({ content: BEGUN + REST }), chunk({}, 'stop'), DONE]),
      stream: true,
      status: 200,
      answer: BEGUN + REST,
    },
    {
      what: 'a stream that broke',
      first: stream(WORDS, 'cut'),
      second: reply(503, { error: { message: 'Down.' } }),
      stream: true,
      status: 502,
      answer: 'one two three',
    },
    {
      what: 'a refusal that was passed through',
      first: reply(400, { error: { message: 'No such role.' } }),
      second: reply(400, { error: { message: 'No such role.' } }),
      status: 400,
      answer:
        '{"error":{"message":"No such role.","type":"invalid_request_error","code":"invalid_request","param":null}}',
    },
    {
      what: 'no answer at all',
      first: reply(503, { error: { message: 'Down.' } }),
      second: reply(503, { error: { message: 'Down.' } }),
      status: 503,
      answer: undefined,
    },
  ];
  for (const { what, first, second, stream: streamed = false, status, answer: said } of ANSWERS) {
    for (const content of [true, false]) {
      it(`${content ? 'keeps' : 'does not keep'} prompt and answer of ${what} ${content ? 'with `content: true`' : 'by default'}`, async () => {
        upstreams[0]?.always(first);
        if (second !== undefined) upstreams[1]?.always(second);
        const running = await start({}, content ? { plugins: [{ use: 'nedb-logger', options: { content } }] } : {});
        const body = { messages: [{ role: 'user', content: SECRET_QUESTION }], stream: streamed };
        await (await running.post(body, { 'x-request-id': 'my-id' })).text();
        const inPage = await recorded(running);
        expect(inPage.status).to.equal(status);
        expect(inPage).not.to.have.any.keys('content', 'contentAt');
        const record = await logOf(running).request('my-id');
        expect(record?.content).to.deep.equal(
          content ? { request: JSON.stringify(body), ...(said !== undefined && { answer: said }) } : undefined,
        );
        const { dataDir } = running.app.runtime.settings;
        await running.app.close(0);
        // A provider's message about a failure is always kept.
        const secrets = [SECRET_QUESTION, ...(said === undefined || status === 400 ? [] : [said.slice(0, 9)])];
        const kept = textIn(dataDir) + running.log.lines.join();
        for (const secret of secrets) expect(kept.includes(inJson(secret))).to.equal(content);
      });
    }
  }

  it('cuts a long prompt and a long answer, and says so', async () => {
    upstreams[0]?.always(stream([...Array.from({ length: 30 }, () => chunk({ content: 'a'.repeat(10_000) })), DONE]));
    const running = await start({}, { plugins: [{ use: 'nedb-logger', options: { content: true } }] });
    const body = { messages: [{ role: 'user', content: 'q'.repeat(300_000) }], stream: true };
    await (await running.post(body, { 'x-request-id': 'my-id' })).text();
    await running.app.runtime.waterfall.idle();
    const { content } = (await logOf(running).request('my-id')) ?? {};
    for (const text of [content?.request, content?.answer]) {
      expect(text).to.have.length(262_144 + '… (cut)'.length);
      expect(text).to.match(/[qa]… \(cut\)$/);
    }
  });

  it('keeps each attempt of a request with its reason, also skipped targets (pitfall 43: failed attempts were invisible)', async () => {
    upstreams[0]?.always(reply(429, { error: { message: 'Slow down.' } }, { 'retry-after': '60' }));
    const running = await start();
    for (const id of ['first', 'second'])
      await (await running.post({ messages: HELLO }, { 'x-request-id': id })).text();
    await running.app.runtime.waterfall.idle();
    const first = await logOf(running).request('first');
    expect(first).to.include({ target: 'two/a-model', status: 200 });
    expect(first?.attempts.map(({ startedMs, durationMs, ...each }) => each)).to.deep.equal([
      {
        target: 'one/a-model',
        outcome: 'failed',
        class: 'rate_limit',
        reason: 'Slow down.',
        status: 429,
        decision: '429 about a limit: the target cools down for 1m',
      },
      { target: 'two/a-model', outcome: 'served' },
    ]);
    const [failed, served] = first?.attempts ?? [];
    const overAt = (failed?.startedMs ?? 0) + (failed?.durationMs ?? 0);
    // The start of an attempt is in whole milliseconds.
    expect(served?.startedMs).to.be.within(Math.floor(overAt) - 1, Math.ceil(first?.latencyMs ?? 0));
    const second = await logOf(running).request('second');
    expect(second?.attempts[0]).to.include({ target: 'one/a-model', outcome: 'skipped', class: 'rate_limit' });
    expect(second?.attempts[0]?.reason).to.be.a('string').and.not.equal('');
    const { total, providers } = await logOf(running).usage();
    expect(total).to.include({ requests: 2, failures: 0, rateLimited: 1, avoided: 1, saved: 2 });
    expect(providers.one).to.include({ requests: 1, failures: 1, rateLimited: 1, avoided: 1 });
  });

  it('keeps a request that no target served', async () => {
    for (const upstream of upstreams) upstream.always(reply(503, { error: { message: 'Down.' } }));
    const running = await start();
    expect((await running.post({ messages: HELLO })).status).to.equal(503);
    const record = await recorded(running);
    expect(record).to.include({ status: 503 }).and.not.to.have.any.keys('target', 'provider', 'promptTokens');
    expect(record.attempts.map(({ outcome, status }) => [outcome, status])).to.deep.equal([
      ['failed', 503],
      ['failed', 503],
    ]);
    expect((await logOf(running).usage()).total).to.include({ requests: 1, failures: 1, saved: 0 });
  });

  it('keeps a request whose caller left', async () => {
    upstreams[0]?.always(stream(WORDS, 'hang'));
    const running = await start();
    const aborter = new AbortController();
    const events = await running.client.chat.completions.create(
      { model: 'default', messages: [...HELLO], stream: true },
      { signal: aborter.signal },
    );
    for await (const _ of events) break;
    aborter.abort();
    const record = await recorded(running);
    expect(record).to.include({ status: 499, stream: true, target: 'one/a-model', tokensEstimated: true });
    expect(record.firstTokenMs).to.be.within(0, record.latencyMs);
    expect(record.attempts[0]).to.include({ outcome: 'failed', class: 'cancelled' });
    expect((await logOf(running).usage()).total).to.include({ requests: 1, failures: 0, cancelled: 1 });
  });

  it('keeps a resumed stream as served by the last target', async () => {
    upstreams[0]?.always(stream([chunk({ content: BEGUN })], 'cut'));
    upstreams[1]?.always(stream([chunk({ content: BEGUN + REST }), chunk({}, 'stop'), DONE]));
    const running = await start();
    const text = await (await running.post({ messages: HELLO, stream: true })).text();
    expect(text).to.contain('continues');
    const record = await recorded(running);
    expect(record).to.include({ status: 200, resumed: 1, target: 'two/a-model', provider: 'two' });
    expect(record.attempts.map(({ target, outcome, class: failed }) => [target, outcome, failed])).to.deep.equal([
      ['one/a-model', 'failed', 'server_error'],
      ['two/a-model', 'served', undefined],
    ]);
    expect((await logOf(running).usage()).total).to.include({ requests: 1, saved: 1 });
  });

  it('does not keep the proxy from answering while its folder cannot be written', async () => {
    const running = await start();
    const { dataDir } = running.app.runtime.settings;
    expect(existsSync(join(dataDir, 'requests'))).to.equal(false);
    rmSync(dataDir, { recursive: true, force: true });
    writeFileSync(dataDir, 'a file in its place');
    for (let index = 0; index < 3; index++) expect((await running.post({ messages: HELLO })).status).to.equal(200);
    await running.app.runtime.waterfall.idle();
    expect((await logOf(running).requests()).requests).to.deep.equal([]);
    expect(running.log.lines.filter((line) => line.includes('cannot be logged'))).to.have.length(1);
    rmSync(dataDir);
    await until(() => logOf(running).health.failing === undefined);
    expect((await logOf(running).requests()).requests).to.have.length(3);
  });

  it('writes all waiting records when the proxy stops, also of a stream in flight (pitfall 42: the log closed before the requests)', async () => {
    upstreams[0]?.always(stream(WORDS, 'hang'));
    const running = await start();
    const begun = await running.post({ messages: HELLO, stream: true });
    const { dataDir } = running.app.runtime.settings;
    const closed = running.app.close(50);
    expect(await begun.text()).to.contain('shutting_down');
    await closed;
    const [file = ''] = readdirSync(join(dataDir, 'requests')).filter((name) => name.endsWith('.db'));
    expect(readFileSync(join(dataDir, 'requests', file), 'utf8').split('\n')).to.have.length(2);
    expect(readdirSync(join(dataDir, 'requests', 'totals'))).to.have.length(1);
  });

  it('can be disabled', async () => {
    const running = await start({}, { plugins: [{ use: 'nedb-logger', enabled: false }] });
    await (await running.post({ messages: HELLO })).text();
    expect(running.app.runtime.host.requestLog).to.equal(undefined);
  });

  it('refuses unknown options', async () => {
    for (const options of [{ keep: '30' }, { maxRequests: 1 }, { content: 'yes' }]) {
      const refused = await start({}, { plugins: [{ use: 'nedb-logger', options }] }).catch((error: Error) => error);
      expect((refused as Error).message).to.contain(Object.keys(options)[0]);
    }
  });

  it('is shared over a reload, while two runtimes write to it', async () => {
    const folder = mkdtempSync(join(tmpdir(), '429chain-'));
    const file = join(folder, '429chain.json5');
    const write = (configuration: object): void =>
      writeFileSync(file, JSON.stringify({ server: { apiKeys: ['a-key'] }, ...configuration }));
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    upstreams[0]?.always(async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chunk({ content: 'begun' }));
      await released;
      res.end(chunk({ content: ' and ended' }, 'stop') + DONE);
    });
    upstreams[1]?.always(answer('two'));
    write(chainOver(upstreams.slice(0, 1)));
    const log = new MemoryLog();
    const app = await App.create({ store: openStore(file, { env: {}, log }), log });
    try {
      const address = await app.listen({ host: '127.0.0.1', port: 0 });
      const ask = (id: string): Promise<Response> =>
        fetch(`${address}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: 'Bearer a-key', 'content-type': 'application/json', 'x-request-id': id },
          body: JSON.stringify({ messages: HELLO, stream: true }),
        });
      const before = app.runtime;
      const inFlight = await ask('old');
      write(chainOver(upstreams.slice(1)));
      await until(() => app.runtime !== before);
      await (await ask('new')).text();
      await app.runtime.waterfall.idle();
      expect(await before.host.requestLog?.request('new')).to.include({ id: 'new' });
      release();
      await inFlight.text();
      await before.retire();
      await (await ask('later')).text();
      await app.runtime.waterfall.idle();
      const ids = (await logOf({ app }).requests()).requests.map(({ id }) => id);
      expect(ids).to.deep.equal(['later', 'old', 'new']);
      expect((await logOf({ app }).usage()).total.requests).to.equal(3);
    } finally {
      release();
      await app.close(0);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
