import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestContent } from '429chain/plugin';
import { expect } from 'chai';
import { DAY_MS, recordOf } from '../request-log/records.js';
import { StoreInFolder } from './store-in-folder.js';

describe('The request log in files', () => {
  let logged: StoreInFolder;

  const open = (settings: ConstructorParameters<typeof StoreInFolder>[0] = {}): StoreInFolder => {
    logged = new StoreInFolder(settings);
    return logged;
  };

  afterEach(async () => {
    await logged.store.close();
    await logged.remove();
  });

  it('writes nothing before the first record, even if it is queried', async () => {
    open();
    expect(await logged.store.requests()).to.deep.equal({ requests: [] });
    expect((await logged.store.usage()).total.requests).to.equal(0);
    expect(await logged.store.request('x')).to.equal(undefined);
    await logged.store.close();
    expect(existsSync(logged.folder)).to.equal(false);
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
