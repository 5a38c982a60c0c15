import { expect } from 'chai';
import {
  type By,
  choicesFor,
  orderFor,
  type Row,
  restText,
  rowsOf,
  sorted,
} from '../../../admin-ui/src/data/requests/breakdown.js';
import { partsOf, percent, periodStart, slotsOf } from '../../../admin-ui/src/data/requests/usage.js';
import { usageCsv } from '../../../admin-ui/src/data/requests/usage-csv.js';
import { usageSearch, usageViewOf } from '../../../admin-ui/src/data/requests/usage-view.js';
import type { Totals, UsageReport } from '../../../src/contract/requests.js';

const NOON = new Date(2026, 1, 28, 12).getTime();
const HOUR_MS = 3_600_000;

const totals = (more: Partial<Totals> = {}): Totals => ({
  requests: 4,
  failures: 1,
  cancelled: 0,
  failedAttempts: {},
  promptTokens: 10,
  completionTokens: 20,
  rateLimited: 1,
  avoided: 2,
  saved: 2,
  ...more,
});

const report = (more: Partial<UsageReport> = {}): UsageReport => ({
  total: totals(),
  providers: {},
  chains: {},
  targets: {},
  days: [],
  ...more,
});

describe('The figures of the page Usage', () => {
  it('include each day of the period, also days without requests', () => {
    const slots = slotsOf(report({ timeZone: 'x', days: [{ ...totals(), day: '2026-02-27' }] }), 3, NOON);
    expect(slots.map(({ at, label, totals: { requests } }) => [at, label, requests])).to.deep.equal([
      [new Date(2026, 1, 26).getTime(), '26 Feb', 0],
      [new Date(2026, 1, 27).getTime(), '27 Feb', 4],
      [new Date(2026, 1, 28).getTime(), '28 Feb', 0],
    ]);
    expect(periodStart(3, NOON)).to.equal(new Date(2026, 1, 26).getTime());
  });

  it('are those of UTC days if the log knows no time zones', () => {
    const days = [{ ...totals(), day: '2026-02-27' }];
    const slots = slotsOf(report({ days }), 90, Date.UTC(2026, 1, 28, 23, 59));
    expect(slots).to.have.length(90);
    expect(slots.at(-2)).to.deep.include({ at: Date.UTC(2026, 1, 27), label: '27 Feb', totals: days[0] });
  });

  it('include each hour of today, and its days if the log does not count hours', () => {
    const nine = new Date(2026, 1, 28, 9).getTime();
    const slots = slotsOf(report({ timeZone: 'x', hours: [{ ...totals(), at: nine }] }), 1, NOON);
    expect(slots).to.have.length(24);
    expect([slots[0]?.label, slots[9]?.label, slots.at(-1)?.label]).to.deep.equal(['00:00', '09:00', '23:00']);
    expect(slots.map(({ totals: { requests } }) => requests).indexOf(4)).to.equal(9);
    expect(slots[1]?.at).to.equal((slots[0]?.at ?? 0) + HOUR_MS);
    expect(slotsOf(report(), 1, NOON)).to.have.length(1);
  });

  it('split requests into parts that add up', () => {
    const { direct, rescued, failures, cancelled } = partsOf(totals({ requests: 10, cancelled: 3, saved: 9 }));
    expect({ direct, rescued, failures, cancelled }).to.deep.equal({
      direct: 0,
      rescued: 6,
      failures: 1,
      cancelled: 3,
    });
  });

  const named = (name: string, more: Partial<Totals> = {}): Row => ({ name, totals: totals(more) });
  const namesOf = (rows: readonly Row[]): readonly string[] => rows.map(({ name }) => name);

  it('are sorted by any column, unknown values last, and equal ones by name', () => {
    const rows = [
      named('b10', { p50Ms: 5 }),
      named('b9', { requests: 9 }),
      named('a', { p50Ms: 50 }),
      named('c', { p50Ms: 7, requests: 1 }),
    ];
    const by = (column: string, descending: boolean) => namesOf(sorted(rows, { by: column, descending }));
    expect(by('requests', true)).to.deep.equal(['b9', 'a', 'b10', 'c']);
    expect(by('requests', false)).to.deep.equal(['c', 'a', 'b10', 'b9']);
    expect(by('p50_ms', true)).to.deep.equal(['a', 'c', 'b10', 'b9']);
    expect(by('p50_ms', false)).to.deep.equal(['b10', 'c', 'a', 'b9']);
    expect(by('name', false)).to.deep.equal(['a', 'b9', 'b10', 'c']);
    expect(orderFor('time')).to.deep.equal({ by: 'name', descending: true });
  });

  it('can be broken down by what the log counts, with links to the requests', () => {
    const whole = report({
      timeZone: 'x',
      providers: { one: totals() },
      models: { 'a/m': totals() },
      keys: { 'key 1': totals({ requests: 3 }), '(others)': totals({ requests: 0 }) },
      paths: { '/messages': totals(), '/api/own': totals() },
      hours: [{ ...totals(), at: new Date(2026, 1, 28, 9).getTime() }],
    });
    expect(choicesFor(whole, 1).map(({ text }) => text)).to.deep.equal([
      'Provider',
      'Target',
      'Model',
      'Chain',
      'Key',
      'Endpoint',
      'Hour',
    ]);
    expect(choicesFor(report(), 7).map(({ text }) => text)).to.deep.equal(['Provider', 'Target', 'Chain', 'Day']);
    const rows = (by: By, days = 30) => rowsOf(whole, by, days, NOON);
    expect(rows('provider', 7)[0]?.href).to.equal('/admin/requests?provider=one&range=7d');
    expect(rows('model', 1)[0]?.href).to.equal('/admin/requests?search=a%2Fm&range=today');
    expect(rows('key').map(({ href }) => href)).to.deep.equal(['/admin/requests?search=key+1', undefined]);
    expect(rows('endpoint').map(({ name, about }) => [name, about])).to.deep.equal([
      ['messages', 'POST /v1/messages'],
      ['/api/own', 'POST /api/own'],
    ]);
    expect(rows('time', 1).map(({ name }) => name)).to.deep.equal(['09:00']);
    expect(restText(whole, 'key', rows('key'))).to.match(/^1 request without a key/);
    expect(restText(whole, 'provider', [])).to.equal('');
  });

  it('keep period, breakdown and order in the address', () => {
    const search = '?days=7&by=target&sort=failures&order=up';
    expect(usageSearch(usageViewOf(search))).to.equal(search);
    expect(usageSearch(usageViewOf('?days=31&by=x&sort=y'))).to.equal('');
    expect(usageSearch({ days: 30, by: 'time', order: orderFor('time') })).to.equal('?by=time');
  });

  const shares: readonly (readonly [part: number, whole: number, text: string])[] = [
    [0, 0, '0 %'],
    [0, 10, '0 %'],
    [10, 10, '100 %'],
    [9_999, 10_000, '99.9 %'],
    [1, 10_000, '< 1 %'],
    [1, 3, '33 %'],
  ];
  for (const [part, whole, text] of shares)
    it(`show ${text} for ${part} of ${whole}`, () => expect(percent(part, whole)).to.equal(text));

  it('are exported as CSV: quoted if needed, empty if unknown, never a formula, with CRLF line ends', () => {
    const rows = [
      named('one/a,"b"\n', { p50Ms: 12.5, p99Ms: 40 }),
      named('=1+1'),
      named('@cf/llama'),
      named('@SUM(A1)'),
    ];
    expect(usageCsv('target', totals(), rows)).to.equal(
      'of,name,requests,failures,cancelled,saved,avoided,rate_limited,prompt_tokens,completion_tokens,p50_ms,p99_ms\r\n' +
        'total,,4,1,0,2,2,1,10,20,,\r\n' +
        'target,"one/a,""b""\n",4,1,0,2,2,1,10,20,12.5,40\r\n' +
        "target,'=1+1,4,1,0,2,2,1,10,20,,\r\n" +
        'target,@cf/llama,4,1,0,2,2,1,10,20,,\r\n' +
        "target,'@SUM(A1),4,1,0,2,2,1,10,20,,\r\n",
    );
    const nine = new Date(2026, 1, 28, 9).getTime();
    const line = usageCsv('hour', totals(), [{ ...named('09:00'), at: nine }]).split('\r\n')[2];
    expect(line).to.match(/^hour,2026-02-28T09:00[+-]\d\d:\d\d,4,/);
    expect(Date.parse(line?.split(',')[1] ?? '')).to.equal(nine);
  });
});
