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

/** `before`: the number of answered requests before · `held`: one more request is in flight. */
interface Provocation {
  readonly dialect: DialectName;
  readonly like: readonly [provider: string, name: string];
  readonly limits?: readonly SimulatedLimit[];
  readonly before?: number;
  readonly held?: true;
  readonly key?: string;
  readonly model?: string;
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
  { dialect: 'local', like: ['ollama', '404'], model: 'another' },
  { dialect: 'local', like: ['vllm', '401'], key: 'wrong' },
];

const BRIEF = { max_tokens: 10 };

describe('Dialects', () => {
  const simulations = new Simulations();
  afterEach(() => simulations.closeAll());

  for (const { dialect, like, limits = [], before = 0, held, key, model = 'm' } of REFUSALS) {
    const [of, name] = like;
    it(`${dialect} refuses like the captured "${of} ${name}"`, async () => {
      const original = captured(of, name);
      const { now } = new TurningClock();
      const provider = await simulations.start({ dialect, limits, now, latencyMs: held ? FOREVER_MS : 0 });
      for (let count = 0; count < before; count++) expect((await ask(provider, BRIEF)).status).to.equal(200);
      if (held) await ask(provider, { stream: true });
      const response = await ask(provider, { ...BRIEF, model }, key === undefined ? {} : { key });

      expect(response.status).to.equal(original.status);
      const body = typeof original.body === 'string' ? JSON.parse(original.body) : original.body;
      expect(shapeOf(await response.json())).to.deep.equal(shapeOf(body));
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

  for (const [dialect, name, limits] of [
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
  ] as const) {
    for (const stream of [false, true]) {
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
