import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Totals, UsageReport } from '429chain/plugin';
import { expect } from 'chai';
import { recordOf } from '../request-log/records.js';
import { StoreInFolder } from './store-in-folder.js';

describe('The totals in the files of the request log', () => {
  let logged: StoreInFolder;

  beforeEach(() => {
    logged = new StoreInFolder();
  });

  afterEach(async () => {
    await logged.store.close();
    await logged.remove();
  });

  /** Logs requests that arrive and end at this time. */
  const arrive = async (at: number, more: Parameters<typeof recordOf>[1] = {}, times = 1): Promise<void> => {
    logged.clock.turn(at - logged.clock.now());
    await logged.add(times, (index) => recordOf(`${at}-${index}`, { at, ...more }));
  };

  const requestsOf = (group: Readonly<Record<string, Totals>> | undefined): unknown =>
    Object.fromEntries(Object.entries(group ?? {}).map(([name, { requests }]) => [name, requests]));

  const daysOf = ({ days }: UsageReport): unknown => days.map(({ day, requests }) => [day, requests]);

  const january = (day: number, hour: number, minute = 0): number => Date.UTC(2026, 0, day, hour, minute);

  it('of a version without hours and keys are kept, and count for the day of their noon', async () => {
    await arrive(january(2, 9), { chain: 'old' }, 2);
    await logged.store.close();
    const file = join(logged.folder, 'totals', '2026-01-02.json');
    const { hours, keys, paths, ...old } = JSON.parse(readFileSync(file, 'utf8'));
    expect([hours, keys, paths]).to.not.include(undefined);
    writeFileSync(file, JSON.stringify(old));
    logged.restart();
    await arrive(january(2, 10), { chain: 'new' });
    await logged.store.close();
    logged.restart();
    for (const timeZone of ['Asia/Tokyo', 'UTC', 'America/Los_Angeles']) {
      const report = await logged.store.usage({ from: january(2, 12), to: january(2, 12), timeZone });
      expect(daysOf(report), timeZone).to.deep.equal([['2026-01-02', 3]]);
      expect(requestsOf(report.chains), timeZone).to.deep.equal({ old: 2, new: 1 });
      expect(requestsOf(report.keys), timeZone).to.deep.equal({ 'key 1': 1 });
      expect(report.hours).to.have.length(1);
    }
  });
});
