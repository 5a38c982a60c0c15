import { expect } from 'chai';
import type { Outcome, Target, Try } from '../../src/plugin/api.js';
import { recordOf } from '../../src/plugin/request-record.js';

const ARRIVED_AT = Date.UTC(2026, 0, 1, 12);
const TARGET: Target = { id: 'one/a-model', provider: 'one', type: 'openai-compatible', model: 'a-model', limits: [] };

const tryAt = (ms: number, more: Partial<Try> = {}): Try => ({
  attempt: {
    requestId: 'an-id',
    chain: 'default',
    target: TARGET,
    number: 1,
    startedAt: ARRIVED_AT + ms,
    stream: false,
    estimatedTokens: 10,
  },
  durationMs: 12.34,
  signals: [],
  adapted: [],
  ...more,
});

const outcomeOf = (tries: readonly Try[]): Outcome => ({
  requestId: 'an-id',
  chain: 'default',
  path: '/chat/completions',
  keyLabel: 'key 1',
  startedAt: ARRIVED_AT,
  status: 200,
  durationMs: 1_500,
  waitedMs: 1_000,
  stream: false,
  resumed: 0,
  tries,
});

describe('What is kept of a request', () => {
  const cases = [
    {
      title: 'one that was passed over',
      tried: tryAt(3, { denial: { reason: 'no room' }, limited: true }),
      kept: { outcome: 'passed_over', class: 'rate_limit', reason: 'no room', startedMs: 3, durationMs: 0 },
    },
    {
      title: 'one that failed',
      tried: tryAt(5, { failure: { class: 'server_error', message: 'down', status: 503, at: ARRIVED_AT } }),
      kept: { outcome: 'failed', class: 'server_error', reason: 'down', status: 503, startedMs: 5, durationMs: 12.3 },
    },
    {
      title: 'one that served after a wait',
      tried: tryAt(1_005),
      kept: { outcome: 'served', startedMs: 1_005, durationMs: 12.3 },
    },
    {
      title: 'one that was sent another request than the caller’s',
      tried: tryAt(1, { adapted: ['dropped name: it refuses it'] }),
      kept: { outcome: 'served', startedMs: 1, durationMs: 12.3, adapted: ['dropped name: it refuses it'] },
    },
    {
      title: 'one that the clock puts before the arrival',
      tried: tryAt(-1),
      kept: { outcome: 'served', startedMs: 0, durationMs: 12.3 },
    },
  ];
  for (const { title, tried, kept } of cases)
    it(`says how long after the arrival a target was asked, and for how long: ${title}`, () => {
      expect(recordOf(outcomeOf([tried])).attempts).to.deep.equal([{ target: 'one/a-model', ...kept }]);
    });
});
