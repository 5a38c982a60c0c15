import { expect } from 'chai';
import { freeTodayOf } from '../../../src/admin/live/free-today.js';
import type { FreeToday, QuotaView, TargetView } from '../../../src/contract/admin-api.js';
import type { Calendar } from '../../../src/contract/quota.js';

const quota = (scope: string, dimension: QuotaView['dimension'], more: Partial<QuotaView> = {}): QuotaView => ({
  scope,
  dimension,
  window: '1d',
  inFlight: 0,
  source: 'header',
  ...more,
});

const target = (id: string, quotas: readonly QuotaView[], state: TargetView['state'] = 'tracking'): TargetView => ({
  target: id,
  chains: ['default'],
  state,
  inFlight: 0,
  quotas,
});

const ofAccount = quota('p', 'tokens', { limit: 1_000, used: 300 });
const tokens = (id: string, limit: number, used: number): QuotaView => quota(id, 'tokens', { limit, used });
const requests = (id: string, limit: number, used: number): QuotaView => quota(id, 'requests', { limit, used });

const byCalendar = ({ window: _, ...view }: QuotaView, calendar: Calendar): QuotaView => ({ ...view, calendar });

const CASES: readonly (readonly [what: string, targets: readonly TargetView[], expected: FreeToday])[] = [
  ['nothing if nothing is known', [target('p/a', [])], { unknown: 1 }],
  [
    'the tokens of targets with their own limits',
    [target('p/a', [tokens('p/a', 100, 10)]), target('p/b', [tokens('p/b', 200, 50)])],
    { tokens: { used: 60, limit: 300 }, unknown: 0 },
  ],
  [
    'an account once, however many targets share it, and not its targets',
    [target('p/a', [tokens('p/a', 100, 10), ofAccount]), target('p/b', [ofAccount])],
    { tokens: { used: 300, limit: 1_000 }, unknown: 0 },
  ],
  [
    'days by the calendar, but not months',
    [
      target('p/a', [byCalendar(requests('p', 50, 7), { each: 'day', zone: 'Asia/Tokyo' })]),
      target('q/b', [byCalendar(requests('q', 900, 1), { each: 'month' })]),
    ],
    { requests: { used: 7, limit: 50 }, unknown: 1 },
  ],
  [
    'a pool instead of its targets',
    [target('p/a', [requests('p/a', 9, 1), requests('p#free', 50, 7)]), target('p/b', [requests('p#free', 50, 7)])],
    { requests: { used: 7, limit: 50 }, unknown: 0 },
  ],
  [
    'the tighter of two limits of one scope',
    [target('p/a', [tokens('p/a', 500, 5), { ...tokens('p/a', 100, 9), source: 'manual' }])],
    { tokens: { used: 9, limit: 100 }, unknown: 0 },
  ],
  [
    'requests only if the tokens per day are unknown',
    [target('p/a', [requests('p/a', 10, 1), tokens('p/a', 100, 10)]), target('q/b', [requests('q/b', 20, 2)])],
    { tokens: { used: 10, limit: 100 }, requests: { used: 2, limit: 20 }, unknown: 0 },
  ],
  [
    'the remaining units, if only those are known',
    [target('p/a', [quota('p/a', 'tokens', { limit: 100, remaining: 25 })])],
    { tokens: { used: 75, limit: 100 }, unknown: 0 },
  ],
  [
    'never more than the limit',
    [target('p/a', [tokens('p/a', 100, 130)])],
    { tokens: { used: 100, limit: 100 }, unknown: 0 },
  ],
  [
    'no minutes, no hours, no slots, no guesses',
    [
      target('p/a', [quota('p/a', 'tokens', { window: '1m', limit: 9, used: 1 })]),
      target('p/b', [quota('p/b', 'requests', { window: '1h', limit: 9, used: 1 })]),
      target('p/c', [{ scope: 'p/c', dimension: 'concurrent', limit: 2, inFlight: 0, source: 'manual' }]),
      target('p/d', [quota('p/d', 'requests', { limit: 9, used: 1, source: 'learned' })]),
      target('p/e', [quota('p/e', 'tokens', { used: 1 })]),
    ],
    { unknown: 5 },
  ],
  [
    'no target that cannot be asked at all',
    [target('p/a', [], 'unconfigured'), target('p/b', [tokens('p/b', 100, 10)], 'disabled')],
    { unknown: 0 },
  ],
];

describe('The free units of a day', () => {
  for (const [what, targets, expected] of CASES) {
    it(`count ${what}`, () => expect(freeTodayOf(targets)).to.deep.equal(expected));
  }
});
