import type { Totals, UsageReport } from '429chain/plugin';
import { expect } from 'chai';
import { addTo, type LoggedStore } from './logged-store.js';
import { describeLogs } from './logs.js';
import { attemptOf, DAY_MS, HOUR_MS, recordOf } from './records.js';

describeLogs('The totals of the request log', (open) => {
  let logged: LoggedStore;

  beforeEach(async () => {
    logged = await open();
  });

  afterEach(async () => {
    await logged.store.close();
    await logged.remove();
  });

  /** Logs requests that arrive and end at this time. */
  const arrive = async (at: number, more: Parameters<typeof recordOf>[1] = {}, times = 1): Promise<void> => {
    logged.clock.turn(at - logged.clock.now());
    await addTo(logged, times, (index) => recordOf(`${at}-${index}`, { at, ...more }));
  };

  const requestsOf = (group: Readonly<Record<string, Totals>> | undefined): unknown =>
    Object.fromEntries(Object.entries(group ?? {}).map(([name, { requests }]) => [name, requests]));

  const daysOf = ({ days }: UsageReport): unknown => days.map(({ day, requests }) => [day, requests]);

  const january = (day: number, hour: number, minute = 0): number => Date.UTC(2026, 0, day, hour, minute);

  it('are kept by hour, key, path and model too', async () => {
    await arrive(january(2, 9, 59), { keyLabel: 'laptop' });
    await arrive(january(2, 10), { keyLabel: 'laptop', path: '/messages' }, 2);
    const attempts = [
      attemptOf('failed', { class: 'server_error' }),
      attemptOf('served', { target: 'local:b/a-model' }),
    ];
    await arrive(january(2, 23), { keyLabel: '', target: 'local:b/a-model', provider: 'local', attempts });
    const report = await logged.store.usage({ from: january(2, 0), to: january(2, 0) });
    expect(report.hours?.map(({ at, requests }) => [at, requests])).to.deep.equal([
      [january(2, 9), 1],
      [january(2, 10), 2],
      [january(2, 23), 1],
    ]);
    expect(report.hours?.[1]).to.deep.include({ promptTokens: 20, failures: 0, saved: 0 });
    expect(report.hours?.[1]?.p50Ms).to.be.closeTo(120, 6);
    expect(requestsOf(report.keys)).to.deep.equal({ laptop: 3 });
    expect(requestsOf(report.paths)).to.deep.equal({ '/chat/completions': 2, '/messages': 2 });
    // The sum of groq's and local's: a request that asked both counts for both.
    expect(requestsOf(report.models)).to.deep.equal({ 'a-model': 5 });
    expect(report.models?.['a-model']).to.deep.include({ failures: 1, saved: 1 });
    expect(report.timeZone).to.equal('UTC');
  });

  it('follow the days of a time zone, also of its summer time', async () => {
    await arrive(january(1, 22, 30), { chain: 'new year' });
    await arrive(january(1, 23, 30), {}, 2);
    await arrive(january(2, 22, 59), { keyLabel: 'other' });
    await arrive(january(2, 23), { chain: 'third' });
    const ask = (timeZone: string, at = january(2, 12)) => logged.store.usage({ from: at, to: at, timeZone });
    const berlin = await ask('Europe/Berlin');
    expect(daysOf(berlin)).to.deep.equal([['2026-01-02', 3]]);
    expect(berlin.total.requests).to.equal(3);
    expect([requestsOf(berlin.chains), requestsOf(berlin.keys)]).to.deep.equal([
      { default: 3 },
      { 'key 1': 2, other: 1 },
    ]);
    expect(requestsOf(berlin.targets)).to.deep.equal({ 'groq/a-model': 3 });
    expect(berlin.total.p50Ms).to.be.closeTo(120, 6);
    expect(berlin.hours?.map(({ at }) => at)).to.deep.equal([january(1, 23), january(2, 22)]);
    expect(daysOf(await ask('UTC'))).to.deep.equal([['2026-01-02', 2]]);
    expect(daysOf(await ask('America/Los_Angeles'))).to.deep.equal([['2026-01-02', 2]]);
    // 23:30 UTC is 05:00, and 22:30 UTC is 04:00 of the next day.
    expect(daysOf(await ask('Asia/Kolkata'))).to.deep.equal([['2026-01-02', 3]]);
    const all = await logged.store.usage({ from: january(1, 0), to: january(4, 0), timeZone: 'Europe/Berlin' });
    expect(daysOf(all)).to.deep.equal([
      ['2026-01-01', 1],
      ['2026-01-02', 3],
      ['2026-01-03', 1],
    ]);
    // The clocks of Berlin are set forward on 29 March: its day has 23 hours.
    const march = (day: number, hour: number): number => Date.UTC(2026, 2, day, hour, 15);
    await arrive(march(28, 23));
    await arrive(march(29, 21));
    await arrive(march(29, 22));
    const spring = await ask('Europe/Berlin', march(29, 12));
    expect(daysOf(spring)).to.deep.equal([['2026-03-29', 2]]);
  });

  it('have no hours for a long period, and refuse an unknown time zone', async () => {
    await arrive(january(9, 9));
    expect((await logged.store.usage({ from: january(2, 0), to: january(9, 0) })).hours).to.equal(undefined);
    expect((await logged.store.usage({ from: january(3, 0), to: january(9, 0) })).hours).to.have.length(1);
    const refused = await logged.store.usage({ timeZone: 'Mars/Base' }).catch((error: Error) => error);
    expect(refused).to.be.instanceOf(RangeError);
    for (const at of [-8.64e15, 8.64e15])
      expect((await logged.store.usage({ from: at, to: at })).total.requests).to.equal(0);
  });

  it('are the same after a restart, in the middle of an hour too', async () => {
    await arrive(january(2, 9), { chain: 'a' }, 3);
    await arrive(january(2, 10), { chain: 'b' });
    const span = { from: january(2, 0), to: january(2, 0), timeZone: 'Asia/Tokyo' };
    const before = await logged.store.usage(span);
    await logged.store.close();
    logged.restart();
    expect(await logged.store.usage(span)).to.deep.equal(before);
    await arrive(january(2, 10), { chain: 'b' }, 4);
    await arrive(january(2, 9, 59), { chain: 'late' });
    logged.restart();
    const { hours, chains } = await logged.store.usage(span);
    expect(hours?.map(({ requests }) => requests)).to.deep.equal([4, 5]);
    expect(requestsOf(chains)).to.deep.equal({ a: 3, b: 5, late: 1 });
  });

  it('count 50 names of each group in an hour, and further ones together', async () => {
    logged.clock.turn(january(2, 23) - logged.clock.now());
    await addTo(logged, 70, (index) => recordOf(`a-${index}`, { at: january(2, 23), keyLabel: `key ${index}` }));
    const span = { from: january(3, 0), to: january(3, 0) };
    const { keys } = await logged.store.usage({ ...span, timeZone: 'Europe/Berlin' });
    expect(Object.keys(keys ?? {})).to.have.length(51);
    expect(keys?.['(others)']?.requests).to.equal(20);
    expect(
      Object.keys((await logged.store.usage({ from: january(2, 0), to: january(2, 0) })).keys ?? {}),
    ).to.have.length(70);
  });

  it('count a request that arrived the day before in the first hour', async () => {
    logged.clock.turn(january(3, 0, 5) - logged.clock.now());
    await addTo(logged, 1, () => recordOf('long', { at: january(3, 0, 5) - HOUR_MS }));
    const { hours } = await logged.store.usage({ from: january(3, 0), to: january(3, 0) + DAY_MS });
    expect(hours?.map(({ at, requests }) => [at, requests])).to.deep.equal([[january(3, 0), 1]]);
  });
});
