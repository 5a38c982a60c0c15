import type { Signal } from '429chain/plugin';
import { expect } from 'chai';
import { builtIns } from '../../../../plugins/index.js';
import { type Headers, hostOf, type SimulatedHost } from '../../../plugins/simulated-host.js';

interface Row {
  readonly it: string;
  readonly type?: string;
  readonly status?: number;
  readonly headers: Headers;
  readonly signals: readonly Signal[];
}

const AT = Date.parse('2026-10-01T12:00:30Z');

const ROWS: readonly Row[] = [
  {
    it: "reads Groq's requests as per day and tokens as per minute, both refilling",
    type: 'groq',
    headers: {
      'x-ratelimit-limit-requests': '14400',
      'x-ratelimit-remaining-requests': '14370',
      'x-ratelimit-reset-requests': '2m59.56s',
      'x-ratelimit-limit-tokens': '6000',
      'x-ratelimit-reset-tokens': '370ms',
    },
    signals: [
      { dimension: 'requests', window: '1d', limit: 14400, remaining: 14370, resetAt: AT + 179_560, refills: true },
      { dimension: 'tokens', window: '1m', limit: 6000, remaining: undefined, resetAt: AT + 370, refills: true },
    ],
  },
  {
    it: 'leaves the window of the same headers open for other providers: a day at Groq, a minute at OpenAI (rule 1)',
    headers: {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
    },
    signals: [{ dimension: 'requests', limit: 60, remaining: 59, resetAt: AT + 1000 }],
  },
  {
    it: "reads Cerebras's grid with its float seconds",
    type: 'cerebras',
    headers: {
      'x-ratelimit-limit-requests-day': '2400',
      'x-ratelimit-remaining-requests-day': '2399',
      'x-ratelimit-reset-requests-day': '33011.382867',
      'x-ratelimit-limit-tokens-hour': '1000000',
    },
    signals: [
      { dimension: 'requests', window: '1d', limit: 2400, remaining: 2399, resetAt: AT + 33_011_383 },
      { dimension: 'tokens', window: '1h', limit: 1_000_000, remaining: undefined, resetAt: undefined },
    ],
  },
  {
    it: "reads Mistral's req-minute",
    headers: {
      'x-ratelimit-limit-req-minute': '188',
      'x-ratelimit-remaining-req-minute': '187',
      'x-ratelimit-tokens-query-cost': '18',
    },
    signals: [{ dimension: 'requests', window: '1m', limit: 188, remaining: 187, resetAt: undefined }],
  },
  {
    it: 'takes the window from the renewal period if one is stated',
    headers: {
      'x-ratelimit-limit-tokens': '9',
      'x-ratelimit-remaining-tokens': '8',
      'x-ratelimit-renewalperiod-tokens': '86400',
      'x-ratelimit-reset-tokens': '12',
    },
    signals: [{ dimension: 'tokens', window: '1d', limit: 9, remaining: 8, resetAt: AT + 12_000 }],
  },
  {
    it: 'reads plain headers beside headers per day as per minute (SambaNova)',
    headers: {
      'x-ratelimit-limit-requests': '20',
      'x-ratelimit-remaining-requests': '5',
      'x-ratelimit-limit-requests-day': '40',
      'x-ratelimit-remaining-requests-day': '0',
    },
    signals: [
      { dimension: 'requests', window: '1m', limit: 20, remaining: 5, resetAt: undefined },
      { dimension: 'requests', window: '1d', limit: 40, remaining: 0, resetAt: undefined },
    ],
  },
  {
    it: 'never reads a plain x-ratelimit-limit as tokens, and reads its reset in epoch ms',
    headers: { 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(AT + 50_000) },
    signals: [{ dimension: 'requests', limit: 50, remaining: 0, resetAt: AT + 50_000 }],
  },
  { it: 'ignores a reset without a limit (Together)', headers: { 'x-ratelimit-reset': '3' }, signals: [] },
  {
    it: 'reads resets in epoch seconds, RFC 3339 and HTTP dates (pitfall 4)',
    headers: {
      'x-ratelimit-remaining-requests-minute': '1',
      'x-ratelimit-reset-requests-minute': String(AT / 1000 + 10),
      'x-ratelimit-remaining-requests-hour': '2',
      'x-ratelimit-reset-requests-hour': '2026-10-01T12:30:00Z',
      'x-ratelimit-remaining-requests-day': '3',
      'x-ratelimit-reset-requests-day': 'Fri, 02 Oct 2026 00:00:00 GMT',
    },
    signals: [
      { dimension: 'requests', window: '1m', limit: undefined, remaining: 1, resetAt: AT + 10_000 },
      {
        dimension: 'requests',
        window: '1h',
        limit: undefined,
        remaining: 2,
        resetAt: Date.parse('2026-10-01T12:30:00Z'),
      },
      {
        dimension: 'requests',
        window: '1d',
        limit: undefined,
        remaining: 3,
        resetAt: Date.parse('2026-10-02T00:00:00Z'),
      },
    ],
  },
  {
    it: 'reads structured RateLimit with its policy, also with text before the name (Hugging Face)',
    headers: { ratelimit: '"api";r=999;t=295', 'ratelimit-policy': '"fixed window";"api";q=1000;w=300' },
    signals: [{ dimension: 'requests', window: '5m', limit: 1000, remaining: 999, resetAt: AT + 295_000 }],
  },
  {
    it: 'matches several structured policies by name, and skips those of other units',
    headers: {
      ratelimit: '"burst";r=1;t=1, "daily";r=50;t=36000, "bytes";r=1000',
      'ratelimit-policy': '"burst";q=10;w=1, "daily";q=100;w=86400, "bytes";q=65535;qu="content-bytes";w=10',
    },
    signals: [
      { dimension: 'requests', window: '1s', limit: 10, remaining: 1, resetAt: AT + 1000 },
      { dimension: 'requests', window: '1d', limit: 100, remaining: 50, resetAt: AT + 36_000_000 },
    ],
  },
  {
    it: 'reads the older RateLimit header',
    headers: { ratelimit: 'limit=100, remaining=50, reset=30' },
    signals: [{ dimension: 'requests', limit: 100, remaining: 50, resetAt: AT + 30_000 }],
  },
  {
    it: 'reads the three older RateLimit headers',
    headers: { 'ratelimit-limit': '100', 'ratelimit-remaining': '50', 'ratelimit-reset': '30' },
    signals: [{ dimension: 'requests', limit: 100, remaining: 50, resetAt: AT + 30_000 }],
  },
  {
    it: "reads Anthropic's headers, which count per minute",
    headers: {
      'anthropic-ratelimit-input-tokens-limit': '50000',
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-input-tokens-reset': '2026-10-01T12:01:00Z',
    },
    signals: [{ dimension: 'input_tokens', window: '1m', limit: 50_000, remaining: 0, resetAt: AT + 30_000 }],
  },
  {
    it: "reads ModelScope's two days, of the account and of the model",
    headers: {
      'modelscope-ratelimit-requests-limit': '2000',
      'modelscope-ratelimit-requests-remaining': '1987',
      'modelscope-ratelimit-model-requests-limit': '500',
      'modelscope-ratelimit-model-requests-remaining': '499',
    },
    signals: [
      { dimension: 'requests', window: '1d', scope: 'provider', limit: 2000, remaining: 1987, resetAt: undefined },
      { dimension: 'requests', window: '1d', limit: 500, remaining: 499, resetAt: undefined },
    ],
  },
  {
    it: "reads a gateway's headers whose window is their only suffix (Kong)",
    headers: {
      'x-ratelimit-limit-second': '5',
      'x-ratelimit-remaining-second': '4',
      'x-ratelimit-limit-month': '1000',
      'x-ratelimit-remaining-month': '7',
    },
    signals: [
      { dimension: 'requests', window: '1s', limit: 5, remaining: 4, resetAt: undefined },
      { dimension: 'requests', window: '30d', limit: 1000, remaining: 7, resetAt: undefined },
    ],
  },
  {
    it: 'reads x-rate-limit-*',
    headers: { 'x-rate-limit-limit': '15', 'x-rate-limit-remaining': '3', 'x-rate-limit-reset': String(AT / 1000 + 9) },
    signals: [{ dimension: 'requests', limit: 15, remaining: 3, resetAt: AT + 9000 }],
  },
  {
    it: 'bounds a reset by the window of its header',
    headers: {
      'x-ratelimit-remaining-requests-minute': '0',
      'x-ratelimit-reset-requests-minute': '172800',
      'x-ratelimit-remaining-requests-day': '0',
      'x-ratelimit-reset-requests-day': '2400-01-01T00:00:00Z',
      'x-ratelimit-remaining-requests-month': '0',
      'x-ratelimit-reset-requests-month': '31d',
    },
    signals: [
      { dimension: 'requests', window: '1m', limit: undefined, remaining: 0, resetAt: AT + 60_000 },
      { dimension: 'requests', window: '1d', limit: undefined, remaining: 0, resetAt: AT + 86_400_000 },
      { dimension: 'requests', window: '30d', limit: undefined, remaining: 0, resetAt: AT + 31 * 86_400_000 },
    ],
  },
  {
    it: "corrects an absolute reset by the provider's clock, and no relative one",
    headers: {
      date: new Date(AT + 600_000).toUTCString(),
      'x-ratelimit-remaining-requests-hour': '1',
      'x-ratelimit-reset-requests-hour': new Date(AT + 900_000).toISOString(),
      'x-ratelimit-remaining-tokens-hour': '1',
      'x-ratelimit-reset-tokens-hour': '300',
    },
    signals: [
      { dimension: 'requests', window: '1h', limit: undefined, remaining: 1, resetAt: AT + 300_000 },
      { dimension: 'tokens', window: '1h', limit: undefined, remaining: 1, resetAt: AT + 300_000 },
    ],
  },
  {
    it: 'reads a date without a zone in UTC',
    headers: { 'x-ratelimit-remaining-requests': '1', 'x-ratelimit-reset-requests': '2026-10-01 12:01:00' },
    signals: [{ dimension: 'requests', limit: undefined, remaining: 1, resetAt: AT + 30_000 }],
  },
  {
    it: 'ignores an impossible reset',
    headers: { 'x-ratelimit-remaining-requests': '1', 'x-ratelimit-reset-requests': '1e308' },
    signals: [{ dimension: 'requests', limit: undefined, remaining: 1, resetAt: undefined }],
  },
  {
    it: "counts Cohere's trial for the account (pitfall 8)",
    headers: { 'x-trial-endpoint-call-limit': '20', 'x-trial-endpoint-call-remaining': '19' },
    signals: [{ dimension: 'requests', window: '1m', scope: 'provider', limit: 20, remaining: 19, resetAt: undefined }],
  },
  {
    it: "reads Azure's name of the exhausted quota",
    status: 429,
    headers: { 'x-ratelimit-type': 'UserByModelByDay', 'x-ratelimit-timeremaining': '5631' },
    signals: [{ dimension: 'requests', window: '1d', remaining: 0, resetAt: AT + 5_631_000 }],
  },
  {
    it: 'ignores a type that is not a quota, such as a property name of every object',
    status: 429,
    headers: { 'x-ratelimit-type': 'constructor', 'x-ratelimit-timeremaining': '5631' },
    signals: [],
  },
  {
    it: "leaves OpenRouter's refusals to the reader of failures, which knows their window",
    type: 'openrouter',
    status: 429,
    headers: { 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '0' },
    signals: [],
  },
  {
    it: 'ignores words, empty values and -1',
    headers: {
      'x-ratelimit-limit-requests': 'many',
      'x-ratelimit-limit-tokens': '',
      'x-ratelimit-remaining-tokens': '-1',
    },
    signals: [],
  },
  { it: 'ignores other headers', headers: { 'content-type': 'application/json' }, signals: [] },
];

describe('rate-limit headers', () => {
  let host: SimulatedHost;

  before(async () => {
    host = await hostOf(builtIns);
  });

  for (const { it: name, type = 'openai-compatible', status = 200, headers, signals } of ROWS) {
    it(name, () => expect(host.signals(type, { status, headers, at: AT })).to.deep.equal(signals));
  }
});
