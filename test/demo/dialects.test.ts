import { expect } from 'chai';
import type { SimulatedLimit } from '../../src/demo/allowance.js';
import { goDuration } from '../../src/demo/dialects/groq.js';
import type { DialectName } from '../../src/demo/dialects.js';
import { TurningClock } from '../turning-clock.js';
import { captured, formatOf, isCaptured, rateHeadersOf, shapeOf } from './captured.js';
import { ask, FOREVER_MS, Simulations } from './simulation.js';

const groqMinute: SimulatedLimit = { requests: 1, per: '4s', called: 'minute', counting: 'refilling' };
const groqDay: SimulatedLimit = { requests: 1_000, per: '1d', called: 'day', counting: 'refilling' };
const groqTokens: SimulatedLimit = { tokens: 6_000, per: '4s', called: 'minute', counting: 'refilling' };
const tokens = (amount: number, called: 'minute' | 'day'): SimulatedLimit => ({
  tokens: amount,
  per: '1h',
  called,
  counting: 'fixed',
});
const requests = (amount: number, called: 'minute' | 'day'): SimulatedLimit => ({
  requests: amount,
  per: '6s',
  called,
  counting: 'fixed',
});

/** A day in California. */
const pacificDay = (amount: number): SimulatedLimit => ({
  requests: amount,
  each: 'day',
  zone: 'America/Los_Angeles',
});

/** `before`: the number of answered requests before · `held`: one more request is in flight. */
interface Provocation {
  readonly dialect: DialectName;
  readonly like: readonly [provider: string, name: string];
  readonly limits?: readonly SimulatedLimit[];
  readonly before?: number;
  readonly held?: true;
  readonly key?: string;
  readonly model?: string;
  /** More fields of the request. */
  readonly fields?: object;
}

/** Each earlier answer takes twelve tokens: two for the prompt and ten for the answer. */
const REFUSALS: readonly Provocation[] = [
  {
    dialect: 'groq',
    like: ['groq', '429 requests per minute'],
    limits: [groqMinute, groqDay, groqTokens],
    before: 1,
  },
  { dialect: 'groq', like: ['groq', '429 bucket not yet refilled'], limits: [tokens(20, 'minute')], before: 1 },
  { dialect: 'groq', like: ['groq', '429 tokens per day'], limits: [tokens(20, 'day')], before: 1 },
  { dialect: 'groq', like: ['groq', '413 request larger'], limits: [tokens(10, 'minute')] },
  { dialect: 'groq', like: ['groq', '401'], key: 'wrong' },
  { dialect: 'groq', like: ['groq', '404'], model: 'another' },
  { dialect: 'cerebras', like: ['cerebras', '429 request quota'], limits: [requests(1, 'minute')], before: 1 },
  { dialect: 'cerebras', like: ['cerebras', '429 token quota per minute'], limits: [tokens(20, 'minute')], before: 1 },
  { dialect: 'cerebras', like: ['cerebras', '429 token quota per DAY'], limits: [tokens(20, 'day')], before: 1 },
  { dialect: 'cerebras', like: ['cerebras', '429 queue_exceeded'], limits: [{ concurrent: 1 }], held: true },
  { dialect: 'cerebras', like: ['cerebras', '400 context too long'], limits: [tokens(10, 'minute')] },
  { dialect: 'cerebras', like: ['cerebras', '401'], key: 'wrong' },
  {
    dialect: 'openrouter',
    like: ['openrouter', '429 account: per-minute'],
    limits: [requests(1, 'minute')],
    before: 1,
  },
  {
    dialect: 'openrouter',
    like: ['openrouter', '429 account: free-models-per-day'],
    limits: [requests(1, 'day')],
    before: 1,
  },
  {
    dialect: 'openrouter',
    like: ['openrouter', '429 upstream with engine_overloaded'],
    limits: [{ concurrent: 1 }],
    held: true,
  },
  { dialect: 'gemini', like: ['gemini', '429 per-minute quota'], limits: [requests(1, 'minute')], before: 1 },
  { dialect: 'gemini', like: ['gemini', '429 per-DAY quota'], limits: [pacificDay(1)], before: 1 },
  { dialect: 'gemini', like: ['gemini', '503 overloaded'], limits: [{ concurrent: 1 }], held: true },
  { dialect: 'gemini', like: ['gemini', '400 prompt longer'], limits: [tokens(10, 'minute')] },
  { dialect: 'gemini', like: ['gemini', '400 for a bad key WITHOUT'], key: 'wrong' },
  { dialect: 'gemini', like: ['gemini', '404'], model: 'another' },
  { dialect: 'gemini', like: ['gemini', '400 unknown field'], fields: { enable_thinking: true } },
  { dialect: 'mistral', like: ['mistral', '429 requests per minute'], limits: [requests(1, 'minute')], before: 1 },
  { dialect: 'mistral', like: ['mistral', '400 prompt longer'], limits: [tokens(10, 'minute')] },
  { dialect: 'mistral', like: ['mistral', '401'], key: 'wrong' },
  { dialect: 'mistral', like: ['mistral', '400 unknown or withdrawn'], model: 'another' },
  { dialect: 'mistral', like: ['mistral', '422 max_completion_tokens'], fields: { max_completion_tokens: 32_000 } },
  { dialect: 'local', like: ['ollama', '404'], model: 'another' },
  { dialect: 'local', like: ['vllm', '401'], key: 'wrong' },
];

const BRIEF = { max_tokens: 10 };

describe('Dialects', () => {
  const simulations = new Simulations();
  afterEach(() => simulations.closeAll());

  for (const { dialect, like, limits = [], before = 0, held, key, model = 'm', fields } of REFUSALS) {
    const [of, name] = like;
    it(`${dialect} refuses like the captured "${of} ${name}"`, async () => {
      const original = captured(of, name);
      const { now } = new TurningClock();
      const provider = await simulations.start({ dialect, limits, now, latencyMs: held ? FOREVER_MS : 0 });
      for (let count = 0; count < before; count++) expect((await ask(provider, BRIEF)).status).to.equal(200);
      if (held) await ask(provider, { stream: true });
      const response = await ask(provider, { ...BRIEF, model, ...fields }, key === undefined ? {} : { key });

      expect(response.status).to.equal(original.status);
      const body = typeof original.body === 'string' ? JSON.parse(original.body) : original.body;
      // Gemini sends errors with and without a list of one around them.
      const alone = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
      expect(shapeOf(alone(await response.json()))).to.deep.equal(shapeOf(alone(body)));
      const headers = rateHeadersOf(response.headers);
      for (const [header, value] of Object.entries(rateHeadersOf(Object.entries(original.headers)))) {
        // Not simulated: a request that is too large never fits, so retrying is useless.
        if (original.status === 413 && header === 'retry-after') continue;
        expect(headers, header).to.have.property(header);
        expect(formatOf(headers[header] as string)).to.equal(formatOf(value));
      }
      expect(Object.keys(headers).filter((header) => !isCaptured(of, header))).to.deep.equal([]);
    });
  }

  for (const [dialect, names, limits] of [
    ['groq', '200 headers as documented', [groqMinute, groqDay, groqTokens]],
    [
      'cerebras',
      '200 full header set',
      (['minute', 'hour', 'day'] as const).flatMap((called): SimulatedLimit[] => [
        { requests: 9, per: '4s', called, counting: 'fixed' },
        { tokens: 9_000, per: '4s', called, counting: 'fixed' },
      ]),
    ],
    ['openrouter', '200 carries no rate-limit headers', [requests(9, 'minute')]],
    ['mistral', ['200 non-stream headers', '200 stream'], [requests(9, 'minute'), tokens(9_000, 'minute')]],
  ] as const) {
    for (const stream of [false, true]) {
      const name = typeof names === 'string' ? names : names[stream ? 1 : 0];
      it(`${dialect} answers ${stream ? 'a stream' : 'a whole request'} with the headers of the captured "${name}"`, async () => {
        const { now } = new TurningClock();
        const response = await ask(await simulations.start({ dialect, limits, now }), { stream });
        const headers = rateHeadersOf(response.headers);
        const original = rateHeadersOf(Object.entries(captured(dialect, name).headers));
        for (const [header, value] of Object.entries(original)) {
          expect(headers, header).to.have.property(header);
          expect(formatOf(headers[header] as string), header).to.equal(formatOf(value));
        }
        // The captured headers of Cerebras are incomplete; the simulated ones follow the same pattern.
        const form = (header: string) => header.replace(/limit-limit|limit-remaining|limit-reset/, 'limit-*');
        expect(new Set(Object.keys(headers).map(form))).to.deep.equal(new Set(Object.keys(original).map(form)));
      });
    }
  }

  it('Groq has no headers for requests per minute and tokens per day', async () => {
    const { now } = new TurningClock();
    const provider = await simulations.start({ dialect: 'groq', limits: [groqMinute, tokens(1_000, 'day')], now });
    expect(rateHeadersOf((await ask(provider)).headers)).to.deep.equal({});
  });

  it('Cerebras and OpenRouter refuse without x-ratelimit headers', async () => {
    for (const dialect of ['cerebras', 'openrouter'] as const) {
      const { now } = new TurningClock();
      const provider = await simulations.start({ dialect, limits: [requests(1, 'minute')], now });
      await ask(provider);
      const { status, headers } = await ask(provider);
      expect(status).to.equal(429);
      expect([...headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).to.deep.equal([]);
    }
  });

  it('Gemini sends no headers about limits, neither with answers nor with refusals', async () => {
    const provider = await simulations.start({ dialect: 'gemini', limits: [requests(1, 'minute')] });
    const responses = [await ask(provider), await ask(provider)];
    expect(responses.map(({ status }) => status)).to.deep.equal([200, 429]);
    for (const { headers } of responses) expect(rateHeadersOf(headers)).to.deep.equal({});
  });

  it('Gemini hints at seconds even when the day is used up', async () => {
    const { now } = new TurningClock(Date.UTC(2026, 2, 7, 20));
    const provider = await simulations.start({ dialect: 'gemini', limits: [pacificDay(1)], now });
    await ask(provider);
    const [{ error }] = (await (await ask(provider)).json()) as [{ error: { message: string; details: object[] } }];
    expect(error.message).to.match(/limit: 1, model: m\nPlease retry in 45s\.$/);
    expect(error.details.at(-1)).to.include({ retryDelay: '45s' });
  });

  it('Mistral keeps only the headers of the limit that is used up', async () => {
    const limits = [requests(9, 'minute'), tokens(20, 'minute')];
    const provider = await simulations.start({ dialect: 'mistral', limits });
    await ask(provider, BRIEF);
    const { status, headers } = await ask(provider, BRIEF);
    expect(status).to.equal(429);
    expect(rateHeadersOf(headers)).to.deep.equal({
      'x-ratelimit-limit-tokens-minute': '20',
      'x-ratelimit-remaining-tokens-minute': '8',
    });
  });

  it('a local server sends no rate-limit headers', async () => {
    const limits = [{ concurrent: 1 }];
    const provider = await simulations.start({ dialect: 'local', limits, latencyMs: FOREVER_MS });
    await ask(provider, { stream: true });
    const { status, headers } = await ask(provider);
    expect(status).to.equal(503);
    expect(rateHeadersOf(headers)).to.deep.equal({});
  });

  it('writes durations as Go does', () => {
    const spans = [0, 370, 1_000, 2_000, 7_660, 60_000, 179_560, 414_720, 3_600_000, 5_011_000, 86_400_000];
    expect(spans.map(goDuration)).to.deep.equal([
      '0s',
      '370ms',
      '1s',
      '2s',
      '7.66s',
      '1m0s',
      '2m59.56s',
      '6m54.72s',
      '1h0m0s',
      '1h23m31s',
      '24h0m0s',
    ]);
  });
});
