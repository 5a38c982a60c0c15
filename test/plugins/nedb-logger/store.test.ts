import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RequestContent } from '429chain/plugin';
import { expect } from 'chai';
import { until } from '../../until.js';
import { attemptOf, DAY_MS, recordOf, StoreInFolder } from './store-in-folder.js';

describe('The request log', () => {
  let logged: StoreInFolder;

  const open = (settings: ConstructorParameters<typeof StoreInFolder>[0] = {}): StoreInFolder => {
    logged = new StoreInFolder(settings);
    return logged;
  };

  afterEach(async () => {
    await logged.store.close();
    logged.remove();
  });

  it('writes nothing before the first record, even if it is queried', async () => {
    open();
    expect(await logged.store.requests()).to.deep.equal({ requests: [] });
    expect((await logged.store.usage()).total.requests).to.equal(0);
    expect(await logged.store.request('x')).to.equal(undefined);
    await logged.store.close();
    expect(existsSync(logged.folder)).to.equal(false);
  });

  it('keeps a record unchanged, and finds the last one with an id', async () => {
    open();
    await logged.add(3, (index) => recordOf(index === 1 ? 'other' : 'same', { latencyMs: index }));
    expect(await logged.store.request('same')).to.deep.equal(recordOf('same', { latencyMs: 2 }));
    expect(await logged.store.request('sam')).to.equal(undefined);
  });

  it('keeps a record without usage (pitfall 32: the logger threw, and the row was lost)', async () => {
    open();
    const { promptTokens, completionTokens, tokensEstimated, ...bare } = recordOf('bare');
    await logged.add(1, () => bare);
    expect((await logged.store.requests()).requests).to.deep.equal([bare]);
    expect((await logged.store.usage()).total).to.include({ requests: 1, promptTokens: 0 });
  });

  it('continues after a restart, with records and totals', async () => {
    open();
    await logged.add(5, (index) => recordOf(`before-${index}`));
    await logged.store.close();
    logged.restart();
    await logged.add(5, (index) => recordOf(`after-${index}`));
    expect(await logged.ids()).to.have.length(10);
    expect((await logged.store.usage()).total).to.include({ requests: 10, promptTokens: 100, completionTokens: 200 });
    expect(logged.files).to.deep.equal(['2026-01-01.0001.db']);
  });

  it('counts what the totals missed after a crash, and nothing twice', async () => {
    open({ maxRequests: 4_000 });
    await logged.add(1_300, (index) => recordOf(`a-${index}`));
    await logged.store.close();
    await logged.add(1_200, (index) => recordOf(`b-${index}`));
    logged.restart();
    expect((await logged.store.usage()).total.requests).to.equal(2_500);
    expect(await logged.ids()).to.have.length(2_500);
  });

  it('counts again if the totals are damaged', async () => {
    open();
    await logged.add(7, (index) => recordOf(`a-${index}`));
    await logged.store.close();
    writeFileSync(join(logged.folder, 'totals', '2026-01-01.json'), '{"day":');
    logged.restart();
    expect((await logged.store.usage()).total.requests).to.equal(7);
    expect(logged.log.lines.join()).to.contain('is damaged');
  });

  it('repairs an incomplete last line with a warning, and keeps the rest', async () => {
    open();
    await logged.add(3, (index) => recordOf(`a-${index}`));
    appendFileSync(join(logged.folder, '2026-01-01.0001.db'), '{"_id":"000004","id":"a-3","at":17');
    logged.restart();
    await logged.add(1, () => recordOf('next'));
    expect(await logged.ids()).to.deep.equal(['next', 'a-2', 'a-1', 'a-0']);
    expect((await logged.store.usage()).total.requests).to.equal(4);
    expect(logged.log.lines).to.have.length(1);
    expect(logged.log.lines[0]).to.contain('2026-01-01.0001.db was incomplete');
    expect(readFileSync(join(logged.folder, '2026-01-01.0001.db'), 'utf8').split('\n')).to.have.length(5);
  });

  it('skips a damaged line between others', async () => {
    open();
    await logged.add(3, (index) => recordOf(`a-${index}`));
    const file = join(logged.folder, '2026-01-01.0001.db');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"id":"a-1"', '"id:"a-1"'));
    logged.restart();
    expect(await logged.ids()).to.deep.equal(['a-2', 'a-0']);
    expect(logged.log.lines.join()).to.contain('1 damaged');
  });

  it('starts a segment for each day, and removes days that are too old', async () => {
    open({ keepMs: 2 * DAY_MS });
    for (let day = 0; day < 5; day++) {
      await logged.add(2, (index) => recordOf(`${day}-${index}`));
      logged.clock.turn(DAY_MS);
    }
    expect(logged.files).to.deep.equal(['2026-01-03.0001.db', '2026-01-04.0001.db', '2026-01-05.0001.db']);
    expect(await logged.ids()).to.have.length(6);
    // Totals stay.
    const { total, days } = await logged.store.usage();
    expect(total.requests).to.equal(10);
    expect(days.map(({ day, requests }) => [day, requests])).to.deep.equal(
      [1, 2, 3, 4, 5].map((day) => [`2026-01-0${day}`, 2]),
    );
  });

  it('continues if the clock is set back by a day', async () => {
    open();
    await logged.add(2, (index) => recordOf(`a-${index}`));
    logged.clock.turn(DAY_MS);
    await logged.add(2, (index) => recordOf(`b-${index}`));
    logged.clock.turn(-DAY_MS);
    await logged.add(2, (index) => recordOf(`c-${index}`));
    logged.restart();
    expect((await logged.store.usage({ from: 0, to: logged.clock.now() + DAY_MS })).total.requests).to.equal(6);
    expect(await logged.ids()).to.have.members(['a-0', 'a-1', 'b-0', 'b-1', 'c-0', 'c-1']);
  });

  it('never keeps more records than allowed, and removes the oldest', async () => {
    open({ maxRequests: 400 });
    await logged.add(1_050, (index) => recordOf(`a-${index}`));
    const ids = await logged.ids();
    expect(ids).to.have.length.within(300, 400);
    expect(ids[0]).to.equal('a-1049');
    expect(ids.at(-1)).to.equal(`a-${1_050 - ids.length}`);
    expect((await logged.store.usage()).total.requests).to.equal(1_050);
  });

  it('is pruned one file at a time, with other work in between (pitfall 41: a log that grew for ever)', async () => {
    open({ maxRequests: 40_000 });
    await logged.add(30_000, (index) => recordOf(`a-${index}`));
    await logged.store.close();
    logged.restart().configure({
      keepMs: 0,
      maxRequests: 40_000,
      maxBytes: 2 ** 40,
      now: () => logged.clock.now() + DAY_MS,
      log: logged.log,
    });
    const before = logged.files.length;
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns++;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    await logged.store.flush();
    isOver = true;
    expect(logged.files).to.deep.equal([]);
    // `npm run bench` measures the length of a stall: on a busy machine it would mean nothing here.
    expect(turns).to.be.above(before);
  });

  it('pages from the newest to the oldest while new records arrive', async () => {
    open({ maxRequests: 400 });
    await logged.add(310, (index) => recordOf(`a-${index}`));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await logged.store.requests({ limit: 40, cursor });
      seen.push(...page.requests.map(({ id }) => id));
      cursor = page.next;
      await logged.add(1, () => recordOf(`new-${seen.length}`));
    } while (cursor !== undefined);
    expect(seen).to.deep.equal(Array.from({ length: 310 }, (_, index) => `a-${309 - index}`));
  });

  it('gives a page while new records keep coming faster than they are written', async () => {
    open();
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
    open({ maxRequests: 400 });
    const reason = 'r'.repeat(50_000);
    const attempts = [attemptOf('failed', { reason }), attemptOf('failed', { reason }), attemptOf('served')];
    await logged.add(30, (index) => recordOf(`a-${index}`, index % 3 === 0 ? { attempts } : {}));
    await logged.store.close();
    logged.restart();
    const expected = Array.from({ length: 30 }, (_, index) => `a-${29 - index}`);
    for (const limit of [1, 7, 30]) expect(await logged.ids(limit)).to.deep.equal(expected);
  });

  it('keeps prompts and answers beside the records, and removes them together', async () => {
    open({ maxRequests: 400 });
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
    for (const id of ['a-0', 'a-9', 'later'])
      expect(await logged.store.request(id)).to.deep.equal({ ...recordOf(id), content: contentOf(id) });
    expect(await logged.store.request('bare')).to.deep.equal(recordOf('bare'));
    const { requests } = await logged.store.requests();
    expect(requests.at(-1)).to.deep.equal(recordOf('a-0'));
    const file = join(logged.folder, '2026-01-01.0001.content');
    expect(existsSync(file)).to.equal(true);
    await logged.add(900, (index) => recordOf(`b-${index}`));
    expect(existsSync(file)).to.equal(false);
  });

  it('starts a new segment before its contents grow large, and removes the oldest contents if there are too many', async () => {
    // Room for two of the files and for a full segment.
    open({ maxBytes: 1_100 * 2 ** 20 });
    const contentOf = (id: string): RequestContent => ({ request: `"${id}"` });
    const file = (number: number): string => join(logged.folder, `2026-01-01.000${number}.content`);
    for (let number = 1; number <= 3; number++) {
      logged.store.add(recordOf(`a-${number}`), contentOf(`a-${number}`));
      await logged.store.close();
      // A sparse file: it has a length and takes no space.
      truncateSync(file(number), 400 * 2 ** 20);
      logged.restart();
    }
    await logged.store.flush();
    expect(logged.files).to.have.length(3);
    expect([1, 2, 3].map((number) => existsSync(file(number)))).to.deep.equal([false, true, true]);
    expect(await logged.store.request('a-1')).to.deep.equal(recordOf('a-1'));
    expect((await logged.store.request('a-3'))?.content).to.deep.equal(contentOf('a-3'));
  });

  it('keeps a record whose prompt and answer are removed', async () => {
    open();
    logged.store.add(recordOf('a'), { request: '{}', answer: 'x' });
    await logged.store.flush();
    rmSync(join(logged.folder, '2026-01-01.0001.content'));
    expect(await logged.store.request('a')).to.deep.equal(recordOf('a'));
  });

  it('holds no prompt in memory while the disk cannot be written', async () => {
    open();
    mkdirSync(dirname(logged.folder), { recursive: true });
    writeFileSync(logged.folder, 'a file in its place');
    logged.store.add(recordOf('a'), { request: '{}' });
    await logged.store.flush();
    logged.store.add(recordOf('b'), { request: '{}' });
    rmSync(logged.folder);
    await logged.store.flush();
    for (const id of ['a', 'b']) expect(await logged.store.request(id)).to.deep.equal(recordOf(id));
  });

  it('filters by chain, provider and status', async () => {
    open();
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
    open({ maxRequests: 2_000 });
    await logged.add(1_900, (index) => recordOf(`a-${index}`, { chain: index === 0 ? 'rare' : 'default' }));
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
    open();
    const refused = await logged.store.requests({ cursor: 'x' }).catch((error: Error) => error);
    expect(refused).to.be.instanceOf(RangeError);
  });

  it('reports usage by provider, chain, target and day', async () => {
    open();
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
    open();
    await logged.add(700, (index) => recordOf(`a-${index}`, { chain: `chain-${index}` }));
    const { chains, total } = await logged.store.usage();
    expect(Object.keys(chains)).to.have.length(501);
    expect(chains['(others)']?.requests).to.equal(200);
    expect(total.requests).to.equal(700);
  });

  it('is not confused by a chain named constructor', async () => {
    open();
    await logged.add(2, (index) => recordOf(`a-${index}`, { chain: 'constructor' }));
    await logged.store.close();
    logged.restart();
    expect((await logged.store.usage()).chains.constructor).to.include({ requests: 2 });
  });

  it('warns once while its folder cannot be written, and once more when it can', async () => {
    open();
    mkdirSync(dirname(logged.folder), { recursive: true });
    writeFileSync(logged.folder, 'a file in its place');
    await logged.add(3, (index) => recordOf(`a-${index}`));
    await logged.add(3, (index) => recordOf(`b-${index}`));
    expect(logged.store.health.failing).to.be.a('string');
    expect(logged.log.lines).to.have.length(1);
    expect(logged.log.lines[0]).to.contain('cannot be logged');
    expect(await logged.store.requests()).to.deep.equal({ requests: [] });
    rmSync(logged.folder);
    await until(() => logged.store.health.failing === undefined);
    expect(await logged.ids()).to.have.length(6);
    expect(logged.log.lines).to.have.length(2);
    expect(logged.log.lines[1]).to.contain('again. None is missing');
  });

  it('counts what it cannot keep if its folder cannot be written for long', async () => {
    open();
    mkdirSync(dirname(logged.folder), { recursive: true });
    writeFileSync(logged.folder, 'a file in its place');
    await logged.add(10_200, (index) => recordOf(`a-${index}`));
    expect(logged.store.health.lost).to.equal(200);
    rmSync(logged.folder);
    await logged.store.flush();
    expect((await logged.store.usage()).total.requests).to.equal(10_200);
    expect(logged.log.lines.at(-1)).to.contain('200 requests are missing');
  });

  it('tolerates the removal of its files', async () => {
    open({ maxRequests: 400 });
    await logged.add(100, (index) => recordOf(`a-${index}`));
    await logged.store.close();
    rmSync(join(logged.folder, '2026-01-01.0001.db'));
    logged.restart();
    await logged.add(3, (index) => recordOf(`b-${index}`));
    expect(await logged.ids()).to.deep.equal(['b-2', 'b-1', 'b-0']);
    expect((await logged.store.usage()).total.requests).to.equal(103);
  });

  it('keeps earlier totals if nothing could be written since the start', async () => {
    open();
    await logged.add(10, (index) => recordOf(`a-${index}`));
    await logged.store.close();
    const file = join(logged.folder, '2026-01-01.0001.db');
    const before = readFileSync(file, 'utf8');
    rmSync(file);
    mkdirSync(file);
    logged.restart();
    await logged.add(10_001, (index) => recordOf(`b-${index}`));
    await logged.store.close();
    rmSync(file, { recursive: true });
    writeFileSync(file, before);
    logged.restart();
    expect((await logged.store.usage()).total.requests).to.equal(11);
    expect(await logged.ids()).to.have.length(10);
  });

  it('finds out how much of a failed batch is on disk', async () => {
    open();
    await logged.add(2, (index) => recordOf(`a-${index}`));
    const file = join(logged.folder, '2026-01-01.0001.db');
    // A full disk takes one record of a batch and a part of the next. A folder in place of the file takes nothing.
    const before = readFileSync(file, 'utf8');
    rmSync(file);
    mkdirSync(file);
    await logged.add(3, (index) => recordOf(`b-${index}`));
    expect(logged.store.health.failing).to.be.a('string');
    rmSync(file, { recursive: true });
    const whole = JSON.stringify({ _id: '000003', ...recordOf('b-0') });
    writeFileSync(file, `${before}${whole}\n{"_id":"000004","id":"b-1"`);
    await logged.store.flush();
    expect(await logged.ids()).to.deep.equal(['b-2', 'b-1', 'b-0', 'a-1', 'a-0']);
    expect((await logged.store.usage()).total.requests).to.equal(5);
    expect(logged.store.health).to.deep.equal({ failing: undefined, lost: 0 });
  });
});
