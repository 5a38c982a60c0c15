import { AT, check, type Row, said } from '../../../plugins/failure-rows.js';

const PACIFIC_MIDNIGHT = Date.parse('2026-10-02T07:00:00Z') - AT;

const exhausted = (quotaId: string, details: object[] = []) =>
  said('You exceeded your current quota', {
    code: 429,
    status: 'RESOURCE_EXHAUSTED',
    details: [{ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId }] }, ...details],
  });
const RETRY_INFO = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '38s' };

const HINTS: readonly Row[] = [
  {
    it: 'a documented reset overrides Retry-After, RetryInfo and prose (pitfall 9)',
    status: 429,
    headers: { 'retry-after': '25' },
    body: exhausted('GenerateRequestsPerDayPerProjectPerModel-FreeTier', [RETRY_INFO]),
    class: 'quota',
    scope: 'target',
    wait: PACIFIC_MIDNIGHT,
  },
  {
    it: 'Retry-After overrides the body',
    status: 429,
    headers: { 'retry-after': '60' },
    body: exhausted('GenerateRequestsPerMinutePerProjectPerModel-FreeTier', [RETRY_INFO]),
    class: 'rate_limit',
    scope: 'target',
    wait: 60_000,
  },
  {
    it: 'Retry-After as an HTTP date is read (pitfall 4)',
    status: 429,
    headers: { 'retry-after': 'Thu, 01 Oct 2026 12:01:00 GMT' },
    body: said('Too Many Requests'),
    class: 'rate_limit',
    scope: 'target',
    wait: 30_000,
  },
  {
    it: 'RetryInfo on the 429 itself is read (pitfall 4)',
    status: 429,
    body: exhausted('GenerateRequestsPerMinutePerProjectPerModel-FreeTier', [RETRY_INFO]),
    class: 'rate_limit',
    scope: 'target',
    wait: 38_000,
  },
  {
    it: 'a structured field overrides prose',
    status: 429,
    body: { ...said('Rate limit exceeded. Retry after 9 seconds.'), retry_after: 1 },
    class: 'rate_limit',
    scope: 'target',
    wait: 1000,
  },
  {
    it: 'prose on the 429 itself is read (pitfall 4)',
    status: 429,
    headers: { 'x-ratelimit-remaining-requests-minute': '0', 'x-ratelimit-reset-requests-minute': '50' },
    body: said('Slow down. Please try again in 7.66s.'),
    class: 'rate_limit',
    scope: 'target',
    wait: 7660,
  },
  {
    it: 'the reset header of the exhausted quota is read, and no other (pitfall 4)',
    status: 429,
    headers: {
      'x-ratelimit-remaining-requests-minute': '0',
      'x-ratelimit-reset-requests-minute': '20',
      'x-ratelimit-remaining-tokens-minute': '500',
      'x-ratelimit-reset-tokens-minute': '50',
    },
    body: said('Too Many Requests'),
    class: 'rate_limit',
    scope: 'target',
    wait: 20_000,
  },
  {
    it: 'of two exhausted quotas, the longer one counts',
    status: 429,
    headers: {
      'x-ratelimit-remaining-requests-minute': '0',
      'x-ratelimit-reset-requests-minute': '20',
      'x-ratelimit-remaining-requests-day': '0',
      'x-ratelimit-reset-requests-day': '7200',
    },
    body: said('Too Many Requests'),
    class: 'quota',
    scope: 'target',
    wait: 7_200_000,
  },
  {
    it: 'two exhausted quotas without a reset give no wait, rather than one of 0 ms (pitfall 5)',
    status: 429,
    headers: { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '0' },
    body: said('Too Many Requests'),
    class: 'rate_limit',
    scope: 'target',
  },
  {
    it: 'a reset that is now gives no wait (pitfall 5)',
    status: 429,
    headers: { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '0' },
    body: said('Too Many Requests'),
    class: 'rate_limit',
    scope: 'target',
  },
  {
    it: 'a Retry-After of 0 does not hide a better hint (pitfall 5)',
    status: 429,
    headers: { 'retry-after': '0' },
    body: said('Please try again in 5s.'),
    class: 'rate_limit',
    scope: 'target',
    wait: 5000,
  },
  {
    it: "Groq's reset says when the bucket is full, which is not a wait",
    type: 'groq',
    status: 429,
    headers: {
      'x-ratelimit-limit-requests': '1000',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '23h',
    },
    body: 'Too Many Requests',
    class: 'quota',
    scope: 'target',
  },
  {
    it: 'a request that can never fit does not wait, even with Retry-After',
    type: 'groq',
    status: 413,
    headers: { 'retry-after': '9' },
    body: said('Request too large ... on tokens per minute (TPM): Limit 6000, Requested 6791, please', {
      code: 'rate_limit_exceeded',
    }),
    class: 'too_large',
  },
];

describe('limits and waits in an error', () => {
  check(HINTS);
});
