import { expect } from 'chai';
import fc from 'fast-check';
import type { Dimension, FailureClass, Signal } from '../../../src/contract/quota.js';
import type { Reservation } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import { TurningClock } from '../../turning-clock.js';
import { refusalOf, reserveOne, respond } from '../ask-ledger.js';

const NEED = { tokens: 100, inputTokens: 60 };
const MINUTE = 60_000;
const DAY = 86_400_000;

describe('No number of a provider locks a target for good:', () => {
  let clock: TurningClock;
  let ledger: MemoryLedger;

  const reserve = (need = NEED): Reservation => {
    const answer = reserveOne(ledger, 'p/m', need);
    if (!answer.granted) throw new Error(`refused: ${answer.reason}`);
    return answer;
  };

  const serve = (...signals: Signal[]): void => {
    const reservation = reserve();
    respond(ledger, reservation, signals, true);
    reservation.settle({ input: 60, output: 40 });
  };

  const isAskable = (need = NEED): boolean => refusalOf(ledger, 'p/m', need) === undefined;

  const create = (): void => {
    clock = new TurningClock();
    ledger = new MemoryLedger(clock);
    ledger.configure([{ provider: 'p', fingerprint: '' }], [{ target: 'p/m', provider: 'p' }], []);
  };

  beforeEach(create);

  it('a limit of 0 requests means that nothing is left until the reset, and one request finds out', () => {
    serve({ dimension: 'requests', limit: 0, remaining: 0, resetAt: clock.now() + 1_000 });
    expect(refusalOf(ledger, 'p/m', NEED)).to.include({ code: 'quota', retryAt: clock.now() + 1_000 });
    clock.turn(1_000);
    reserve();
    expect(isAskable()).to.equal(false);
  });

  it('a provider that names another window with each response fills no memory', () => {
    for (let index = 0; index < 1_000; index++) {
      serve({ dimension: 'requests', window: `${index + 61}s`, limit: 1_000_000, remaining: 999_999 });
    }
    expect(ledger.status('p/m').quotas.length).to.be.below(40);
    expect(isAskable()).to.equal(true);
  });

  it('a minute whose reset is in the year 2400 ends after a minute', () => {
    serve({ dimension: 'requests', window: '1m', limit: 5, remaining: 0, resetAt: Date.UTC(2400, 0) });
    expect(refusalOf(ledger, 'p/m', NEED)).to.include({ retryAt: clock.now() + MINUTE });
  });

  it('a bucket is never in debt for what no answer can cost', () => {
    serve({ dimension: 'tokens', window: '1m', limit: 6_000, remaining: 6_000, refills: true });
    for (const output of [1e308, Number.POSITIVE_INFINITY, Number.NaN, -5e9]) {
      const reservation = reserve();
      respond(ledger, reservation, [], true);
      reservation.settle({ input: 1, output });
      expect(ledger.status('p/m').quotas[0]?.remaining, `${output}: the estimate counts`).to.equal(5_900);
      clock.turn(MINUTE);
    }
  });

  it('a request that never fits a stated limit is sent after a window without requests, then less and less often', () => {
    serve({ dimension: 'tokens', window: '1m', limit: 1, remaining: 1, resetAt: clock.now() + MINUTE });
    const waits = Array.from({ length: 12 }, () => {
      let waited = 0;
      for (; !isAskable(); waited++) clock.turn(MINUTE);
      const probe = reserve();
      expect(isAskable(), 'one at a time').to.equal(false);
      respond(ledger, probe, [], false);
      probe.settle({ input: 0, output: 0 });
      return waited;
    });
    expect(waits).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440]);
  });

  it('a limit that a served request proves wrong is forgotten, unless that response states it again', () => {
    const limit = (): Signal => ({
      dimension: 'tokens',
      window: '1m',
      limit: 1,
      remaining: 1,
      resetAt: clock.now() + MINUTE,
    });
    serve(limit());
    clock.turn(MINUTE);
    serve(limit());
    expect(isAskable(), 'stated again').to.equal(false);
    clock.turn(MINUTE);
    serve();
    expect(isAskable(), 'not stated again').to.equal(true);
    expect(ledger.status('p/m').quotas).to.deep.equal([]);
  });

  it('a month that is used up is asked about once a day, also after a restart', () => {
    serve({ dimension: 'requests', window: '30d', limit: 5, remaining: 0, resetAt: clock.now() + 20 * DAY });
    clock.turn(DAY / 2);
    const kept = JSON.parse(JSON.stringify(ledger.snapshot()));
    ledger = new MemoryLedger(clock);
    ledger.restore(kept);
    ledger.configure([{ provider: 'p', fingerprint: '' }], [{ target: 'p/m', provider: 'p' }], []);
    expect(isAskable()).to.equal(false);
    clock.turn(DAY / 2);
    reserve();
    expect(isAskable(), 'one at a time').to.equal(false);
  });

  it('a cooldown of an older version that never ends is over after a day', () => {
    const phase = {
      phase: 'coolingDown',
      until: null,
      class: 'quota',
      reason: 'never',
      hinted: true,
      next: { phase: 'ready' },
    };
    const cooldown = { phase, failures: { class: 'quota', count: 1 } };
    const snapshot = { version: 1, accounts: { p: '' }, scopes: [{ id: 'p/m', kind: 'target', quotas: [], cooldown }] };
    ledger = new MemoryLedger(clock);
    ledger.restore(JSON.parse(JSON.stringify(snapshot)));
    ledger.configure([{ provider: 'p', fingerprint: '' }], [{ target: 'p/m', provider: 'p' }], []);
    expect(refusalOf(ledger, 'p/m', NEED)).to.include({ code: 'cooldown', retryAt: clock.now() + DAY });
  });

  describe('whatever a provider states,', () => {
    const absurd = fc.constantFrom(0, 1, -1, 7, 1e3, 1e15, 1e308, Number.NaN, Number.POSITIVE_INFINITY, undefined);
    const far = fc.constantFrom(
      -1e15,
      -1,
      0,
      1,
      9e4,
      9e8,
      1e13,
      1e308,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      undefined,
    );
    const signal = fc.record({
      dimension: fc.constantFrom<Dimension>('requests', 'tokens', 'input_tokens', 'concurrent'),
      window: fc.constantFrom('0s', '1s', '1m', '1d', '30d', undefined),
      scope: fc.constantFrom('target' as const, 'pool', 'provider'),
      limit: absurd,
      remaining: absurd,
      resetInMs: far,
      refills: fc.boolean(),
    });
    const step = fc.record({
      afterMs: fc.constantFrom(0, 500, 20_000, 90_000, 7_200_000),
      signals: fc.array(signal, { maxLength: 2 }),
      end: fc.constantFrom('served' as const, 'refused', 'silent'),
      class: fc.constantFrom<FailureClass>(
        'rate_limit',
        'quota',
        'auth',
        'not_found',
        'overloaded',
        'server_error',
        'too_large',
      ),
      rests: fc.constantFrom('target' as const, 'pool', 'provider'),
      hintMs: far,
      usage: fc.option(fc.record({ input: absurd, output: absurd }), { nil: undefined }),
    });

    it('a target that is locked is asked again within a day', () => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
          create();
          for (const { afterMs, signals, end, class: failureClass, rests, hintMs, usage } of steps) {
            clock.turn(afterMs);
            const answer = reserveOne(ledger, 'p/m', NEED, { skipProbation: true });
            if (!answer.granted) continue;
            const stated = signals.map(({ resetInMs, ...rest }) => ({
              ...rest,
              ...(resetInMs === undefined ? {} : { resetAt: clock.now() + resetInMs }),
            }));
            if (end !== 'silent') respond(ledger, answer, stated, end === 'served');
            if (end !== 'served') {
              const until = hintMs === undefined ? undefined : clock.now() + hintMs;
              ledger.coolDown(answer, rests, { class: failureClass, reason: 'because', until });
            }
            answer.settle(usage as { input: number; output: number } | undefined);
          }
          const kept = JSON.parse(JSON.stringify(ledger.snapshot()));
          clock.turn(25 * 3_600_000);
          const refusal = refusalOf(ledger, 'p/m', NEED);
          expect(refusal?.reason, 'in a process that goes on').to.equal(undefined);
          const restarted = new MemoryLedger(clock);
          restarted.restore(kept);
          restarted.configure([{ provider: 'p', fingerprint: '' }], [{ target: 'p/m', provider: 'p' }], []);
          expect(refusalOf(restarted, 'p/m', NEED)?.reason, 'in one that restarts').to.equal(undefined);
        }),
        { numRuns: 300 },
      );
    });
  });
});
