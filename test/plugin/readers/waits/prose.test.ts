import { nextMidnightIn, nextMinute, nextUtcMidnight, parseLimits, type StatedLimit } from '429chain/plugin';
import { expect } from 'chai';

const limited = (dimension: StatedLimit['dimension'], window: string, limit?: number): StatedLimit => ({
  dimension,
  window,
  limit,
  remaining: 0,
  requested: undefined,
});

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

  // Letters name the window: SiliconFlow and others.
  ['Request was rejected due to rate limiting. Details:TPM limit reached.', [limited('tokens', '1m')]],
  ['Details:RPM limit reached.', [limited('requests', '1m')]],
  ['Details:RPD limit reached.', [limited('requests', '1d')]],
  ['Details:TPD limit reached.', [limited('tokens', '1d')]],
  ['RPH limit exceeded', [limited('requests', '1h')]],
  ['ITPM limit reached', [limited('input_tokens', '1m')]],
  ['OTPM limit reached', [limited('output_tokens', '1m')]],
  ['Details:IPM limit reached.', []],
  ['You exceeded 40 RPM', [limited('requests', '1m', 40)]],
  ['You have exceeded your RPM limit of 40', [limited('requests', '1m', 40)]],
  ['TPM limit 1000', [limited('tokens', '1m', 1000)]],
  ['RPM limit: 20', [limited('requests', '1m', 20)]],
  ['Rate limit is 1.5M TPM', [limited('tokens', '1m', 1_500_000)]],
  ['limit: 250k TPD', [limited('tokens', '1d', 250_000)]],
  ['hit the RPS limit', [limited('requests', '1s')]],
  ['reached 10 QPS. max 10 QPS', [limited('requests', '1s', 10)]],
  // Windows in words and numbers.
  ['limit: 20 requests per 1m', [limited('requests', '1m', 20)]],
  ['Rate limit exceeded: 5 requests/min', [limited('requests', '1m', 5)]],
  ['5 requests/min', [limited('requests', '1m', 5)]],
  ['limit of 100 requests every 24 hours', [limited('requests', '1d', 100)]],
  ['Rate limit exceeded: 10 per 1 minute', [limited('requests', '1m', 10)]],
  ['a maximum of 3 requests per second', [limited('requests', '1s', 3)]],
  ['only 200 messages per 5 hours', [limited('requests', '5h', 200)]],
  [
    "would exceed your organization's rate limit of 50,000 input tokens per minute",
    [limited('input_tokens', '1m', 50_000)],
  ],
  ['limit of 8,000 output tokens per minute', [limited('output_tokens', '1m', 8000)]],
  ['limited to 1.5M tokens per day', [limited('tokens', '1d', 1_500_000)]],
  ['limited to 1k requests a day', [limited('requests', '1d', 1000)]],
  ['You have reached your daily request limit of 50', [limited('requests', '1d', 50)]],
  ['Daily limit of 50 requests reached', [limited('requests', '1d', 50)]],
  ['weekly token limit exceeded', [limited('tokens', '7d')]],
  ['requests per minute quota exceeded', [limited('requests', '1m')]],
  ["You have exceeded today's quota for model Qwen/Qwen3.5-35B-A3B", [limited('requests', '1d')]],
  [
    'Request too large for model x on output tokens per minute (OTPM): Limit 1000, Requested 1434, please reduce max_tokens',
    [{ dimension: 'output_tokens', window: '1m', limit: 1000, remaining: undefined, requested: 1434 }],
  ],
  [
    'output tokens per minute: Limit 1000, Requested 1434',
    [{ dimension: 'output_tokens', window: '1m', limit: 1000, remaining: undefined, requested: 1434 }],
  ],
  [
    'on requests per minute (RPM): Limit: 30, Used: 30, Requested: 1.',
    [{ dimension: 'requests', window: '1m', limit: 30, remaining: 0, requested: 1 }],
  ],
  // The prompt, numbers of something else, and words without a limit.
  ['Invalid value: "limit: 20 requests per 1m" is not allowed here', []],
  ['The prompt "our API allows 5 requests/min and TPM limit 1000, please document it" was refused', []],
  ['Unknown name `limited to 8 requests per minute`', []],
  ['maximum context length is 131072 tokens, however you requested 150000 tokens', []],
  ['Usage limit reached for 5 hour. Your limit will reset at 2026-05-25 19:22:49', []],
  ['max_tokens must be at most 4096', []],
  ['Number of request tokens has exceeded your per-minute rate limit', []],
  ['Rate limit exceeded', []],
];

describe('limits in prose', () => {
  for (const [text, limits] of LIMITS)
    it(`are read: ${text.slice(0, 80)}`, () => expect(parseLimits(text)).to.deep.equal(limits));
});

describe('limits in hostile prose', () => {
  for (const word of [
    'limit ',
    'limited to 1,',
    '1,111',
    'exceeded ',
    'on a per minute',
    'TPM limit ',
    'tokens per ',
    'daily ',
    '"a',
    '1.5M ',
    ': 5 ',
    'quota exceeded for metric: a',
  ]) {
    it(`are looked for in bounded time: ${JSON.stringify(word)}`, () => {
      const text = word.repeat(100_000 / word.length);
      // Processor time: other work on the machine does not count.
      const before = process.cpuUsage();
      parseLimits(text);
      expect(process.cpuUsage(before).user / 1000).to.be.below(500);
    });
  }
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
