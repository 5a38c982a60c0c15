import type { RequestContent } from '429chain/plugin';
import { expect } from 'chai';
import { until } from '../../until.js';
import { addTo, idsIn, type LoggedStore, type LogSettings } from './logged-store.js';
import { describeLogs } from './logs.js';
import { attemptOf, DAY_MS, recordOf } from './records.js';

describeLogs('The request log', (openLog, plugin) => {
  let logged: LoggedStore;

  const open = async (settings: LogSettings = {}): Promise<void> => {
    logged = await openLog(settings);
  };

  afterEach(async () => {
    await logged.store.close();
    await logged.remove();
  });

  it('keeps a record unchanged, and finds the last one with an id', async () => {
    await open();
    await addTo(logged, 3, (index) => recordOf(index === 1 ? 'other' : 'same', { latencyMs: index }));
    expect(await logged.store.request('same')).to.deep.equal(recordOf('same', { latencyMs: 2 }));
    expect(await logged.store.request('sam')).to.equal(undefined);
  });

  it('keeps a record without usage (pitfall 32: the logger threw, and the row was lost)', async () => {
    await open();
    const { promptTokens, completionTokens, tokensEstimated, ...bare } = recordOf('bare');
    await addTo(logged, 1, () => bare);
    expect((await logged.store.requests()).requests).to.deep.equal([bare]);
    expect((await logged.store.usage()).total).to.include({ requests: 1, promptTokens: 0 });
  });

  it('continues after a restart, with records and totals', async () => {
    await open();
    await addTo(logged, 5, (index) => recordOf(`before-${index}`));
    await logged.store.close();
    logged.restart();
    await addTo(logged, 5, (index) => recordOf(`after-${index}`));
    expect(await idsIn(logged)).to.have.length(10);
    expect((await logged.store.usage()).total).to.include({ requests: 10, promptTokens: 100, completionTokens: 200 });
    expect(await logged.days()).to.deep.equal(['2026-01-01']);
  });

  it('counts what the totals missed after a crash, and nothing twice', async () => {
    await open({ maxRequests: 4_000 });
    await addTo(logged, 1_300, (index) => recordOf(`a-${index}`));
    await logged.store.close();
    await addTo(logged, 1_200, (index) => recordOf(`b-${index}`));
    logged.restart();
    expect((await logged.store.usage()).total.requests).to.equal(2_500);
    expect(await idsIn(logged)).to.have.length(2_500);
  });

  it('removes days that are too old, and keeps their totals', async () => {
    await open({ keepMs: 2 * DAY_MS });
    for (let day = 0; day < 5; day++) {
      await addTo(logged, 2, (index) => recordOf(`${day}-${index}`));
      logged.clock.turn(DAY_MS);
    }
    expect(await logged.days()).to.deep.equal(['2026-01-03', '2026-01-04', '2026-01-05']);
    expect(await idsIn(logged)).to.have.length(6);
    const { total, days } = await logged.store.usage();
    expect(total.requests).to.equal(10);
    expect(days.map(({ day, requests }) => [day, requests])).to.deep.equal(
      [1, 2, 3, 4, 5].map((day) => [`2026-01-0${day}`, 2]),
    );
  });

  it('continues if the clock is set back by a day', async () => {
    await open();
    await addTo(logged, 2, (index) => recordOf(`a-${index}`));
    logged.clock.turn(DAY_MS);
    await addTo(logged, 2, (index) => recordOf(`b-${index}`));
    logged.clock.turn(-DAY_MS);
    await addTo(logged, 2, (index) => recordOf(`c-${index}`));
    logged.restart();
    expect((await logged.store.usage({ from: 0, to: logged.clock.now() + DAY_MS })).total.requests).to.equal(6);
    expect(await idsIn(logged)).to.have.members(['a-0', 'a-1', 'b-0', 'b-1', 'c-0', 'c-1']);
  });

  it('pages from the newest to the oldest while new records arrive', async () => {
    await open({ maxRequests: 400 });
    await addTo(logged, 310, (index) => recordOf(`a-${index}`));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await logged.store.requests({ limit: 40, cursor });
      seen.push(...page.requests.map(({ id }) => id));
      cursor = page.next;
      await addTo(logged, 1, () => recordOf(`new-${seen.length}`));
    } while (cursor !== undefined);
    expect(seen).to.deep.equal(Array.from({ length: 310 }, (_, index) => `a-${309 - index}`));
  });

  it('gives a page while new records keep coming faster than they are written', async () => {
    await open();
    let added = 0;
    let isOver = false;
    const keepAdding = (): void => {
      for (let each = 0; each < 20; each++) logged.store.add(recordOf(`r-${added++}`));
      if (!isOver) setImmediate(keepAdding);
    };
    keepAdding();
    const { requests } = await logged.store.requests();
    const total = await logged.store.usage();
    isOver = true;
    expect(requests).to.not.deep.equal([]);
    expect(total.total.requests).to.be.above(0);
    await logged.store.flush();
    expect((await logged.store.usage()).total.requests).to.equal(added);
  });

  it('pages through records that are longer than one read', async () => {
    await open({ maxRequests: 400 });
    const reason = 'r'.repeat(50_000);
    const attempts = [attemptOf('failed', { reason }), attemptOf('failed', { reason }), attemptOf('served')];
    await addTo(logged, 30, (index) => recordOf(`a-${index}`, index % 3 === 0 ? { attempts } : {}));
    await logged.store.close();
    logged.restart();
    const expected = Array.from({ length: 30 }, (_, index) => `a-${29 - index}`);
    for (const limit of [1, 7, 30]) expect(await idsIn(logged, { limit })).to.deep.equal(expected);
  });

  it('keeps prompts and answers, for a single request only', async () => {
    await open();
    const contentOf = (id: string): RequestContent => ({
      request: `"the question of ${id}"`,
      answer: `the answer to ${id}`,
    });
    for (let index = 0; index < 10; index++) logged.store.add(recordOf(`a-${index}`), contentOf(`a-${index}`));
    logged.store.add(recordOf('bare'));
    await logged.store.close();
    logged.restart();
    await logged.store.flush();
    logged.store.add(recordOf('later'), contentOf('later'));
    await logged.store.flush();
    for (const id of ['a-0', 'a-9', 'later'])
      expect(await logged.store.request(id)).to.deep.equal({ ...recordOf(id), content: contentOf(id) });
    expect(await logged.store.request('bare')).to.deep.equal(recordOf('bare'));
    const { requests } = await logged.store.requests();
    expect(requests.at(-1)).to.deep.equal(recordOf('a-0'));
  });

  it('holds no prompt in memory while it cannot be written', async () => {
    await open();
    await logged.break();
    logged.store.add(recordOf('a'), { request: '{}' });
    await logged.store.flush();
    logged.store.add(recordOf('b'), { request: '{}' });
    await logged.mend();
    await logged.store.flush();
    for (const id of ['a', 'b']) expect(await logged.store.request(id)).to.deep.equal(recordOf(id));
  });

  it('filters by chain, provider and status', async () => {
    await open();
    const { target, provider, model, ...nobody } = recordOf('refused', { status: 429 });
    logged.store.add(nobody);
    logged.store.add(recordOf('careful', { chain: 'careful' }));
    logged.store.add(recordOf('local', { provider: 'local', target: 'local/b' }));
    logged.store.add(recordOf('broken', { status: 502 }));
    const ask = async (query: object): Promise<string[]> =>
      (await logged.store.requests(query)).requests.map(({ id }) => id);
    expect(await ask({ chain: 'careful' })).to.deep.equal(['careful']);
    expect(await ask({ provider: 'groq' })).to.deep.equal(['broken', 'careful']);
    expect(await ask({ status: 429 })).to.deep.equal(['refused']);
    expect(await ask({ status: 'failed' })).to.deep.equal(['broken', 'refused']);
    expect(await ask({ status: 'answered', chain: 'default' })).to.deep.equal(['local']);
  });

  it('scans a limited number of records per query, and returns a cursor to continue', async () => {
    await open({ maxRequests: 2_000 });
    await addTo(logged, 1_900, (index) => recordOf(`a-${index}`, { chain: index === 0 ? 'rare' : 'default' }));
    await logged.store.close();
    logged.restart();
    let questions = 0;
    let cursor: string | undefined;
    const found: string[] = [];
    do {
      const page = await logged.store.requests({ chain: 'rare', cursor });
      found.push(...page.requests.map(({ id }) => id));
      cursor = page.next;
      questions++;
    } while (cursor !== undefined);
    expect(found).to.deep.equal(['a-0']);
    expect(questions).to.be.greaterThan(1);
  });

  it('refuses an invalid cursor', async () => {
    await open();
    const refused = await logged.store.requests({ cursor: 'x' }).catch((error: Error) => error);
    expect(refused).to.be.instanceOf(RangeError);
  });

  it('reports usage by provider, chain, target and day', async () => {
    await open();
    logged.store.add(recordOf('plain', { latencyMs: 100 }));
    logged.store.add(
      recordOf('saved', {
        target: 'local/b',
        provider: 'local',
        latencyMs: 900,
        attempts: [
          attemptOf('skipped', { class: 'rate_limit' }),
          attemptOf('failed', { target: 'cerebras/c', class: 'rate_limit', status: 429 }),
          attemptOf('served', { target: 'local/b', durationMs: 500 }),
        ],
      }),
    );
    const { target, provider, model, promptTokens, completionTokens, ...nobody } = recordOf('nobody');
    logged.store.add({ ...nobody, status: 503, attempts: [attemptOf('failed', { class: 'server_error' })] });
    logged.store.add({
      ...nobody,
      chain: 'other',
      status: 499,
      attempts: [attemptOf('failed', { class: 'cancelled' })],
    });
    const usage = await logged.store.usage();
    expect(usage.total).to.deep.include({
      requests: 4,
      failures: 1,
      cancelled: 1,
      failedAttempts: { rate_limit: 1, server_error: 1, cancelled: 1 },
      promptTokens: 20,
      completionTokens: 40,
      rateLimited: 1,
      avoided: 1,
      saved: 1,
    });
    expect(usage.total.p50Ms).to.be.closeTo(100, 5);
    expect(usage.total.p99Ms).to.be.closeTo(900, 45);
    expect(Object.keys(usage.chains)).to.deep.equal(['default', 'other']);
    expect(usage.chains.default).to.include({ requests: 3, failures: 1, cancelled: 0 });
    expect(usage.targets['groq/a-model']).to.include({ requests: 3, failures: 1, cancelled: 1, avoided: 1, saved: 0 });
    expect(usage.targets['cerebras/c']).to.include({ requests: 1, failures: 1, rateLimited: 1, promptTokens: 0 });
    expect(usage.providers.local).to.include({ requests: 1, saved: 1, promptTokens: 10, completionTokens: 20 });
    expect(usage.providers.local?.p50Ms).to.be.closeTo(500, 25);
    expect(usage.days).to.have.length(1);
    expect(usage.days[0]).to.include({ day: '2026-01-01', requests: 4 });
    const elsewhere = await logged.store.usage({ from: 0, to: DAY_MS });
    expect(elsewhere.total).to.include({ requests: 0, p50Ms: undefined });
  });

  it('limits the size of totals, even if callers invent many names', async () => {
    await open();
    await addTo(logged, 700, (index) => recordOf(`a-${index}`, { chain: `chain-${index}` }));
    const { chains, total } = await logged.store.usage();
    expect(Object.keys(chains)).to.have.length(501);
    expect(chains['(others)']?.requests).to.equal(200);
    expect(total.requests).to.equal(700);
  });

  it('is not confused by a chain named constructor', async () => {
    await open();
    await addTo(logged, 2, (index) => recordOf(`a-${index}`, { chain: 'constructor' }));
    await logged.store.close();
    logged.restart();
    expect((await logged.store.usage()).chains.constructor).to.include({ requests: 2 });
  });

  it('warns once while it cannot be written, and once more when it can', async () => {
    await open();
    await logged.break();
    await addTo(logged, 3, (index) => recordOf(`a-${index}`));
    await addTo(logged, 3, (index) => recordOf(`b-${index}`));
    expect(logged.store.health.failing).to.be.a('string');
    expect(logged.log.lines).to.have.length(1);
    expect(logged.log.lines[0]).to.contain('cannot be logged');
    const page = await logged.store.requests().catch(({ message }: Error) => message);
    if (plugin === 'nedb-logger') expect(page).to.deep.equal({ requests: [] });
    else expect(page).to.match(/^The request log cannot be read from PostgreSQL: .*accepting connections/);
    await logged.mend();
    await until(() => logged.store.health.failing === undefined);
    expect(await idsIn(logged)).to.have.length(6);
    expect(logged.log.lines).to.have.length(2);
    expect(logged.log.lines[1]).to.contain('again. None is missing');
  });

  it('counts what it cannot keep if it cannot be written for long', async () => {
    await open();
    await logged.break();
    await addTo(logged, 10_200, (index) => recordOf(`a-${index}`));
    expect(logged.store.health.lost).to.equal(200);
    await logged.mend();
    await logged.store.flush();
    expect((await logged.store.usage()).total.requests).to.equal(10_200);
    expect(logged.log.lines.at(-1)).to.contain('200 requests are missing');
  });
});
