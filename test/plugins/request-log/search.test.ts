import type { RequestQuery, RequestRecord } from '429chain/plugin';
import { expect } from 'chai';
import { addTo, idsIn, type LoggedStore } from './logged-store.js';
import { describeLogs } from './logs.js';
import { attemptOf, DAY_MS, HOUR_MS, NOON, recordOf } from './records.js';

describeLogs('A search in the request log', (open) => {
  let logged: LoggedStore;

  beforeEach(async () => {
    logged = await open();
  });

  afterEach(async () => {
    await logged.store.close();
    await logged.remove();
  });

  const found = (query: RequestQuery): Promise<string[]> => idsIn(logged, query);

  const failed = attemptOf('failed', {
    target: 'cerebras:key 2/Qwen-3',
    class: 'rate_limit',
    reason: 'Too Many "requests"\u2028per minute',
  });
  const { target, provider, model, ...refused } = recordOf('refused', { status: 401, keyLabel: '', attempts: [] });
  const records: readonly RequestRecord[] = [
    recordOf('req-AB12'),
    recordOf('fell-back', { keyLabel: 'Büro', attempts: [failed, attemptOf('served')] }),
    { ...refused, chain: '', refusal: 'invalid_api_key' },
    recordOf('chained', { chain: 'careful', attempts: [attemptOf('skipped', { reason: 'rests until 12:04' })] }),
  ];

  const rows: readonly (readonly [search: string, ids: readonly string[]])[] = [
    ['ab12', ['req-AB12']],
    ['qwen', ['fell-back']],
    ['groq/a-model', ['req-AB12', 'fell-back', 'chained']],
    ['BÜRO', ['fell-back']],
    ['too many', ['fell-back']],
    ['minute   too', ['fell-back']],
    ['"requests"', ['fell-back']],
    ['rate_limit', ['fell-back']],
    ['invalid_api_key', ['refused']],
    ['careful rests', ['chained']],
    ['careful qwen', []],
    ['  ', ['req-AB12', 'fell-back', 'refused', 'chained']],
    // Names of fields and values of others are no words.
    ['keyLabel', []],
    ['failed', []],
    ['\\', []],
  ];
  for (const [search, ids] of rows)
    it(`finds ${ids.join(', ') || 'nothing'} for "${search}"`, async () => {
      await addTo(logged, records.length, (index) => records[index] as RequestRecord);
      expect(await found({ search })).to.have.members(ids);
    });

  it('finds one among 20,000 requests, page by page', async () => {
    for (let first = 0; first < 20_000; first += 5_000)
      await addTo(logged, 5_000, (index) =>
        recordOf(`r-${first + index}`, first + index === 7 ? { attempts: [failed] } : {}),
      );
    expect(await found({ search: 'qwen many' })).to.deep.equal(['r-7']);
    expect(await found({ search: 'r-1999', limit: 3 })).to.have.length(11);
  });

  it('selects by the time of arrival, over the border of days too', async () => {
    for (let hour = 0; hour < 30; hour += 3) {
      await addTo(logged, 1, (index) => recordOf(`${hour}-${index}`, { at: NOON + hour * HOUR_MS }));
      logged.clock.turn(3 * HOUR_MS);
    }
    const ask = (from: number | undefined, to: number | undefined) =>
      found({ from: from && NOON + from * HOUR_MS, to: to && NOON + to * HOUR_MS });
    expect(await ask(21, undefined)).to.deep.equal(['27-0', '24-0', '21-0']);
    expect(await ask(undefined, 3)).to.deep.equal(['0-0']);
    expect(await ask(9, 15)).to.deep.equal(['12-0', '9-0']);
    expect(await ask(1_000, undefined)).to.deep.equal([]);
    expect(await found({ from: -8.64e15, to: 8.64e15 })).to.have.length(10);
  });

  it('says at its end whether older requests were deleted', async () => {
    await addTo(logged, 2, (index) => recordOf(`r-${index}`));
    expect(await logged.store.requests()).to.not.have.property('deleted');
    expect(await logged.store.requests({ limit: 2 })).to.not.have.any.keys('deleted', 'next');
    logged.clock.turn(DAY_MS);
    await addTo(logged, 1, () => recordOf('later', { at: NOON + DAY_MS }));
    await logged.store.close();
    await logged.removeDay('2026-01-01');
    logged.restart();
    expect(await logged.store.requests()).to.have.property('deleted', true);
    expect(await logged.store.requests({ limit: 1 })).to.have.property('deleted', true);
    expect(await logged.store.requests({ from: NOON + DAY_MS, search: 'x' })).to.not.have.property('next');
  });
});
