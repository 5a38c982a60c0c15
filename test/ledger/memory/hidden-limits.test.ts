import { expect } from 'chai';
import type { Declaration, Limit, Signal } from '../../../src/contract/quota.js';
import type { QuotaStatus, Reservation } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import { TurningClock } from '../../turning-clock.js';
import { refusalOf, reserveOne, respond } from '../ask-ledger.js';

const NEED = { tokens: 100, inputTokens: 60 };
const DAY_MS = 86_400_000;

describe('A refusal that nothing known explains', () => {
  let clock: TurningClock;
  let ledger: MemoryLedger;

  const create = (...declarations: Declaration[]): void => {
    ledger = new MemoryLedger(clock);
    ledger.configure([{ provider: 'p', fingerprint: '' }], [{ target: 'p/m', provider: 'p' }], declarations);
  };
  const declared = (source: Declaration['source'], ...limits: Limit[]): Declaration => ({
    scope: 'p/m',
    limits,
    source,
  });

  const dayLeft = (remaining = 900): Signal => ({
    dimension: 'requests',
    window: '1d',
    limit: 1_000,
    remaining,
    resetAt: clock.now() + DAY_MS / 2,
  });

  const reserve = (need = NEED): Reservation => {
    const answer = reserveOne(ledger, 'p/m', need);
    if (!answer.granted) throw new Error(`refused: ${answer.reason}`);
    return answer;
  };

  /** Serves `count` requests, one each second. */
  const serve = (count: number, ...signals: Signal[]): void => {
    for (let index = 0; index < count; index++) {
      const reservation = reserve();
      respond(ledger, reservation, signals, true);
      reservation.settle({ input: 60, output: 40 });
      clock.turn(1_000);
    }
  };

  const refuse = (signals: readonly Signal[] = [], need = NEED, until?: number): void => {
    const reservation = reserve(need);
    respond(ledger, reservation, signals, false);
    ledger.coolDown(reservation, 'target', { class: 'rate_limit', reason: 'too many', until });
    reservation.settle({ input: 0, output: 0 });
  };

  const learned = (): Partial<QuotaStatus> | undefined =>
    ledger.status('p/m').quotas.find(({ source }) => source === 'learned');

  beforeEach(() => {
    clock = new TurningClock();
    create();
  });

  it('teaches a limit beside the stated one, which stays as it is', () => {
    serve(12, dayLeft());
    refuse([dayLeft()]);
    expect(learned()).to.include({ dimension: 'requests', windowMs: 60_000, limit: 12 });
    const stated = ledger.status('p/m').quotas.find(({ source }) => source === 'header');
    expect(stated).to.include({ windowMs: DAY_MS, limit: 1_000 });
  });

  it('keeps requests back until the learned window has room', () => {
    serve(12, dayLeft());
    // The hint ends the early probes.
    refuse([dayLeft()], NEED, clock.now() + 1_000);
    clock.turn(2_000);
    expect(refusalOf(ledger, 'p/m', NEED)).to.include({ code: 'quota' });
    clock.turn(60_000);
    expect(refusalOf(ledger, 'p/m', NEED)).to.equal(undefined);
  });

  it('teaches a limit lower than the one that the provider type knows', () => {
    create(declared('known', { requests: 30, per: '1m' }));
    serve(12);
    refuse();
    expect(learned()).to.include({ windowMs: 60_000, limit: 12 });
    expect(ledger.status('p/m').quotas.find(({ source }) => source === 'known')).to.include({ limit: 30 });
  });

  it('teaches a limit lower than the configured one', () => {
    create(declared('manual', { requests: 30, per: '1m' }));
    serve(12);
    refuse();
    expect(learned()).to.include({ windowMs: 60_000, limit: 12 });
  });

  it('teaches a limit that survives a restart, and that a reset forgets', () => {
    serve(12, dayLeft());
    refuse([dayLeft()]);
    const kept = JSON.parse(JSON.stringify(ledger.snapshot()));
    ledger = new MemoryLedger(clock);
    ledger.restore(kept);
    ledger.configure([{ provider: 'p', fingerprint: '' }], [{ target: 'p/m', provider: 'p' }], []);
    expect(learned()).to.include({ windowMs: 60_000, limit: 12, used: 12 });
    ledger.reset('p/m');
    expect(learned()).to.equal(undefined);
    expect(ledger.status('p/m').quotas).to.have.lengthOf(1);
  });

  it('teaches a limit that goes once a response states a quota of the same window', () => {
    serve(12, dayLeft());
    refuse([dayLeft()]);
    clock.turn(120_000);
    const minute: Signal = {
      dimension: 'requests',
      window: '1m',
      limit: 15,
      remaining: 14,
      resetAt: clock.now() + 9_000,
    };
    serve(1, dayLeft(), minute);
    expect(learned()).to.equal(undefined);
  });

  it('teaches a limit that goes once it allows more than a stated one', () => {
    create(declared('known', { requests: 14, per: '1m' }));
    serve(10);
    refuse();
    expect(learned()).to.include({ limit: 10 });
    for (let minute = 0; minute < 90 && learned() !== undefined; minute++) {
      while (refusalOf(ledger, 'p/m', NEED) === undefined && learned() !== undefined) serve(1);
      clock.turn(60_000);
    }
    expect(learned(), 'tested upward until the known limit is reached').to.equal(undefined);
  });

  describe('but nothing is learned', () => {
    const minute = (rest: Partial<Signal>): Signal => ({ dimension: 'requests', window: '1m', ...rest });
    const tokens = (rest: Partial<Signal>): Signal => ({ dimension: 'tokens', window: '1m', limit: 9_000, ...rest });

    const EXPLAINED: readonly { readonly name: string; readonly before: Signal[]; readonly refusal: Signal[] }[] = [
      { name: 'the refusal names a quota that is empty', before: [], refusal: [minute({ remaining: 0 })] },
      { name: 'the refusal names a quota without numbers', before: [], refusal: [minute({})] },
      { name: 'the refusal names a limit that was not known', before: [], refusal: [minute({ limit: 9 })] },
      { name: 'the refusal names tokens that are used up', before: [], refusal: [tokens({ remaining: 0 })] },
      { name: 'hardly any tokens were left', before: [tokens({ remaining: 150 })], refusal: [] },
      { name: 'the last request of a quota was sent', before: [minute({ limit: 9, remaining: 1 })], refusal: [] },
    ];

    for (const { name, before, refusal } of EXPLAINED) {
      it(`when ${name}`, () => {
        serve(5, dayLeft());
        serve(1, ...before);
        refuse([dayLeft(), ...refusal]);
        expect(learned()).to.equal(undefined);
      });
    }

    it('when a window has just begun by our clock', () => {
      serve(5, minute({ limit: 9, remaining: 3, resetAt: clock.now() + 20_000 }));
      clock.turn(20_000);
      refuse();
      expect(learned()).to.equal(undefined);
    });

    it('when the request is far larger than any that was served: its tokens may be the reason', () => {
      serve(5, dayLeft());
      refuse([dayLeft()], { tokens: 5_000, inputTokens: 4_000 });
      expect(learned()).to.equal(undefined);
    });
  });
});
