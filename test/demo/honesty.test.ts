import {
  durationOf,
  nextMidnightIn,
  nextMinute,
  parseLimits,
  parseResetTime,
  parseWait,
  retryAfterOf,
} from '429chain/plugin';
import { expect } from 'chai';
import type { SimulatedLimit } from '../../src/demo/allowance.js';
import type { DialectName } from '../../src/demo/dialects.js';
import { TurningClock } from '../turning-clock.js';
import { ask, Simulations } from './simulation.js';

const BUCKET: SimulatedLimit = { tokens: 6_000, per: '4s', called: 'minute', counting: 'refilling' };

describe('Reports of simulated providers', () => {
  const simulations = new Simulations();
  afterEach(() => simulations.closeAll());

  /** How to read the time of recovery from the last answer or from the refusal. */
  const READERS: readonly (readonly [
    DialectName,
    string,
    SimulatedLimit,
    (answer: Response, refusal: Response, body: never, now: number) => number | undefined,
  ])[] = [
    [
      'groq',
      'the message of a 429',
      { requests: 3, per: '4s', called: 'minute', counting: 'refilling' },
      (_answer, _refusal, { error }: { error: { message: string } }, now) => now + (parseWait(error.message) as number),
    ],
    [
      'cerebras',
      'the reset header of the last answer',
      { requests: 3, per: '5s', called: 'minute', counting: 'fixed' },
      ({ headers }, _refusal, _body, now) =>
        parseResetTime(headers.get('x-ratelimit-reset-requests-minute') ?? '', now),
    ],
    [
      'gemini',
      'the message of a 429 for the minute',
      { requests: 3, per: '6s', called: 'minute', counting: 'fixed' },
      (_answer, _refusal, [{ error }]: [{ error: { message: string } }], now) =>
        now + (parseWait(error.message) as number),
    ],
    [
      'gemini',
      'the midnight of Los Angeles for the day',
      { requests: 3, each: 'day', zone: 'America/Los_Angeles' },
      (_answer, _refusal, _body, now) => nextMidnightIn('America/Los_Angeles', now),
    ],
    [
      'mistral',
      'the end of the minute of the clock',
      { requests: 3, per: '1m', called: 'minute', counting: 'fixed' },
      (_answer, _refusal, _body, now) => nextMinute(now),
    ],
    [
      'openrouter',
      'the timestamp in the body of a 429',
      { requests: 3, per: '6s', called: 'minute', counting: 'fixed' },
      (_answer, _refusal, body: { error: { metadata: { headers: Record<string, string> } } }, now) =>
        parseResetTime(body.error.metadata.headers['X-RateLimit-Reset'], now),
    ],
  ];

  for (const [dialect, where, limit, read] of READERS) {
    it(`${dialect}: capacity returns at the exact millisecond in ${where}`, async () => {
      const clock = new TurningClock(Date.UTC(2026, 0, 1, 12) + 1_234);
      const provider = await simulations.start({ dialect, limits: [limit], now: clock.now });
      await ask(provider);
      clock.turn(17);
      await ask(provider);
      const answer = await ask(provider);
      const refusal = await ask(provider);
      expect([answer.status, refusal.status]).to.deep.equal([200, 429]);
      const moment = read(answer, refusal, (await refusal.json()) as never, clock.now()) as number;
      expect(moment).to.be.greaterThan(clock.now());
      clock.turn(moment - clock.now() - 1);
      expect((await ask(provider)).status).to.equal(429);
      clock.turn(1);
      expect((await ask(provider)).status).to.equal(200);
    });
  }

  for (const dialect of ['groq', 'cerebras'] as const) {
    it(`${dialect}: Retry-After is never too short, and less than a second too long`, async () => {
      const clock = new TurningClock(Date.UTC(2026, 0, 1, 12) + 1_234);
      const limits = [{ requests: 1, per: '6s', called: 'minute', counting: 'fixed' }] as const;
      const provider = await simulations.start({ dialect, limits, now: clock.now });
      await ask(provider);
      const { status, headers } = await ask(provider);
      const head = { status, headers: Object.fromEntries(headers), at: clock.now() };
      const truth = Date.UTC(2026, 0, 1, 12) + 6_000;
      expect(retryAfterOf(head)).to.be.within(truth, truth + 999);
    });
  }

  it('Groq: remaining and reset of a bucket give its refill rate', async () => {
    const clock = new TurningClock();
    const provider = await simulations.start({ dialect: 'groq', limits: [BUCKET], now: clock.now });
    await ask(provider);
    clock.turn(3);
    const { headers } = await ask(provider);
    const numberIn = (name: string) => Number(headers.get(`x-ratelimit-${name}-tokens`));
    const missing = numberIn('limit') - numberIn('remaining');
    const resetMs = durationOf(headers.get('x-ratelimit-reset-tokens') as string) as number;
    expect(resetMs).to.equal(Math.ceil((missing * 4_000) / 6_000));
  });

  it('Groq: the message of a 429 contains the used and requested amounts', async () => {
    const { now } = new TurningClock();
    const limit = { tokens: 30, per: '4s', called: 'minute', counting: 'refilling' } as const;
    const provider = await simulations.start({ dialect: 'groq', limits: [limit], now });
    await ask(provider, { max_tokens: 10 });
    const refusal = await ask(provider, { max_tokens: 20 });
    const { error } = (await refusal.json()) as { error: { message: string } };
    expect(parseLimits(error.message)).to.deep.equal([
      { dimension: 'tokens', window: '1m', limit: 30, remaining: 18, requested: 22 },
    ]);
  });

  for (const [dialect, called, header] of [
    ['groq', 'day', 'x-ratelimit-remaining-requests'],
    ['cerebras', 'hour', 'x-ratelimit-remaining-requests-hour'],
  ] as const) {
    it(`${dialect}: the remaining amount in an answer includes that answer`, async () => {
      const { now } = new TurningClock();
      const limit = { requests: 3, per: '1h', called, counting: 'fixed' } as const;
      const provider = await simulations.start({ dialect, limits: [limit], now });
      const said: (string | null)[] = [];
      for (const stream of [true, false, true]) said.push((await ask(provider, { stream })).headers.get(header));
      expect(said).to.deep.equal(['2', '1', '0']);
      expect((await ask(provider)).status).to.equal(429);
    });
  }
});
