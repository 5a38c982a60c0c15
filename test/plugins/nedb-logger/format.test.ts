import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestAttempt, RequestRecord } from '429chain/plugin';
import { expect } from 'chai';
import fc from 'fast-check';
import nedb from 'nedb-promises';
import { shortened } from '../../../plugins/request-log/shorten.js';
import { attemptOf, recordOf } from '../request-log/records.js';
import { StoreInFolder } from './store-in-folder.js';

/** What a plain record may take on disk. */
const MOST_BYTES = 400;

/** Line ends, quotation marks, half a surrogate, and words with a meaning for NeDB. */
const TEXTS = ['a\r\nb\vc\fd', '"quoted" \\ back', 'half \ud800', '😀 ü', '$$deleted', 'a.b', ''];

describe('The files of the request log', () => {
  let logged: StoreInFolder;

  beforeEach(() => {
    logged = new StoreInFolder({ maxRequests: 400 });
  });

  afterEach(async () => {
    await logged.store.close();
    await logged.remove();
  });

  /** Every document of every file, as NeDB reads it. NeDB writes each file anew when it loads it. */
  const documents = async (): Promise<RequestRecord[]> => {
    const all: RequestRecord[] = [];
    for (const file of logged.files) {
      const db = nedb.create({ filename: join(logged.folder, file), corruptAlertThreshold: 0 });
      await db.load();
      all.push(...(await db.find<RequestRecord>({}).sort({ _id: 1 })));
    }
    return all;
  };

  const textsOfFiles = (): string[] => logged.files.map((file) => readFileSync(join(logged.folder, file), 'utf8'));

  it('are NeDB datastores: NeDB reads every record, and would have written the same bytes', async () => {
    await logged.add(230, (index) =>
      recordOf(`r-${index}`, {
        stream: index % 2 === 0,
        attempts: [attemptOf('failed', { reason: TEXTS[index % TEXTS.length] }), attemptOf('served')],
      }),
    );
    logged.store.add(recordOf('with content'), { request: '{"messages":[]}', answer: TEXTS.join() });
    await logged.store.close();
    const before = textsOfFiles();
    expect(before).to.have.length(3);
    const ids = (await documents()).map(({ id }) => id);
    expect(ids).to.deep.equal([...Array.from({ length: 230 }, (_, index) => `r-${index}`), 'with content']);
    expect(textsOfFiles()).to.deep.equal(before);
  });

  it('keep characters that end a line for NeDB', async () => {
    const reason = 'a\u2028b\u2029c\x85d';
    await logged.add(3, (index) => recordOf(`r-${index}`, { attempts: [attemptOf('failed', { reason })] }));
    await logged.store.close();
    const expected = Array(3).fill(reason);
    expect((await documents()).map(({ attempts }) => attempts[0]?.reason)).to.deep.equal(expected);
    logged.restart();
    const { requests } = await logged.store.requests();
    expect(requests.map(({ attempts }) => attempts[0]?.reason)).to.deep.equal(expected);
  });

  it('answer queries of NeDB', async () => {
    await logged.add(20, (index) => recordOf(`r-${index}`, { provider: index === 7 ? 'seventh' : 'groq' }));
    await logged.store.close();
    const db = nedb.create({ filename: join(logged.folder, logged.files[0] ?? '') });
    await db.load();
    expect(await db.findOne({ provider: 'seventh' })).to.include({ id: 'r-7', _id: '000008' });
  });

  it('continue where NeDB has written them anew', async () => {
    await logged.add(3, (index) => recordOf(`a-${index}`));
    await logged.store.close();
    await documents();
    logged.restart();
    await logged.add(2, (index) => recordOf(`b-${index}`));
    expect(await logged.ids()).to.deep.equal(['b-1', 'b-0', 'a-2', 'a-1', 'a-0']);
    expect((await documents()).map(({ id }) => id)).to.deep.equal(['a-0', 'a-1', 'a-2', 'b-0', 'b-1']);
  });

  it('lose their damaged lines, and nothing else, when more is written to them', async () => {
    await logged.add(5, (index) => recordOf(`a-${index}`));
    await logged.add(1, () => recordOf('a-5', { path: '/a\u2028b' }));
    const file = join(logged.folder, '2026-01-01.0001.db');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"id":"a-1"', '"id:"a-1"'));
    logged.restart();
    await logged.add(1, () => recordOf('next'));
    expect(await logged.ids()).to.deep.equal(['next', 'a-5', 'a-4', 'a-3', 'a-2', 'a-0']);
    expect(textsOfFiles()[0]).not.to.contain('a-1');
    expect(await documents()).to.have.length(6);
  });

  it('keep records of earlier versions, which wrote every field', async () => {
    await logged.add(1, () => recordOf('new'));
    await logged.store.close();
    const old = recordOf('old', { waitedMs: 5, stream: true, path: '/embeddings', tokensEstimated: true, resumed: 2 });
    writeFileSync(
      join(logged.folder, '2026-01-01.0001.db'),
      [recordOf('older'), old]
        .map((each, index) => `${JSON.stringify({ ...each, _id: `00000${index + 1}` })}\n`)
        .join(''),
    );
    logged.restart();
    expect((await logged.store.requests()).requests.at(-1)).to.deep.equal(recordOf('older'));
    expect(await logged.store.request('old')).to.deep.equal(old);
  });

  it('keep the targets that request after request skips', async () => {
    const skipped = (reason: string): RequestAttempt[] =>
      Array.from({ length: 50 }, (_, index) =>
        attemptOf('skipped', { class: 'rate_limit', target: `p/${index}`, reason }),
      );
    const starts = [skipped('rests'), skipped('is disabled\u2028'), skipped('rests').slice(0, 7)];
    const records = Array.from({ length: 60 }, (_, index) => {
      const start = starts[index % 3] as RequestAttempt[];
      const cut = index % 5 === 0 ? start.slice(0, 20) : start;
      return recordOf(`r-${index}`, { attempts: [...cut, attemptOf('failed'), ...cut, attemptOf('served')] });
    });
    await logged.add(records.length, (index) => records[index] as RequestRecord);
    // More than 100 attempts are shortened.
    const expected = records.map(shortened).reverse();
    expect((await logged.store.requests({ limit: 60 })).requests).to.deep.equal(expected);
    const avoided = expected.flatMap(({ attempts }) => attempts).filter(({ outcome }) => outcome === 'skipped');
    expect((await logged.store.usage()).total.avoided).to.equal(avoided.length);
    expect(await documents()).to.have.length(60);
  });

  it(`take at most ${MOST_BYTES} bytes for a plain request`, async () => {
    const target = 'openrouter/meta-llama/llama-3.3-70b';
    await logged.add(100, (index) =>
      recordOf(`5f0c2c1e-9d1b-4e57-8a9c-${String(index).padStart(12, '0')}`, {
        target,
        provider: 'openrouter',
        model: 'meta-llama/llama-3.3-70b',
        promptTokens: 1_500,
        completionTokens: 420,
        latencyMs: 12_345.6,
        attempts: [attemptOf('served', { target, startedMs: 0, durationMs: 12_344.5 })],
      }),
    );
    const [text = ''] = textsOfFiles();
    expect(Buffer.byteLength(text) / 100).to.be.at.most(MOST_BYTES);
  });

  const text = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 40 }));
  const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
  const number = fc.double({ min: 0, max: 1e9, noNaN: true }).map((value) => value + 0);
  const attempt = fc
    .record({ reason: optional(text), adapted: optional(fc.array(text, { maxLength: 3 })), durationMs: number })
    .map((more) => attemptOf('failed', JSON.parse(JSON.stringify(more))));
  const record = fc
    .record({
      path: fc.oneof(text, fc.constant('/chat/completions')),
      keyLabel: text,
      chain: text,
      stream: fc.boolean(),
      resumed: fc.nat(3),
      waitedMs: fc.oneof(number, fc.constant(0)),
      tokensEstimated: fc.boolean(),
      firstTokenMs: optional(number),
      refusal: optional(text),
      attempts: fc.array(attempt, { maxLength: 3 }),
    })
    .map((more): RequestRecord => JSON.parse(JSON.stringify(recordOf('x', more))));

  it('keep records of any shape unchanged, for us and for NeDB', async () => {
    const check = fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 8 }), async (records) => {
      await logged.store.close();
      await logged.remove();
      logged = new StoreInFolder();
      await logged.add(records.length, (index) => ({ ...(records[index] as RequestRecord), id: `r-${index}` }));
      const { requests } = await logged.store.requests();
      expect(requests).to.deep.equal(records.map((each, index) => ({ ...each, id: `r-${index}` })).reverse());
      expect((await documents()).map(({ id, path }) => [id, path ?? '/chat/completions'])).to.deep.equal(
        records.map(({ path }, index) => [`r-${index}`, path]),
      );
    });
    await fc.assert(check, { numRuns: 20 });
  });
});
