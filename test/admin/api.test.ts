import { rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { StatusReport } from '../../src/contract/admin-api.js';
import type { Explanation } from '../../src/contract/explain.js';
import type { RequestPage, RequestRecord, UsageReport } from '../../src/contract/requests.js';
import { API_KEY, chainOver, HELLO } from '../proxy.js';
import { answer, reply } from '../scripted-upstream.js';
import { ADMIN_KEY } from './browser.js';
import { AdminStage } from './stage.js';

describe('The admin API', () => {
  const LIMITS = { limits: [{ requests: 3, per: '1h30m' }, { concurrent: 2 }] };

  const configured = ({ one, two }: AdminStage, providers: object = {}, more: object = {}): string =>
    JSON.stringify({
      ...chainOver([one, two], {}, providers),
      server: { apiKeys: [API_KEY], adminKey: ADMIN_KEY },
      ...more,
    });

  const stage = AdminStage.forEachTest({ configuration: (on) => configured(on, LIMITS) });

  const status = async (): Promise<StatusReport> => (await stage.call<StatusReport>('GET /status')).body;
  const explain = async (body: object): Promise<Explanation> =>
    (await stage.call<Explanation>('POST /explain', body)).body;
  const requests = async (query = ''): Promise<RequestPage['requests']> =>
    (await stage.call<RequestPage>(`GET /requests${query}`)).body.requests;
  const requestOf = async (id: string | null): Promise<RequestRecord> =>
    (await stage.call<RequestRecord>(`GET /requests/${id}`)).body;

  it('reports the state of every target', async () => {
    stage.one.always(answer('hi'));
    await stage.chat({ model: 'default' });
    const { targets, waiting } = await status();
    expect(waiting).to.equal(0);
    expect(targets.map(({ target, chains, state }) => ({ target, chains, state }))).to.deep.equal([
      { target: 'one/a-model', chains: ['default'], state: 'tracking' },
      { target: 'two/a-model', chains: ['default'], state: 'tracking' },
    ]);
    const [requests, slots] = targets[0]?.quotas ?? [];
    expect(requests).to.include({
      scope: 'one',
      dimension: 'requests',
      window: '1h30m',
      limit: 3,
      used: 1,
      source: 'manual',
    });
    expect(requests).to.include({ inFlight: 0, remaining: 2 });
    expect(requests?.resetAt).to.be.a('number');
    expect(slots).to.deep.include({ scope: 'one', dimension: 'concurrent', limit: 2, inFlight: 0, source: 'manual' });
  });

  it('reports the totals of the day and the used share of the free units', async () => {
    await stage.restart(configured(stage, { limits: [{ tokens: 1_000, per: '1d' }] }));
    stage.one.script(reply(500, { error: { message: 'oops' } }), answer('hi'));
    await stage.chat({ model: 'default' });
    await stage.chat({ model: 'default' });
    await stage.idle();
    const { today, free, log } = await status();
    expect(today).to.include({ requests: 2, saved: 1, avoided: 0, promptTokens: 10, completionTokens: 6 });
    expect(free.tokens?.limit).to.equal(2_000);
    expect(free.tokens?.used).to.be.at.least(16);
    expect(free.unknown).to.equal(0);
    expect(log).to.deep.equal({ lost: 0 });
  });

  it('reports that requests cannot be logged, and still reports the targets', async () => {
    const { dataDir } = stage.admin.app.runtime.settings;
    rmSync(dataDir, { recursive: true, force: true });
    writeFileSync(dataDir, 'a file in its place');
    stage.one.always(answer('hi'));
    await stage.chat({ model: 'default' });
    await stage.idle();
    const { targets, log } = await status();
    expect(targets).to.have.length(2);
    expect(log?.failing).to.contain('ENOTDIR');
    rmSync(dataDir);
  });

  it('reports no totals if requests are not logged', async () => {
    await stage.restart(configured(stage, {}, { plugins: [{ use: 'nedb-logger', enabled: false }] }));
    expect(await status()).to.have.all.keys('at', 'targets', 'waiting', 'free');
  });

  it('reports why a target is cooling down, and until when', async () => {
    stage.one.always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '600' }));
    await stage.chat({ model: 'default' });
    const [target] = (await status()).targets;
    expect(target).to.include({ state: 'exhausted', reason: 'rate_limit (429): spent' });
    expect((target?.until ?? 0) - Date.now()).to.be.within(500_000, 600_000);
  });

  it('lists each request once with all of its attempts, and counts it once (pitfall 43: one row per attempt)', async () => {
    stage.one.script(reply(500, { error: { message: 'oops' } }), answer('hi'));
    const [id] = await Promise.all(
      [stage.chat({ model: 'default' })].map(async (asked) => (await asked).headers.get('x-request-id')),
    );
    await stage.chat({ model: 'default' });
    await stage.idle();
    const listed = await requests('?limit=10');
    expect(listed.map(({ target, status }) => ({ target, status }))).to.deep.equal([
      { target: 'one/a-model', status: 200 },
      { target: 'two/a-model', status: 200 },
    ]);
    const record = await requestOf(id ?? null);
    expect(record).to.deep.equal(listed[1]);
    expect(record.attempts.map(({ target, outcome, class: failed }) => ({ target, outcome, failed }))).to.deep.equal([
      { target: 'one/a-model', outcome: 'failed', failed: 'server_error' },
      { target: 'two/a-model', outcome: 'served', failed: undefined },
    ]);
    expect(await requests('?status=failed')).to.deep.equal([]);
    const today = new Date().toISOString().slice(0, 10);
    const { body: usage } = await stage.call<UsageReport>(`GET /usage?from=${today}`);
    expect(usage.total).to.include({ requests: 2, failures: 0, promptTokens: 10, completionTokens: 6, saved: 1 });
    expect(Object.keys(usage.targets)).to.have.members(['one/a-model', 'two/a-model']);
    expect(usage.days).to.have.length(1);
    expect(usage.hours?.reduce((sum, each) => sum + each.requests, 0)).to.equal(2);
    expect(Object.keys(usage.paths ?? {})).to.deep.equal(['/chat/completions']);
    const local = await stage.call<UsageReport>(`GET /usage?from=${Date.now()}&timeZone=Asia/Tokyo`);
    expect(local.body).to.deep.include({ timeZone: 'Asia/Tokyo', total: usage.total });
    expect((await requests('?search=oops%20one/')).map((each) => each.id)).to.deep.equal([id]);
    expect(await requests(`?search=oops&to=${record.at}`)).to.deep.equal([]);
    expect(await requests(`?from=${record.at}`)).to.have.length(2);
  });

  it('shows prompt and answer of a single request if they are kept, but not in lists', async () => {
    await stage.restart(configured(stage, {}, { plugins: [{ use: 'nedb-logger', options: { content: true } }] }));
    stage.one.always(answer('hi'));
    const id = (await stage.chat({ model: 'default' })).headers.get('x-request-id');
    await stage.idle();
    const { content, ...record } = await requestOf(id ?? null);
    const request = JSON.stringify({ model: 'default', messages: HELLO });
    expect(content).to.deep.equal({ request, answer: 'hi' });
    expect(await requests()).to.deep.equal([record]);
  });

  it('explains a request without calling a provider (pitfall 44: a chain test spent quota)', async () => {
    stage.one.always(reply(429, { error: { message: 'spent' } }, { 'retry-after': '600' }));
    await stage.chat({ model: 'default' });
    await stage.idle();
    const { at: _at, ...before } = await status();
    const { chain, decision, targets } = await explain({ model: 'gpt-4o' });
    expect({ chain, decision }).to.deep.equal({ chain: 'default', decision: { kind: 'asks', target: 'two/a-model' } });
    expect(targets.map(({ target, step, reason }) => ({ target, step, reason }))).to.deep.equal([
      { target: 'one/a-model', step: 'skipped', reason: 'rate_limit (429): spent' },
      { target: 'two/a-model', step: 'asked', reason: undefined },
    ]);
    expect([stage.one.received.length, stage.two.received.length]).to.deep.equal([1, 1]);
    const { at: _later, ...after } = await status();
    expect(after).to.deep.equal(before);
  });

  const REFUSED: readonly (readonly [
    what: string,
    path: string,
    init: RequestInit,
    key: string,
    status: number,
    code: string,
  ])[] = [
    ['a client key (pitfall 37: one key for both)', '/status', {}, API_KEY, 401, 'invalid_api_key'],
    ['no key', '/status', { headers: { authorization: '' } }, '', 401, 'invalid_api_key'],
    ['a wrong key for an explanation', '/explain', { method: 'POST', body: '{}' }, 'x', 401, 'invalid_api_key'],
    ['malformed JSON', '/explain', { method: 'POST', body: '{"model":' }, ADMIN_KEY, 400, 'malformed_json'],
    ['a body that is not an object', '/explain', { method: 'POST', body: '"x"' }, ADMIN_KEY, 400, 'invalid_request'],
    [
      'messages that are not a list',
      '/explain',
      { method: 'POST', body: '{"messages":1}' },
      ADMIN_KEY,
      400,
      'invalid_request',
    ],
    [
      'a large body',
      '/explain',
      { method: 'POST', body: `"${'x'.repeat(2 ** 20)}"` },
      ADMIN_KEY,
      413,
      'body_too_large',
    ],
    ['an invalid cursor', '/requests?cursor=x', {}, ADMIN_KEY, 400, 'invalid_request'],
    ['an invalid limit', '/requests?limit=ten', {}, ADMIN_KEY, 400, 'invalid_request'],
    ['an invalid status', '/requests?status=good', {}, ADMIN_KEY, 400, 'invalid_request'],
    ['an invalid date', '/usage?from=yesterday', {}, ADMIN_KEY, 400, 'invalid_request'],
    ['an unknown time zone', '/usage?timeZone=Mars/Base', {}, ADMIN_KEY, 400, 'invalid_request'],
    ['an invalid start', '/requests?from=yesterday', {}, ADMIN_KEY, 400, 'invalid_request'],
    ['an unknown request', '/requests/x', {}, ADMIN_KEY, 404, 'not_found'],
    ['an unknown path', '/nothing', {}, ADMIN_KEY, 404, 'not_found'],
    ['an unknown method', '/status', { method: 'POST', body: '{}' }, ADMIN_KEY, 405, 'method_not_allowed'],
  ];
  for (const [what, path, init, key, expected, code] of REFUSED) {
    it(`refuses ${what} with ${expected} ${code}`, async () => {
      const response = await fetch(`${stage.admin.address}/admin/api${path}`, {
        ...init,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...init.headers },
      });
      const body = (await response.json()) as { error: { code: string } };
      expect({ status: response.status, code: body.error.code }).to.deep.equal({ status: expected, code });
    });
  }
});
