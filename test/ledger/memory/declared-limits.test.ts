import { expect } from 'chai';
import type { Limit } from '../../../src/contract/quota.js';
import type { QuotaStatus, Refusal, Reservation } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import { TurningClock } from '../../turning-clock.js';
import { refusalOf, reserveOne, respond } from '../ask-ledger.js';

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NEED = { tokens: 100, inputTokens: 60 };

const ACCOUNTS = [{ provider: 'p', fingerprint: 'p' }];
const TARGETS = ['p/big', 'p/small', 'p/free/tiny'].map((target) => ({ target, provider: 'p' }));

/** 22:00 in Los Angeles, two hours before the clocks go forward for the summer there: 2026-03-07, 22:00 PST. */
const EVENING = Date.parse('2026-03-08T06:00Z');
const MIDNIGHT = Date.parse('2026-03-08T08:00Z');
/** The next day has 23 hours. */
const NEXT_MIDNIGHT = Date.parse('2026-03-09T07:00Z');
const DAILY = { each: 'day', zone: 'America/Los_Angeles' } as const;

describe('Declared limits', () => {
  let clock: TurningClock;
  let ledger: MemoryLedger;

  const declare = (source: 'manual' | 'known', ...limits: Limit[]): void =>
    ledger.configure(ACCOUNTS, TARGETS, [{ scope: source === 'manual' ? 'p' : 'p/big', limits, source }]);

  const reserve = (target = 'p/big', need = NEED): Reservation => {
    const answer = reserveOne(ledger, target, need);
    if (!answer.granted) throw new Error(`refused: ${answer.reason}`);
    return answer;
  };

  const serve = (target = 'p/big', usage = { input: 60, output: 40 }): void => {
    const reservation = reserve(target);
    respond(ledger, reservation, [], true);
    reservation.settle(usage);
  };

  const refusal = (target = 'p/big', need = NEED): Refusal => {
    const found = refusalOf(ledger, target, need);
    if (found === undefined) throw new Error('it has room');
    return found;
  };

  const quotas = (target = 'p/big'): readonly QuotaStatus[] => ledger.status(target).quotas;

  const restart = (): void => {
    const kept = JSON.parse(JSON.stringify(ledger.snapshot()));
    ledger = new MemoryLedger(clock);
    ledger.restore(kept);
  };

  beforeEach(() => {
    clock = new TurningClock(EVENING);
    ledger = new MemoryLedger(clock);
  });

  describe('by the calendar', () => {
    it('count until midnight in their zone, and are full again then, also when a day has 23 hours', () => {
      declare('manual', { requests: 2, ...DAILY });
      serve();
      serve();
      expect(refusal()).to.include({ code: 'quota', retryAt: MIDNIGHT, resetsAtOnce: true, capacityAtRetry: 2 });
      expect(refusal().reason).to.equal('p: 0 of 2 requests each day (Los Angeles) left, as configured');
      clock.turn(MIDNIGHT - clock.now() - 1);
      expect(refusal()).to.include({ retryAt: MIDNIGHT });
      clock.turn(1);
      serve();
      serve();
      expect(refusal()).to.include({ retryAt: NEXT_MIDNIGHT });
      clock.turn(NEXT_MIDNIGHT - clock.now());
      serve();
    });

    it('ask with one request whether the new day has begun at the provider too', () => {
      declare('manual', { requests: 5, ...DAILY });
      serve();
      clock.turn(MIDNIGHT - clock.now());
      const first = reserve();
      expect(refusalOf(ledger, 'p/big', NEED)).to.include({ code: 'quota' });
      respond(ledger, first, [], true);
      expect(refusalOf(ledger, 'p/big', NEED)).to.equal(undefined);
    });

    it('count uses of the last seconds of a day in the next one too: clocks disagree', () => {
      declare('manual', { requests: 3, ...DAILY });
      serve();
      clock.turn(MIDNIGHT - clock.now() - 5 * SECOND);
      serve();
      serve();
      clock.turn(5 * SECOND);
      serve();
      expect(refusal()).to.include({ code: 'quota', retryAt: NEXT_MIDNIGHT });
    });

    it('forget the late uses of a day that is not the day before', () => {
      declare('manual', { requests: 1, ...DAILY });
      clock.turn(MIDNIGHT - clock.now() - 5 * SECOND);
      serve();
      clock.turn(2 * DAY);
      serve();
    });

    it('say when weeks and months begin', () => {
      declare('manual', { requests: 1, each: 'week', from: '2026-03-05' }, { tokens: 100, each: 'month', from: 31 });
      serve();
      const [weekly, monthly] = quotas();
      expect(weekly).to.deep.include({ resetAt: Date.parse('2026-03-12T00:00Z'), used: 1, limit: 1 });
      expect(weekly?.calendar).to.deep.equal({ each: 'week', from: '2026-03-05' });
      expect(monthly).to.deep.include({ resetAt: Date.parse('2026-03-31T00:00Z'), used: 100 });
      expect(refusal().reason).to.equal('p: 0 of 100 tokens each month from day 31 (UTC) left, as configured');
    });

    it('stand beside a rolling limit of the same length', () => {
      declare('manual', { requests: 2, ...DAILY }, { requests: 3, per: '1d' });
      serve();
      serve();
      clock.turn(MIDNIGHT - clock.now());
      serve();
      expect(refusal()).to.include({ retryAt: EVENING + DAY });
    });

    it('survive a restart, with what was in flight', () => {
      declare('manual', { requests: 3, ...DAILY });
      serve();
      reserve();
      restart();
      declare('manual', { requests: 3, ...DAILY });
      expect(quotas()[0]).to.deep.include({ used: 2, limit: 3, resetAt: MIDNIGHT });
      serve();
      expect(refusal()).to.include({ retryAt: MIDNIGHT });
      clock.turn(MIDNIGHT - clock.now());
      restart();
      declare('manual', { requests: 3, ...DAILY });
      expect(quotas()[0]).to.deep.include({ used: 0, resetAt: NEXT_MIDNIGHT });
    });

    it('keep what was used when the amount changes, and begin anew when the calendar changes', () => {
      declare('manual', { requests: 3, ...DAILY });
      serve();
      declare('manual', { requests: 9, ...DAILY });
      expect(quotas()).to.have.length(1);
      expect(quotas()[0]).to.include({ used: 1, limit: 9 });
      declare('manual', { requests: 9, each: 'day' });
      expect(quotas()).to.have.length(1);
      expect(quotas()[0]).to.include({ used: 0, limit: 9 });
    });

    it('load from a ledger of an older version, which had none', () => {
      const window = { kind: 'sliding', limit: 2, uses: [[EVENING + HOUR, 1]] };
      const quota = { dimension: 'requests', windowMs: DAY, source: 'manual', window };
      const scopes = [{ id: 'p', kind: 'provider', quotas: [quota] }];
      ledger.restore(JSON.parse(JSON.stringify({ version: 1, accounts: { p: 'p' }, scopes })));
      declare('manual', { requests: 2, per: '1d' }, { requests: 5, ...DAILY });
      expect(quotas().map(({ used, limit }) => [used, limit])).to.deep.equal([
        [1, 2],
        [0, 5],
      ]);
    });

    it('give way to what a provider states about the same length', () => {
      declare('known', { requests: 50, ...DAILY });
      const resetAt = EVENING + 5 * HOUR;
      const reservation = reserve();
      respond(ledger, reservation, [{ dimension: 'requests', window: '1d', limit: 40, remaining: 7, resetAt }], true);
      reservation.settle({ input: 60, output: 40 });
      expect(quotas()).to.have.length(1);
      expect(quotas()[0]).to.include({ source: 'header', limit: 40, remaining: 7, resetAt });
    });

    it('take over what a provider states without a reset, and keep their own', () => {
      declare('known', { requests: 50, ...DAILY });
      const reservation = reserve();
      respond(ledger, reservation, [{ dimension: 'requests', window: '1d', remaining: 7 }], true);
      reservation.settle({ input: 60, output: 40 });
      expect(quotas()[0]).to.include({ source: 'header', limit: 50, remaining: 7, resetAt: MIDNIGHT });
    });
  });

  describe('of tokens of one kind', () => {
    it('hold the likely answer, and count the real one', () => {
      declare('manual', { output_tokens: 100, per: '1m' });
      const reservation = reserve();
      expect(quotas()[0]).to.include({ dimension: 'output_tokens', inFlight: 40 });
      respond(ledger, reservation, [], true);
      reservation.settle({ input: 60, output: 75 });
      expect(quotas()[0]).to.include({ used: 75, remaining: 25 });
      expect(refusal().reason).to.equal('p: 25 of 100 output tokens per 1m left, as configured');
      clock.turn(60 * SECOND);
      expect(refusalOf(ledger, 'p/big', NEED)).to.equal(undefined);
    });

    it('refuse an answer that never fits', () => {
      declare('manual', { output_tokens: 30, per: '1m' });
      const { code, reason } = refusal();
      expect([code, reason]).to.deep.equal([
        'too_large',
        'p: needs 40 output tokens, more than the limit of 30 per 1m, as configured',
      ]);
    });

    it('hold the most that an answer may have where a window is long', () => {
      declare('manual', { output_tokens: 1_000, ...DAILY });
      reserve('p/big', { ...NEED, mostTokens: 460 } as typeof NEED);
      expect(quotas()[0]).to.include({ inFlight: 400 });
    });

    it('count the prompt alone for input tokens', () => {
      declare('manual', { input_tokens: 100, each: 'day' });
      serve();
      expect(quotas()[0]).to.include({ dimension: 'input_tokens', used: 60, remaining: 40 });
    });
  });

  describe('of units', () => {
    const COSTS = { big: { request: 1, input: 10, output: 100 }, 'free/*': {}, '*': { request: 0.1 } };

    it('hold and count what the model costs: per request, and per 1,000 tokens', () => {
      declare('manual', { units: 20, costs: COSTS, ...DAILY });
      const reservation = reserve();
      // 1 + 60 × 10 / 1,000 + 40 × 100 / 1,000
      expect(quotas()[0]).to.include({ dimension: 'units', inFlight: 5.6 });
      respond(ledger, reservation, [], true);
      reservation.settle({ input: 50, output: 20 });
      expect(quotas()[0]).to.include({ used: 3.5, remaining: 16.5 });
      serve('p/small');
      expect(quotas()[0]).to.include({ used: 3.6 });
      serve('p/free/tiny');
      expect(quotas()[0]).to.include({ used: 3.6 });
    });

    it('charge nothing for a request that the provider refused', () => {
      declare('manual', { units: 20, costs: COSTS, ...DAILY });
      const reservation = reserve();
      respond(ledger, reservation, [], false);
      reservation.settle({ input: 0, output: 0 });
      expect(quotas()[0]).to.include({ used: 0, inFlight: 0 });
    });

    it('add up without errors of rounding', () => {
      declare('manual', { units: 0.3, per: '1h', costs: { '*': { request: 0.1 } } });
      for (let count = 0; count < 3; count++) serve();
      expect(refusal().reason).to.equal('p: 0 of 0.3 units per 1h left, as configured');
      clock.turn(HOUR + 60 * SECOND);
      expect(quotas()[0]).to.include({ used: 0, remaining: 0.3 });
    });

    it('keep two kinds of units apart, and survive a restart', () => {
      const limits: Limit[] = [
        { units: 10, costs: { '*': { request: 1 } }, ...DAILY },
        { units: 5, costs: { '*': { output: 50 } }, ...DAILY },
      ];
      declare('manual', ...limits);
      serve();
      restart();
      declare('manual', ...limits);
      expect(quotas().map(({ used, limit }) => [used, limit])).to.deep.equal([
        [1, 10],
        [2, 5],
      ]);
    });

    it('let requests through that cost nothing when all units are used', () => {
      declare('manual', { units: 6, costs: COSTS, ...DAILY });
      serve('p/big', { input: 0, output: 50 });
      expect(refusal()).to.include({ code: 'quota', retryAt: MIDNIGHT });
      serve('p/free/tiny');
    });
  });
});
