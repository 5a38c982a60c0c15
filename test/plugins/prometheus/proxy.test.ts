import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { App } from '../../../src/app.js';
import { openStore } from '../../../src/config/source/store.js';
import { API_KEY, chainOver, HELLO, MemoryLog, type RunningProxy, startProxy } from '../../proxy.js';
import { answer, chunk, completion, DONE, reply, ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { ADMIN_KEY, type Scrape, scrape } from './scrape.js';

const ONE = 'one/a-model';
const TWO = 'two/a-model';
const BEGUN = 'It was a dark and stormy night; the rain fell in torrents, except at occasional intervals, ';
const REST = 'when it was checked by a violent gust of wind.';
const WORDS = ['one ', 'two ', 'three '].map((content) => chunk({ content }));

describe('GET /metrics of a proxy', () => {
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

  const start = async (configuration: object = chainOver(upstreams), plugins: object[] = []): Promise<RunningProxy> => {
    proxy = await startProxy({
      ...configuration,
      server: { apiKeys: [API_KEY], adminKey: ADMIN_KEY },
      plugins,
    });
    return proxy;
  };

  const ask = async ({ post }: RunningProxy, body: object = {}): Promise<string> =>
    (await post({ messages: HELLO, ...body })).text();

  it('counts served requests by target, with tokens and duration', async () => {
    const usage = { prompt_tokens: 50, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 30 } };
    upstreams[0]?.always(reply(200, { ...completion('an answer'), usage }));
    const running = await start();
    for (let index = 0; index < 3; index++) await ask(running);
    const { value } = await scrape(running);
    expect(value('requests_total', { chain: 'default', status: '200' })).to.equal(3);
    expect(value('attempts_total', { target: ONE, outcome: 'served' })).to.equal(3);
    for (const [kind, count] of Object.entries({ input: 150, output: 21, cached: 90 }))
      expect(value('tokens_total', { target: ONE, kind }), kind).to.equal(count);
    expect(value('request_duration_seconds_count', { chain: 'default' })).to.equal(3);
    expect(value('request_duration_seconds_bucket', { le: '600', chain: 'default' })).to.equal(3);
    expect(value('request_duration_seconds_sum', { chain: 'default' })).to.be.within(0, 15);
    expect(value('first_token_seconds_count', { chain: 'default' })).to.equal(undefined);
    expect(value('wait_seconds_count', { chain: 'default' })).to.equal(undefined);
  });

  it('counts limits that were hit and limits that were avoided', async () => {
    upstreams[0]?.always(reply(429, { error: { message: 'Slow down.' } }, { 'retry-after': '60' }));
    const running = await start();
    for (let index = 0; index < 3; index++) await ask(running);
    const { value } = await scrape(running);
    expect(value('attempts_total', { target: ONE, outcome: 'rate_limit' })).to.equal(1);
    expect(value('attempts_total', { target: ONE, outcome: 'limited' })).to.equal(2);
    expect(value('attempts_total', { target: TWO, outcome: 'served' })).to.equal(3);
    expect(value('rate_limits_met_total', { target: ONE })).to.equal(1);
    expect(value('rate_limits_avoided_total', { target: ONE })).to.equal(2);
    expect(value('requests_total', { chain: 'default', status: '200' })).to.equal(3);
    expect(value('target_state', { target: ONE, state: 'exhausted' })).to.equal(1);
    expect(value('target_state', { target: ONE, state: 'available' })).to.equal(0);
  });

  it('counts other failures by class, denials, and requests that no target served', async () => {
    for (const upstream of upstreams) upstream.always(reply(503, { error: { message: 'Down.' } }));
    const running = await start();
    await ask(running);
    running.app.runtime.host.hooks.beforeAttempt.tap('test', () => ({ reason: 'office hours' }));
    await ask(running);
    const { value } = await scrape(running);
    expect(value('requests_total', { chain: 'default', status: '503' })).to.equal(2);
    expect(value('attempts_total', { target: TWO, outcome: 'overloaded' })).to.equal(1);
    expect(value('attempts_total', { target: TWO, outcome: 'skipped' })).to.equal(1);
    expect(value('rate_limits_met_total', { target: TWO })).to.equal(0);
    expect(value('request_duration_seconds_count', { chain: 'default' })).to.equal(undefined);
  });

  it('measures when streams began, and counts those that another target resumed', async () => {
    upstreams[0]?.always(stream([chunk({ content: BEGUN })], 'cut'));
    upstreams[1]?.always(stream([chunk({ content: BEGUN + REST }), chunk({}, 'stop'), DONE]));
    const running = await start();
    expect(await ask(running, { stream: true })).to.contain('gust of wind');
    const { value } = await scrape(running);
    expect(value('streams_resumed_total', { chain: 'default' })).to.equal(1);
    expect(value('first_token_seconds_count', { chain: 'default' })).to.equal(1);
    expect(value('attempts_total', { target: ONE, outcome: 'server_error' })).to.equal(1);
    expect(value('attempts_total', { target: TWO, outcome: 'served' })).to.equal(1);
  });

  it('counts a caller who left', async () => {
    upstreams[0]?.always(stream(WORDS, 'hang'));
    const running = await start();
    const aborter = new AbortController();
    const events = await running.client.chat.completions.create(
      { model: 'default', messages: [...HELLO], stream: true },
      { signal: aborter.signal },
    );
    for await (const _ of events) break;
    aborter.abort();
    const { value } = await scrape(running);
    expect(value('requests_total', { chain: 'default', status: '499' })).to.equal(1);
    expect(value('attempts_total', { target: ONE, outcome: 'cancelled' })).to.equal(1);
  });

  it('shows waiting requests, and how long they waited', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    upstreams[0]?.script(async (res) => {
      await released;
      reply(200, completion('at last'))(res, {} as never);
    });
    const one = chainOver(upstreams.slice(0, 1), { maxWait: '20s' }, { limits: [{ concurrent: 1 }] });
    const running = await start(one);
    const both = [ask(running), ask(running)];
    await until(() => running.app.runtime.waterfall.waiting === 1);
    const now = await fetch(`${running.address}/metrics`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    expect(await now.text())
      .to.contain('\nchain429_waiting_requests 1\n')
      .and.contain('\nchain429_quota_in_flight{scope="one",dimension="concurrent",window="",source="manual"} 1\n');
    release();
    await Promise.all(both);
    const { value } = await scrape(running);
    expect(value('waiting_requests')).to.equal(0);
    expect(value('wait_seconds_count', { chain: 'default' })).to.equal(1);
    expect(value('quota_in_flight', { scope: 'one', dimension: 'concurrent', window: '', source: 'manual' })).to.equal(
      0,
    );
  });

  it('shows what is left of each quota and when it resets, once for all targets that share it', async () => {
    const shared = chainOver(
      upstreams.slice(0, 1),
      { targets: [ONE, 'one/b-model'] },
      { limits: [{ requests: 10, per: '1h' }] },
    );
    upstreams[0]?.always(
      answer('hi', {
        'x-ratelimit-limit-tokens': '6000',
        'x-ratelimit-remaining-tokens': '4000',
        'x-ratelimit-reset-tokens': '30s',
      }),
    );
    const running = await start(shared);
    await ask(running);
    const { value } = await scrape(running);
    const requests = { scope: 'one', dimension: 'requests', window: '1h', source: 'manual' };
    expect(value('quota_limit', requests)).to.equal(10);
    expect(value('quota_remaining', requests)).to.equal(9);
    expect(value('quota_reset_seconds', requests)).to.be.closeTo(3_600, 100);
    expect(value('quota_in_flight', requests)).to.equal(0);
    const { targets } = running.app.runtime.status();
    const tokens = targets[0]?.quotas.find(({ dimension }) => dimension === 'tokens');
    const labels = { scope: ONE, dimension: 'tokens', window: tokens?.window ?? '', source: 'header' };
    expect(value('quota_limit', labels)).to.equal(6000);
    expect(value('quota_remaining', labels)).to.equal(tokens?.remaining);
  });

  it('separates a configured limit from the same limit in headers', async () => {
    upstreams[0]?.always(
      answer('hi', { 'x-ratelimit-limit-requests-day': '50', 'x-ratelimit-remaining-requests-day': '40' }),
    );
    const target = { provider: 'one', model: 'a-model', limits: [{ requests: 20, per: '1d' }] };
    const running = await start(chainOver(upstreams.slice(0, 1), { targets: [target] }));
    await ask(running);
    const { value } = await scrape(running);
    const left = (source: string): number | undefined =>
      value('quota_remaining', { scope: ONE, dimension: 'requests', window: '1d', source });
    expect([left('manual'), left('header')]).to.deep.equal([19, 40]);
  });

  it('names the windows of a calendar', async () => {
    const limits = [
      { requests: 20, per: '1d' },
      { requests: 30, each: 'day', zone: 'America/Los_Angeles' },
      { output_tokens: 9000, each: 'month', from: 15 },
      { units: 2.5, each: 'day', costs: { '*': { request: 0.1 } } },
    ];
    const running = await start(chainOver(upstreams.slice(0, 1), {}, { limits }));
    await ask(running);
    const { value } = await scrape(running);
    const left = (dimension: string, window: string): number | undefined =>
      value('quota_remaining', { scope: 'one', dimension, window, source: 'manual' });
    expect(left('requests', '1d')).to.equal(19);
    expect(left('requests', 'day America/Los_Angeles')).to.equal(29);
    expect(left('output_tokens', 'month from 15')).to.be.within(8_000, 8_999);
    expect(left('units', 'day')).to.equal(2.4);
  });

  it('has no more series after 200 invented models than after a few (a label for each name a caller invents)', async () => {
    upstreams[0]?.always(reply(404, { error: { message: 'No such model.' } }));
    const running = await start();
    const invent = async (from: number, to: number): Promise<Scrape> => {
      for (let index = from; index < to; index++) await ask(running, { model: `one/invented-${index}` });
      return scrape(running);
    };
    const few = await invent(0, 5);
    const many = await invent(5, 200);
    expect(many.series).to.deep.equal(few.series);
    expect(many.text).not.to.contain('invented');
    expect(many.value('requests_total', { chain: '(others)', status: '503' })).to.equal(200);
    const counted = ['not_found', 'limited', 'skipped'].map(
      (outcome) => many.value('attempts_total', { target: '(others)', outcome }) ?? 0,
    );
    expect(counted.reduce((sum, count) => sum + count)).to.equal(200);
    upstreams[0]?.always(answer('hi'));
    await ask(running, { model: ONE });
    expect((await scrape(running)).value('attempts_total', { target: ONE, outcome: 'served' })).to.equal(1);
  });

  it('contains nothing of requests, keys and prompts (pitfall 45)', async () => {
    upstreams[0]?.always(reply(429, { error: { message: 'key-of-one is spent' } }));
    const running = await start();
    const messages = [{ role: 'user', content: 'what nobody may read' }];
    await (await running.post({ messages }, { 'x-request-id': 'my-request-id' })).text();
    const { text } = await scrape(running);
    for (const secret of [API_KEY, ADMIN_KEY, 'key-of-', 'nobody may read', 'my-request-id', 'key 1'])
      expect(text).not.to.contain(secret);
  });

  it('includes metrics of the process, with the usual names for Node', async () => {
    const { types } = await scrape(await start());
    expect(types.get('process_cpu_seconds_total')).to.equal('counter');
    expect(types.get('nodejs_eventloop_lag_p99_seconds')).to.equal('gauge');
  });

  it('has the content type of Prometheus', async () => {
    const { address } = await start();
    const response = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    expect(response.headers.get('content-type')).to.equal('text/plain; version=0.0.4; charset=utf-8');
  });

  it('shows that requests are not kept', async () => {
    const running = await start();
    const { dataDir } = running.app.runtime.settings;
    expect((await scrape(running)).value('request_log_failing')).to.equal(0);
    rmSync(dataDir, { recursive: true, force: true });
    writeFileSync(dataDir, 'a file in its place');
    await ask(running);
    await running.app.runtime.host.requestLog?.requests();
    const { value } = await scrape(running);
    expect([value('request_log_failing'), value('request_log_lost_total')]).to.deep.equal([1, 0]);
    rmSync(dataDir);
  });

  const KEYS: [string, object[], (string | undefined)[], (string | undefined)[]][] = [
    ['the admin key by default', [], [ADMIN_KEY], [undefined, API_KEY]],
    ['a key of the API', [{ use: 'prometheus', options: { key: 'api' } }], [API_KEY], [undefined, ADMIN_KEY]],
    ['no key', [{ use: 'prometheus', options: { key: 'none' } }], [undefined, API_KEY], []],
  ];
  for (const [what, plugins, admitted, refused] of KEYS) {
    it(`requires ${what}`, async () => {
      const { address } = await start(undefined, plugins);
      const status = async (key: string | undefined): Promise<number> =>
        (await fetch(`${address}/metrics`, key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }))
          .status;
      for (const key of admitted) expect(await status(key)).to.equal(200);
      for (const key of refused) expect(await status(key)).to.equal(401);
    });
  }

  it('can be disabled', async () => {
    const { address } = await start(undefined, [{ use: 'prometheus', enabled: false }]);
    expect((await fetch(`${address}/metrics`)).status).to.equal(404);
  });

  it('refuses unknown options', async () => {
    for (const options of [{ key: 'anybody' }, { path: '/m' }]) {
      const refused = await start(undefined, [{ use: 'prometheus', options }]).catch((error: Error) => error);
      expect((refused as Error).message).to.contain(Object.keys(options)[0]);
    }
  });

  it('continues to count over a reload, while two runtimes count, and drops quotas that no longer exist', async () => {
    const folder = mkdtempSync(join(tmpdir(), '429chain-'));
    const file = join(folder, '429chain.json5');
    const write = (configuration: object): void =>
      writeFileSync(file, JSON.stringify({ server: { apiKeys: [API_KEY], adminKey: ADMIN_KEY }, ...configuration }));
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
    const limited = { limits: [{ requests: 10, per: '1h' }] };
    write(chainOver(upstreams.slice(0, 1), {}, limited));
    const log = new MemoryLog();
    const app = await App.create({ store: openStore(file, { env: {}, log }), log });
    try {
      const address = await app.listen({ host: '127.0.0.1', port: 0 });
      const post = (body: object): Promise<Response> =>
        fetch(`${address}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
          body: JSON.stringify({ messages: HELLO, ...body }),
        });
      const before = app.runtime;
      const inFlight = await post({ stream: true });
      write(chainOver(upstreams, { targets: [TWO] }));
      await until(() => app.runtime !== before);
      await (await post({})).text();
      const during = await scrape({ app, address });
      expect(during.value('requests_total', { chain: 'default', status: '200' })).to.equal(1);
      expect(during.text).not.to.contain('quota_limit{');
      release();
      await inFlight.text();
      await before.retire();
      await (await post({})).text();
      const { value } = await scrape({ app, address });
      expect(value('requests_total', { chain: 'default', status: '200' })).to.equal(3);
      expect(value('attempts_total', { target: ONE, outcome: 'served' })).to.equal(1);
      expect(value('attempts_total', { target: TWO, outcome: 'served' })).to.equal(2);
    } finally {
      release();
      await app.close(0);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
