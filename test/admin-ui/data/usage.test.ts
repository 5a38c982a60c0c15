import { expect } from 'chai';
import { everyDay, partsOfDay, percent } from '../../../admin-ui/src/data/requests/usage.js';
import { usageCsv } from '../../../admin-ui/src/data/requests/usage-csv.js';
import type { Totals, UsageReport } from '../../../src/contract/requests.js';

const NOON = Date.UTC(2026, 1, 28, 12);

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
  it('include each day of the range, also days without requests', () => {
    const days = everyDay(report({ days: [{ ...totals(), day: '2026-02-27' }] }), 3, NOON);
    expect(days.map(({ day, requests }) => [day, requests])).to.deep.equal([
      ['2026-02-26', 0],
      ['2026-02-27', 4],
      ['2026-02-28', 0],
    ]);
  });

  it('split a day into parts that add up to its requests', () => {
    const { direct, rescued, failures, cancelled } = partsOfDay(totals({ requests: 10, cancelled: 3, saved: 9 }));
    expect({ direct, rescued, failures, cancelled }).to.deep.equal({
      direct: 0,
      rescued: 6,
      failures: 1,
      cancelled: 3,
    });
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

  it('are exported as CSV: quoted if needed, empty if unknown, with CRLF line ends', () => {
    const text = usageCsv(report({ targets: { 'one/a,"b"\n': totals({ p50Ms: 12.5, p99Ms: 40 }) } }));
    expect(text).to.equal(
      'of,name,requests,failures,cancelled,saved,rate_limited,avoided,prompt_tokens,completion_tokens,p50_ms,p99_ms\r\n' +
        'total,,4,1,0,2,1,2,10,20,,\r\n' +
        'target,"one/a,""b""\n",4,1,0,2,1,2,10,20,12.5,40\r\n',
    );
  });
});
