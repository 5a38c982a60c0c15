import { expect } from 'chai';
import { capacityOf, sumOf } from '../../../admin-ui/src/data/providers/capacity.js';
import { stepsOf } from '../../../admin-ui/src/data/providers/health.js';
import { Today } from '../../../admin-ui/src/data/requests/today.js';
import type { QuotaView, TargetView } from '../../../src/contract/admin-api.js';
import type { ChangesEvent } from '../../../src/contract/events.js';
import type { RequestRecord, Totals } from '../../../src/contract/requests.js';

const quota = (scope: string, remaining: number, limit: number, more: Partial<QuotaView> = {}): QuotaView => ({
  scope,
  dimension: 'requests',
  window: '1m',
  limit,
  remaining,
  inFlight: 0,
  source: 'header',
  ...more,
});
const target = (id: string, quotas: readonly QuotaView[], more: Partial<TargetView> = {}): TargetView => ({
  target: id,
  chains: ['default'],
  state: 'tracking',
  inFlight: 0,
  quotas,
  ...more,
});
const TOKENS = { dimension: 'tokens', window: '1d' } as const;

describe('The free capacity', () => {
  for (const [what, targets, expected] of [
    ['nothing', [], { whole: 0, now: 0, share: undefined, unknown: [] }],
    [
      'a target of which no limit is known beside one that is half used',
      [target('a/x', [quota('a', 10, 20)]), target('b/x', [])],
      { whole: 20, now: 10, share: 0.5, unknown: ['b/x'] },
    ],
    [
      'a large quota that is whole and a small one that is empty',
      [target('a/x', [quota('a', 90, 90)]), target('b/x', [quota('b', 0, 10)])],
      { whole: 100, now: 90, share: 0.9, unknown: [] },
    ],
    [
      'two targets that share a quota',
      [target('a/x', [quota('a', 5, 20)]), target('a/y', [quota('a', 5, 20)])],
      { whole: 20, now: 5, share: 0.25, unknown: [] },
    ],
    [
      'a minute that is whole and a day with less left',
      [target('a/x', [quota('a', 20, 20), quota('a', 5, 1_000, { window: '1d' })])],
      { whole: 20, now: 5, share: 0.25, unknown: [] },
    ],
    ['tokens', [target('a/x', [quota('a', 2_000, 8_000, TOKENS)])], { whole: 8, now: 2, share: 0.25, unknown: [] }],
    [
      'a target that cools down',
      [target('a/x', [quota('a', 20, 20)], { state: 'exhausted' }), target('b/x', [quota('b', 20, 20)])],
      { whole: 40, now: 20, share: 0.5, unknown: [] },
    ],
    [
      'a limit that has come back and is checked',
      [target('a/x', [quota('a', 20, 20, { probing: true })], { probing: true })],
      { whole: 20, now: 20, share: 1, unknown: [] },
    ],
    [
      'slots, and a target without a key',
      [target('a/x', [quota('a', 1, 2, { dimension: 'concurrent' })]), target('b/x', [], { state: 'unconfigured' })],
      { whole: 0, now: 0, share: undefined, unknown: ['a/x'] },
    ],
  ] as const) {
    it(`counts ${what}`, () => {
      expect(sumOf(capacityOf(targets))).to.deep.equal(expected);
    });
  }
});

describe('The figures of the day', () => {
  const NOW = 1_000_000;
  const TODAY = { requests: 5, saved: 1, avoided: 0, rateLimited: 0, promptTokens: 10, completionTokens: 1 } as Totals;
  const record = (endedAt: number, more: Partial<RequestRecord> = {}): RequestRecord =>
    ({ at: endedAt - 50, latencyMs: 50, status: 200, attempts: [], ...more }) as unknown as RequestRecord;
  const changes = (requests: readonly RequestRecord[], missed?: number): ChangesEvent => ({
    type: 'changes',
    targets: [],
    requests,
    ...(missed === undefined ? {} : { missed }),
  });

  it('count what ended after the totals, once', () => {
    const today = new Today();
    expect(today.heard(changes([record(NOW - 1), record(NOW), record(NOW + 1)]))).to.equal(false);
    expect(today.figures({ today: TODAY, at: NOW })?.requests).to.equal(6);
    expect(today.figures({ today: { ...TODAY, requests: 6 }, at: NOW + 10 })?.requests).to.equal(6);
  });

  it('count as the log does', () => {
    const today = new Today();
    const attempts = [
      { target: 'a/x', outcome: 'skipped', class: 'rate_limit' },
      { target: 'b/x', outcome: 'skipped', reason: 'no key' },
      { target: 'c/x', outcome: 'failed', class: 'quota' },
      { target: 'd/x', outcome: 'failed', class: 'server_error' },
      { target: 'e/x', outcome: 'served' },
    ] as unknown as RequestRecord['attempts'];
    today.heard(changes([record(NOW + 1, { attempts, target: 'e/x', promptTokens: 3, completionTokens: 4 })]));
    today.heard(changes([record(NOW + 2, { attempts: attempts.slice(0, 1), status: 503 })]));
    expect(today.figures({ today: TODAY, at: NOW })).to.include({
      requests: 7,
      saved: 2,
      avoided: 2,
      rateLimited: 1,
      promptTokens: 13,
      completionTokens: 5,
    });
  });

  it('are to be loaded again after a gap, and are absent without a log', () => {
    const today = new Today();
    expect(today.heard(changes([record(NOW + 1)], 3))).to.equal(true);
    expect(today.figures({ at: NOW })).to.equal(undefined);
  });
});

describe('The steps of the last hour', () => {
  it('are twelve, with the current one last', () => {
    const at = (index: number): number => 300_000 * (1_000 + index);
    const step = (index: number) => ({ at: at(index), served: 1, failed: 0, limited: 0 });
    const hour = { served: 2, failed: 0, limited: 0, steps: [step(0), step(11)] };
    const steps = stepsOf(hour, at(11) + 1_000);
    expect(steps.map((each) => each !== undefined)).to.deep.equal([true, ...Array(10).fill(false), true]);
    expect(stepsOf(hour, at(12)).filter((each) => each !== undefined)).to.deep.equal([step(11)]);
  });
});
