import { expect } from 'chai';
import { builtIns } from '../../plugins/index.js';
import { AT, check, type Row, said } from './failure-rows.js';
import { failureOf, hostOf } from './simulated-host.js';

const UTC_MIDNIGHT = Date.parse('2026-10-02T00:00:00Z') - AT;

const ROWS: readonly Row[] = [
  {
    it: "a 413 for Groq's exhausted day is a quota, because the request would fit",
    type: 'groq',
    status: 413,
    body: said('on tokens per day (TPD): Limit 100000, Used 99996, Requested 484. Please try again in 6m54.72s.', {
      code: 'rate_limit_exceeded',
    }),
    class: 'quota',
    scope: 'target',
    wait: 414_720,
  },
  {
    it: 'a limit of Groq per minute is not confused with the day whose header is at 0',
    type: 'groq',
    status: 429,
    headers: { 'retry-after': '2', 'x-ratelimit-limit-requests': '100', 'x-ratelimit-remaining-requests': '0' },
    body: said('on requests per minute (RPM): Limit 30, Used 30, Requested 1. Please try again in 2s.', {
      code: 'rate_limit_exceeded',
    }),
    class: 'rate_limit',
    scope: 'target',
    wait: 2000,
  },
  {
    it: "Groq's flex capacity is overload",
    type: 'groq',
    status: 498,
    body: said('capacity exceeded'),
    class: 'overloaded',
    scope: 'target',
  },
  {
    it: 'an empty account at Groq is credit under a 429',
    type: 'groq',
    status: 429,
    body: said('Your organization has no credit left: insufficient balance'),
    class: 'quota',
    scope: 'provider',
  },
  {
    it: 'a restricted organization at Groq is not the fault of the request',
    type: 'groq',
    status: 400,
    body: said('Organization has been restricted. Please reach out to support.', { code: 'organization_restricted' }),
    class: 'auth',
    scope: 'provider',
  },
  {
    it: 'a model of Groq that an organization has blocked is about that model',
    type: 'groq',
    status: 403,
    body: said('The model `x` is blocked at the organization level.', { code: 'model_permission_blocked_org' }),
    class: 'not_found',
    scope: 'target',
  },
  { it: "Cohere's 498 is not", status: 498, body: { id: 'x', message: 'blocked token' }, class: 'bad_request' },
  {
    it: 'the end of the trial at Cerebras is credit, not a bad key',
    type: 'cerebras',
    status: 403,
    body: { message: 'Your free trial has ended.' },
    class: 'quota',
    scope: 'provider',
  },
  {
    it: "OpenRouter's free day ends at 00:00 UTC even without a stated reset, and cools all free models down (pitfalls 8, 9)",
    type: 'openrouter',
    status: 429,
    body: said('Rate limit exceeded: free-models-per-day-high-balance. ', { code: 429 }),
    class: 'quota',
    scope: 'pool',
    wait: UTC_MIDNIGHT,
  },
  {
    it: "OpenRouter's load shedding is overload",
    type: 'openrouter',
    status: 429,
    body: said('Try later', { code: 429, metadata: { limit_source: 'openrouter_admission_control' } }),
    class: 'overloaded',
    scope: 'target',
  },
  {
    it: 'flagged input is moderation, not a bad key',
    type: 'openrouter',
    status: 403,
    body: said('Input flagged', { code: 403, metadata: { reasons: ['violence'], flagged_input: 'x' } }),
    class: 'moderation',
  },
  {
    it: 'a key cap at OpenRouter is credit, not a bad key',
    type: 'openrouter',
    status: 403,
    body: said('Key limit exceeded (monthly limit). Manage it using https://openrouter.ai/settings/keys', {
      code: 403,
    }),
    class: 'quota',
    scope: 'pool',
  },
  {
    it: 'a model without tool support does not cool down for requests without tools',
    type: 'openrouter',
    status: 404,
    body: said('No endpoints found that support tool use.', { code: 404 }),
    class: 'bad_request',
  },
  {
    it: 'a removed free model cools down',
    type: 'openrouter',
    status: 404,
    body: said('No endpoints found for x:free.', { code: 404 }),
    class: 'not_found',
    scope: 'target',
  },
  {
    it: 'context too long inside an answer of OpenRouter is too large',
    type: 'openrouter',
    status: 200,
    body: said('Too long', { code: 400, metadata: { error_type: 'context_length_exceeded' } }),
    class: 'too_large',
  },
];

describe('failures of Groq, Cerebras and OpenRouter without a fixture', () => {
  check(ROWS);

  it('are left to the engine if there was no response or the caller left', async () => {
    const host = await hostOf(builtIns);
    const lost = { class: 'server_error', message: 'connection refused', at: AT } as const;
    expect(host.verdict('groq', lost)).to.equal(undefined);
    expect(host.verdict('groq', { ...lost, class: 'cancelled', status: 200 })).to.equal(undefined);
  });
});

describe('plugins of others', () => {
  it('are called before the general readers of failures and headers', async () => {
    const stranger = {
      name: 'stranger',
      apply: ({ hooks }: Parameters<(typeof builtIns)[number]['apply']>[0]) => {
        hooks.onError.tap('stranger', () => ({ class: 'overloaded' as const }));
        hooks.onRateLimitHeaders.tap('stranger', () => [{ dimension: 'concurrent' as const, limit: 1 }]);
      },
    };
    const host = await hostOf([...builtIns, stranger]);
    expect(host.verdict('stranger', failureOf(401, ''))).to.deep.equal({ class: 'overloaded' });
    const headers = { 'x-ratelimit-limit-requests': '1' };
    expect(host.signals('stranger', { status: 200, headers, at: AT })).to.deep.equal([
      { dimension: 'concurrent', limit: 1 },
    ]);
  });
});
