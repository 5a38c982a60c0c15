import { AT, check, type Row, said } from '../../../plugins/failure-rows.js';

const at = (ms: number): string => new Date(AT + ms).toISOString();
const row = (it: string, body: unknown, wait: number | undefined, headers: Row['headers'] = {}): Row => ({
  it,
  status: 429,
  headers,
  body,
  class: 'rate_limit',
  scope: 'target',
  ...(wait === undefined ? {} : { wait }),
});
const date = (ms: number): string => new Date(AT + ms).toUTCString();

const FIELDS: readonly Row[] = (
  [
    ['resets_in_seconds', { resets_in_seconds: 7200 }, 7_200_000],
    ['reset_in', { reset_in: 30 }, 30_000],
    ['resetsIn as text', { resetsIn: '1m30s' }, 90_000],
    ['resets_at in epoch s', { resets_at: AT / 1000 + 60 }, 60_000],
    ['resets_at in epoch ms', { resets_at: AT + 60_000 }, 60_000],
    ['resets_at in RFC 3339', { resets_at: at(60_000) }, 60_000],
    ['resets_at without a zone', { resets_at: at(60_000).slice(0, 19).replace('T', ' ') }, 60_000],
    ['reset_at as a number in text', { reset_at: String(AT + 60_000) }, 60_000],
    ['retry_after', { retry_after: 5 }, 5000],
    ['retry_after as text', { retry_after: '5' }, 5000],
    ['retry_after as a fraction', { retry_after: 0.65 }, 650],
    ['retry_after_ms', { retry_after_ms: 250 }, 250],
    ['retryAfterMs', { retryAfterMs: 250 }, 250],
    ['retry_after_seconds', { retry_after_seconds: 29, retry_after_seconds_raw: 28.181 }, 29_000],
    ['retryAfter', { retryAfter: 7 }, 7000],
    ['RetryAfter', { RetryAfter: '7s' }, 7000],
    ['retry_after that is a time', { retry_after: AT / 1000 + 9 }, 9000],
    ['retry_after that is a date', { retry_after: at(9000) }, 9000],
    ['retryDelay as text', { retryDelay: '38s' }, 38_000],
    ['retryDelay with a fraction', { retryDelay: '1.5s' }, 1500],
    ['retryDelay as seconds and nanos', { retryDelay: { seconds: '38', nanos: 500_000_000 } }, 38_500],
    ['resetTime', { resetTime: at(60_000) }, 60_000],
    ['next_reset', { next_reset: AT / 1000 + 60 }, 60_000],
    ['quotaResetDelay (Gemini)', { quotaResetDelay: '10h', quotaResetTimeStamp: at(36_000_000) }, 36_000_000],
    ['estimated_time (Hugging Face)', { estimated_time: 20 }, 20_000],
    ['retry_in in words', { retry_in: '45 seconds' }, 45_000],
    ['retry_after as a clock', { retry_after: '00:02:00' }, 120_000],
    ['reset_in of ISO 8601', { reset_in: 'PT1M30.5S' }, 90_500],
    ['wait_seconds', { wait_seconds: 3 }, 3000],
    ['wait_minutes', { wait_minutes: 3 }, 180_000],
    ['cooldown', { cooldown: 3 }, 3000],
    ['retry_at', { retry_at: at(4000) }, 4000],
    ['blocked_until', { blocked_until: at(4000) }, 4000],
    ['a span before a moment', { retry_after: 2, resets_at: at(60_000) }, 2000],
    [
      'the window that is spent',
      { limits: { minute: { remaining: 0, reset_at: at(30_000) }, day: { remaining: 5, reset_at: at(9e6) } } },
      30_000,
    ],
    ['a moment in the past', { resets_at: at(-60_000) }, undefined],
    ['0', { retry_after: 0 }, undefined],
    ['words', { retry_after: 'soon', resets_at: 'daily', wait: true, reset: null }, undefined],
    ['an impossible number', { retry_after: 1e308, resets_at: 1e300 }, undefined],
  ] as const
).flatMap(([name, fields, wait]) => [
  row(`${name}, in the error`, said('slow', fields), wait),
  row(`${name}, beside the error`, { ...said('slow'), ...fields }, wait),
  row(`${name}, in metadata`, said('slow', { metadata: { quota: fields } }), wait),
  row(`${name}, in details`, [said('slow', { details: [{ metadata: fields }] })], wait),
  row(`${name}, in JSON text`, { message: JSON.stringify({ detail: 'slow', ...fields }) }, wait),
]);

const HEADERS: readonly Row[] = [
  row('retry-after-ms', said('slow'), 250, { 'retry-after-ms': '250' }),
  row('x-ms-retry-after-ms', said('slow'), 250, { 'x-ms-retry-after-ms': '250' }),
  row('x-retry-after', said('slow'), 7000, { 'x-retry-after': '7' }),
  row('the larger of two', said('slow'), 1000, { 'retry-after': '1', 'retry-after-ms': '0' }),
  row('retry-after as a duration', said('slow'), 90_000, { 'retry-after': '1m30s' }),
  row('retry-after as a time', said('slow'), 90_000, { 'retry-after': String(AT / 1000 + 90) }),
  row('ratelimit-reset', said('slow'), 20_000, { 'ratelimit-reset': '20' }),
  row('x-ratelimit-reset', said('slow'), 20_000, { 'x-ratelimit-reset': String(AT + 20_000) }),
  row('x-rate-limit-reset', said('slow'), 20_000, { 'x-rate-limit-reset': '20s' }),
  row('a reset of requests without limit and remaining', said('slow'), 20_000, { 'x-ratelimit-reset-requests': '20s' }),
  row('a date in the past', said('slow'), 0, { 'retry-after': date(-60_000) }),
  row('nonsense', said('slow'), undefined, { 'retry-after': 'soon', 'x-ratelimit-reset': 'never' }),
  row('an impossible number', said('slow'), undefined, { 'retry-after': '1e308' }),
  row(
    'the reset of the quota that the body names',
    { message: 'Tokens per hour limit exceeded - too many' },
    1_200_000,
    {
      'x-ratelimit-reset-tokens-hour': '1200',
      'x-ratelimit-reset-tokens-minute': '2',
      'x-ratelimit-reset-requests-hour': '3000',
    },
  ),
  {
    ...row(
      'the same at Cerebras',
      {
        message: 'Tokens per hour limit exceeded - too many tokens processed.',
        type: 'too_many_tokens_error',
        param: 'quota',
        code: 'token_quota_exceeded',
      },
      1_200_000,
      { 'x-ratelimit-reset-tokens-hour': '1200' },
    ),
    type: 'cerebras',
  },
  row(
    'the reset of the quota that the body names, without a window in the header',
    said('Limit: 5 requests/min'),
    20_000,
    { 'x-ratelimit-reset-requests': '20' },
  ),
  row('at most the window that the body names', said('limited to 5 requests per minute. Try again in 2 days'), 60_000),
  row('at most the window of the header', said('slow'), 60_000, {
    'x-ratelimit-remaining-requests-minute': '0',
    'x-ratelimit-reset-requests-minute': '172800',
  }),
  row('at most the window of the header, in the year 2400', said('slow'), 60_000, {
    'x-ratelimit-remaining-requests-minute': '0',
    'x-ratelimit-reset-requests-minute': '2400-01-01T00:00:00Z',
  }),
];

/** The provider's clock is ten minutes slow or fast: absolute times are corrected, relative ones are not. */
const CLOCKS: readonly Row[] = ([-600_000, 600_000] as const).flatMap((ahead) => {
  const clock = { date: date(ahead) };
  const name = ahead > 0 ? 'ahead' : 'behind';
  return [
    row(`retry-after as a date, clock ${name}`, said('slow'), 60_000, {
      ...clock,
      'retry-after': date(ahead + 60_000),
    }),
    row(`retry-after in seconds, clock ${name}`, said('slow'), 60_000, { ...clock, 'retry-after': '60' }),
    row(`a reset in epoch ms, clock ${name}`, said('slow'), 60_000, {
      ...clock,
      'x-ratelimit-reset': String(AT + ahead + 60_000),
    }),
    row(`a field with a date, clock ${name}`, said('slow', { resets_at: at(ahead + 60_000) }), 60_000, clock),
    row(`a field in seconds, clock ${name}`, said('slow', { retry_after: 60 }), 60_000, clock),
    row(`a date in prose, clock ${name}`, said(`Resets at ${at(ahead + 60_000)}`), 60_000, clock),
    row(`seconds in prose, clock ${name}`, said('Try again in 60s'), 60_000, clock),
    row(
      `headers in the body, clock ${name}`,
      said('slow', { metadata: { headers: { 'Retry-After': date(ahead + 60_000) } } }),
      60_000,
      clock,
    ),
    row(`a documented reset, clock ${name}`, { message: 'Rate limit exceeded', code: '1300' }, 30_000, clock),
  ];
});

const DATES: readonly Row[] = (
  [
    ['a few seconds off', date(4000)],
    ['years off', date(-5e10)],
    ['no date', 'yesterday'],
    ['a date of another form', '2026-10-01'],
    ['empty', ''],
  ] as const
).map(([name, text]) =>
  row(`Date that is ${name} changes nothing`, said('slow', { resets_at: at(60_000) }), 60_000, { date: text }),
);

describe('a wait', () => {
  describe('in a field of the body', () => check(FIELDS));
  describe('in headers', () => check(HEADERS));
  describe("by the provider's clock", () => {
    check(CLOCKS);
    check(DATES);
    check([
      row('Date of a cached answer changes nothing', said('slow', { resets_at: at(60_000) }), 60_000, {
        date: date(-900_000),
        age: '900',
      }),
    ]);
  });
});
