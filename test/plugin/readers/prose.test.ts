import { nextMidnightIn, nextMinute, nextUtcMidnight, parseLimits, type StatedLimit } from '429chain/plugin';
import { expect } from 'chai';

const LIMITS: readonly (readonly [string, readonly StatedLimit[]])[] = [
  [
    'on tokens per minute (TPM): Limit 6000, Used 3513, Requested 3166. Please try again in 6.780999999s.',
    [{ dimension: 'tokens', window: '1m', limit: 6000, remaining: 2487, requested: 3166 }],
  ],
  [
    'on tokens per minute (TPM): Limit 7000, Used 0, Requested ~12903.',
    [{ dimension: 'tokens', window: '1m', limit: 7000, remaining: 7000, requested: 12_903 }],
  ],
  [
    'on input tokens per minute (ITPM): Limit 7,000, Requested 8,128, please reduce',
    [{ dimension: 'input_tokens', window: '1m', limit: 7000, remaining: undefined, requested: 8128 }],
  ],
  [
    'on tokens per min (TPM): Limit 30000, Used 29937',
    [{ dimension: 'tokens', window: '1m', limit: 30_000, remaining: 63, requested: undefined }],
  ],
  [
    'on requests per day (RPD): Limit 200, Used 201, Requested 1.',
    [{ dimension: 'requests', window: '1d', limit: 200, remaining: 0, requested: 1 }],
  ],
  [
    'on output tokens per minute (OTPM): Limit 10, Used 9, Requested 8.',
    [{ dimension: 'output_tokens', window: '1m', limit: 10, remaining: 1, requested: 8 }],
  ],
  ['on seconds of audio per hour (ASPH): Limit 7200, Used 7100, Requested 600.', []],
  [
    'Rate limit of 50 per 86400s exceeded for UserByModelByDay.',
    [{ dimension: 'requests', window: '1d', limit: 50, remaining: 0, requested: undefined }],
  ],
  [
    'Rate limit of 5 per 0s exceeded for UserConcurrentRequests.',
    [{ dimension: 'concurrent', window: undefined, limit: 5, remaining: 0, requested: undefined }],
  ],
  [
    'which is limited to 20 API calls / minute. You',
    [{ dimension: 'requests', window: '1m', limit: 20, remaining: 0, requested: undefined }],
  ],
  [
    'which is limited to 1,000 API calls / month.',
    [{ dimension: 'requests', window: '30d', limit: 1000, remaining: 0, requested: undefined }],
  ],
  [
    'limited to 8 requests per minute. Please retry shortly.',
    [{ dimension: 'requests', window: '1m', limit: 8, remaining: 0, requested: undefined }],
  ],
  [
    'Tokens per Minute (actual/limit): 65605/16000.',
    [{ dimension: 'tokens', window: '1m', limit: 16_000, remaining: 0, requested: undefined }],
  ],
  [
    'Tokens per day limit exceeded - too many',
    [{ dimension: 'tokens', window: '1d', limit: undefined, remaining: 0, requested: undefined }],
  ],
  [
    'you (name) have reached your session usage limit',
    [{ dimension: 'requests', window: '5h', limit: undefined, remaining: 0, requested: undefined }],
  ],
  [
    'Monthly usage limit reached. Resets in 13 days.',
    [{ dimension: 'requests', window: '30d', limit: undefined, remaining: 0, requested: undefined }],
  ],
  [
    '* Quota exceeded for metric: a.com/free_tier_requests, limit: 0, model: x\n* Quota exceeded for metric: a.com/free_tier_input_token_count, limit: 0',
    [
      { dimension: 'requests', window: undefined, limit: 0, remaining: 0, requested: undefined },
      { dimension: 'input_tokens', window: undefined, limit: 0, remaining: 0, requested: undefined },
    ],
  ],
  ['Number of request tokens has exceeded your per-minute rate limit', []],
  ['Rate limit exceeded', []],
];

describe('limits in prose', () => {
  for (const [text, limits] of LIMITS)
    it(`are read: ${text.slice(0, 60)}`, () => expect(parseLimits(text)).to.deep.equal(limits));
});

describe('documented resets', () => {
  const iso = (at: number): string => new Date(at).toISOString();

  it('are the next full minute and the next midnight, never the present', () => {
    expect(iso(nextMinute(Date.parse('2026-10-01T12:00:30.5Z')))).to.equal('2026-10-01T12:01:00.000Z');
    expect(iso(nextMinute(Date.parse('2026-10-01T12:00:00Z')))).to.equal('2026-10-01T12:01:00.000Z');
    expect(iso(nextUtcMidnight(Date.parse('2026-10-01T21:30:00Z')))).to.equal('2026-10-02T00:00:00.000Z');
    expect(iso(nextUtcMidnight(Date.parse('2026-10-01T00:00:00Z')))).to.equal('2026-10-02T00:00:00.000Z');
  });

  for (const [from, to, when] of [
    ['2026-10-01T10:00:00Z', '2026-10-02T07:00:00.000Z', 'in summer'],
    ['2026-12-01T10:00:00.250Z', '2026-12-02T08:00:00.000Z', 'in winter'],
    ['2026-10-01T07:00:00Z', '2026-10-02T07:00:00.000Z', 'at midnight itself'],
    ['2026-10-01T06:59:59.999Z', '2026-10-01T07:00:00.000Z', 'a moment before midnight'],
    ['2026-03-08T09:00:00Z', '2026-03-09T07:00:00.000Z', 'on the day of 23 hours'],
    ['2026-11-01T07:30:00Z', '2026-11-02T08:00:00.000Z', 'on the day of 25 hours'],
    ['2026-11-02T07:30:00Z', '2026-11-02T08:00:00.000Z', 'in the last hour of the day of 25'],
  ] as const) {
    it(`know midnight in Los Angeles ${when}`, () => {
      expect(iso(nextMidnightIn('America/Los_Angeles', Date.parse(from)))).to.equal(to);
    });
  }
});
