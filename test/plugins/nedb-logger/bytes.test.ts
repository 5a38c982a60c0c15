import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestRecord } from '429chain/plugin';
import { expect } from 'chai';
import { shortened } from '../../../plugins/request-log/shorten.js';
import { attemptOf, DAY_MS, recordOf } from '../request-log/records.js';
import { StoreInFolder } from './store-in-folder.js';

const MIB = 2 ** 20;
const MOST = 4 * MIB;

describe('The request log in bytes', () => {
  let logged: StoreInFolder;

  beforeEach(() => {
    logged = new StoreInFolder({ maxBytes: MOST });
  });

  afterEach(async () => {
    await logged.store.close();
    await logged.remove();
  });

  const bytesIn = (folder = logged.folder): number =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

  /** About 50 KB. */
  const large = (id: string): RequestRecord =>
    recordOf(id, { attempts: Array(60).fill(attemptOf('failed', { reason: 'no '.repeat(270) })) });

  it('never has more than allowed, and removes the oldest records first', async () => {
    for (let round = 0; round < 15; round++) {
      await logged.add(20, (index) => large(`r-${round * 20 + index}`));
      expect(bytesIn()).to.be.at.most(MOST);
    }
    const ids = await logged.ids();
    expect(ids.length).to.be.above(20).and.below(100);
    expect(ids).to.deep.equal(Array.from({ length: ids.length }, (_, index) => `r-${299 - index}`));
    expect((await logged.store.usage()).total.requests, 'the totals count all of them').to.equal(300);
  });

  it('removes prompts and answers before records', async () => {
    for (let index = 0; index < 60; index++) {
      logged.store.add(recordOf(`r-${index}`), { request: 'x'.repeat(200_000), answer: 'y'.repeat(1_000) });
      await logged.store.flush();
      expect(bytesIn()).to.be.at.most(MOST);
    }
    expect(await logged.ids()).to.have.length(60);
    expect((await logged.store.request('r-0'))?.content).to.equal(undefined);
    expect((await logged.store.request('r-59'))?.content?.request).to.have.length(200_000);
  });

  it('writes many large prompts that wait together in several segments', async () => {
    for (let index = 0; index < 60; index++) logged.store.add(recordOf(`r-${index}`), { request: 'x'.repeat(200_000) });
    await logged.store.flush();
    expect(bytesIn()).to.be.at.most(MOST);
    expect(await logged.ids()).to.have.length(60);
  });

  it('follows a changed bound after a restart', async () => {
    await logged.add(60, (index) => large(`r-${index}`));
    logged.store.configure({
      keepMs: DAY_MS,
      maxRequests: 1_000,
      maxBytes: MIB,
      now: logged.clock.now,
      log: logged.log,
    });
    await logged.add(20, (index) => large(`s-${index}`));
    expect(bytesIn()).to.be.at.most(MIB);
  });

  it('removes the totals of the oldest days while they have more than a quarter', async () => {
    await logged.remove();
    logged = new StoreInFolder({ maxBytes: MOST, maxRequests: 500 });
    // Names of 250 characters: about 300 KB of totals a day.
    const named = (day: number, index: number): RequestRecord =>
      recordOf(`${day}-${index}`, { chain: `${'x'.repeat(250)}-${index}` });
    for (let day = 0; day < 8; day++) {
      await logged.add(490, (index) => named(day, index));
      await logged.store.close();
      logged.clock.turn(DAY_MS);
      expect(bytesIn(join(logged.folder, 'totals'))).to.be.at.most(MOST / 4 + 400_000);
    }
    const { days } = await logged.store.usage();
    expect(days.length).to.be.above(1).and.below(8);
    expect(days.at(-1)?.day).to.equal('2026-01-08');
  });

  it('reports no more names than one day has, however many days there are', async () => {
    for (let day = 0; day < 3; day++) {
      await logged.add(400, (index) => recordOf(`${day}-${index}`, { chain: `chain-${day}-${index}` }));
      logged.clock.turn(DAY_MS);
    }
    const { chains, total } = await logged.store.usage();
    expect(Object.keys(chains)).to.have.length(501);
    expect(total.requests).to.equal(1_200);
  });

  const LONG: readonly { what: string; record: RequestRecord; says: RegExp }[] = [
    {
      what: 'thousands of attempts',
      record: recordOf('a', {
        attempts: Array.from({ length: 5_000 }, () => attemptOf('skipped', { reason: 'rests' })),
      }),
      says: /"omittedAttempts":4900/,
    },
    {
      what: 'a long reason',
      record: recordOf('a', { attempts: [attemptOf('failed', { reason: 'x'.repeat(10 * MIB) })] }),
      says: /x…"/,
    },
    {
      what: 'long and many changes',
      record: recordOf('a', { attempts: [attemptOf('served', { adapted: Array(5_000).fill('y'.repeat(5_000)) })] }),
      says: /y….*"… \(4980 more\)"/,
    },
    {
      what: 'a long name',
      record: recordOf('a', { model: 'm'.repeat(MIB), target: `p/${'m'.repeat(MIB)}` }),
      says: /m…"/,
    },
  ];
  for (const { what, record, says } of LONG) {
    it(`shortens a record and says so: ${what}`, async () => {
      logged.store.add(record);
      const stored = JSON.stringify(await logged.store.request('a'));
      expect(stored.length).to.be.below(200_000);
      expect(stored).to.match(says);
    });
  }

  it('leaves a usual record as it is', () => {
    const record = recordOf('a', { attempts: Array(100).fill(attemptOf('skipped', { reason: 'x'.repeat(300) })) });
    expect(shortened(record)).to.equal(record);
  });
});
