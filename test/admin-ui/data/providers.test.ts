import { expect } from 'chai';
import { draftOf, limitOf, NEW_LIMIT, windowText } from '../../../admin-ui/src/data/providers/limit-draft.js';
import { quotasOf } from '../../../admin-ui/src/data/providers/providers.js';
import { quotaName } from '../../../admin-ui/src/data/providers/quotas.js';
import type { QuotaView, TargetView } from '../../../src/contract/admin-api.js';
import type { Limit } from '../../../src/contract/quota.js';

const quota = (fields: Partial<QuotaView>): QuotaView => ({
  scope: 'groq',
  dimension: 'requests',
  window: '1m',
  inFlight: 0,
  source: 'header',
  ...fields,
});

const target = (id: string, quotas: readonly QuotaView[]): TargetView => ({
  target: id,
  chains: ['default'],
  state: 'tracking',
  inFlight: 0,
  quotas,
});

describe('The limits of a provider', () => {
  it('are shown once if targets share them, configured and reported ones side by side', () => {
    const told = quota({ limit: 30 });
    const written = quota({ limit: 20, source: 'manual' });
    const own = quota({ scope: 'groq/b', dimension: 'tokens', limit: 1000 });
    const targets = [
      target('groq/a', [told, written]),
      target('groq/b', [own, told, written]),
      target('cerebras/c', [quota({ scope: 'cerebras' })]),
    ];
    expect(quotasOf('groq', targets)).to.deep.equal([told, written, own]);
  });
});

describe('A limit', () => {
  const LIMITS: readonly (readonly [limit: Limit, window: string])[] = [
    [{ requests: 30, per: '1m' }, 'per 1m'],
    [{ tokens: 6000, per: '1h30m' }, 'per 1h30m'],
    [{ requests: 1000, each: 'day' }, 'each day (UTC)'],
    [{ requests: 1000, each: 'day', zone: 'America/Los_Angeles' }, 'each day (Los Angeles)'],
    [{ output_tokens: 1000, each: 'week', from: '2026-03-05' }, 'each week from Thursday (UTC)'],
    [{ input_tokens: 1000, each: 'month', zone: 'Europe/Berlin', from: 31 }, 'each month from day 31 (Berlin)'],
    [{ units: 0.5, per: '1d', costs: { '*': { request: 0.1 } } }, 'per 1d'],
    [{ units: 10_000, each: 'month', costs: { 'a-*': { input: 5, output: 20 } } }, 'each month (UTC)'],
    [{ concurrent: 2 }, ''],
  ];

  for (const [limit, window] of LIMITS) {
    it(`stays the same in a form: ${JSON.stringify(limit)}`, () => {
      expect(limitOf(draftOf(limit))).to.deep.equal(limit);
      expect(windowText(limit)).to.equal(window);
    });
  }

  for (const [what, draft] of [
    ['no amount', { amount: '' }],
    ['half a request', { amount: '1.5' }],
    ['no duration', { per: 'soon' }],
    ['a zone that does not exist', { span: 'day', zone: 'Mars/Base' }],
    ['units without costs', { dimension: 'units' }],
  ] as const) {
    it(`is incomplete with ${what}`, () => {
      expect(limitOf({ ...NEW_LIMIT, amount: '30', ...draft })).to.equal(undefined);
    });
  }

  it('has the words of its bar', () => {
    const calendar = { each: 'day', zone: 'America/Los_Angeles' } as const;
    expect(quotaName(quota({ window: '1m' }))).to.equal('requests per 1m');
    expect(quotaName({ scope: 'p', dimension: 'output_tokens', calendar, inFlight: 0, source: 'manual' })).to.equal(
      'output tokens each day (Los Angeles)',
    );
  });
});
