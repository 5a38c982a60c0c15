import { expect } from 'chai';
import type { Declaration, Signal } from '../../../src/contract/quota.js';
import type { CoolDown, Reservation } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import { TurningClock } from '../../turning-clock.js';
import { refusalOf, reserveOne, respond } from '../ask-ledger.js';

const NEED = { tokens: 10, inputTokens: 5 };
const MAX_ADDRESSED = 1_000;
const MAX_RESTING = 5_000;

describe('Targets that requests address and no chain names', () => {
  let clock: TurningClock;
  let ledger: MemoryLedger;

  const configure = (fingerprint: string, ...declarations: Declaration[]): void =>
    ledger.configure([{ provider: 'p', fingerprint }], [], declarations);

  const register = (model: string, pool?: string, ...declarations: Declaration[]): void =>
    ledger.register({ target: `p/${model}`, provider: 'p', pool }, declarations);

  const registerOthers = (from: number, count: number): void => {
    for (let index = from; index < from + count; index++) register(`other-${index}`);
  };

  const isKnown = (model: string): boolean =>
    refusalOf(ledger, `p/${model}`, NEED)?.reason !== 'no longer in the configuration';

  const reserve = (model: string): Reservation => {
    const answer = reserveOne(ledger, `p/${model}`, NEED);
    if (!answer.granted) throw new Error(answer.reason);
    return answer;
  };

  const fail = (model: string, coolDown: CoolDown, scope: 'target' | 'provider' = 'target'): void => {
    const reservation = reserve(model);
    respond(ledger, reservation, [], false);
    ledger.coolDown(reservation, scope, coolDown);
    reservation.settle();
  };

  const serve = (model: string, ...signals: Signal[]): void => {
    const reservation = reserve(model);
    respond(ledger, reservation, signals, true);
    reservation.settle({ input: 1, output: 1 });
  };

  beforeEach(() => {
    clock = new TurningClock();
    ledger = new MemoryLedger(clock);
    configure('key');
  });

  describe('are bounded:', () => {
    it('the least recently used is forgotten first', () => {
      register('first');
      register('second');
      registerOthers(0, MAX_ADDRESSED - 1);
      expect(['first', 'second'].map(isKnown)).to.deep.equal([false, true]);
    });

    it('registering a known target counts as use', () => {
      register('first');
      register('second');
      registerOthers(0, MAX_ADDRESSED - 2);
      register('first');
      registerOthers(MAX_ADDRESSED, 1);
      expect(['first', 'second'].map(isKnown)).to.deep.equal([true, false]);
    });

    it('a target that cools down is kept', () => {
      register('cooling');
      fail('cooling', { class: 'quota', reason: 'spent' });
      registerOthers(0, 2 * MAX_ADDRESSED);
      expect(refusalOf(ledger, 'p/cooling', NEED)).to.include({ code: 'cooldown', reason: 'spent' });
      clock.turn(3_600_000);
      registerOthers(3 * MAX_ADDRESSED, MAX_ADDRESSED);
      expect(isKnown('cooling'), 'after its cooldown').to.equal(false);
    });

    for (const dimension of ['requests', 'tokens'] as const) {
      it(`a target whose ${dimension} are exhausted is kept`, () => {
        register('spent');
        const resetAt = clock.now() + 3_600_000;
        serve('spent', { dimension, window: '1d', limit: 50, remaining: 0, resetAt });
        registerOthers(0, 2 * MAX_ADDRESSED);
        expect(refusalOf(ledger, 'p/spent', NEED)).to.include({ code: 'quota', retryAt: resetAt });
      });
    }

    it('a target with attempts in flight is kept, and its probation holds', () => {
      register('busy');
      const reservation = reserve('busy');
      registerOthers(0, 2 * MAX_ADDRESSED);
      expect(refusalOf(ledger, 'p/busy', NEED)?.code).to.equal('first_contact');
      expect(ledger.status('p/busy').inFlight).to.equal(1);
      reservation.settle();
      registerOthers(2 * MAX_ADDRESSED, MAX_ADDRESSED);
      expect(isKnown('busy'), 'after its attempt').to.equal(false);
    });

    it('many targets that cool down are all kept, and those in use are not forgotten for them', () => {
      const models = Array.from({ length: 3 * MAX_ADDRESSED }, (_, index) => `missing-${index}`);
      for (const model of models) {
        register(model);
        fail(model, { class: 'not_found', reason: 'unknown model' });
      }
      registerOthers(0, 2 * MAX_ADDRESSED);
      expect(models.filter((model) => !isKnown(model))).to.deep.equal([]);
      expect(isKnown(`other-${2 * MAX_ADDRESSED - 1}`)).to.equal(true);
    });

    it('the bound holds even when every target cools down: those that are free soonest are forgotten', () => {
      register('busy');
      const reservation = reserve('busy');
      const models = Array.from({ length: MAX_RESTING + 500 }, (_, index) => `missing-${index}`);
      for (const [index, model] of models.entries()) {
        register(model);
        // Every second one rests for long.
        fail(model, { class: 'quota', reason: 'spent', until: clock.now() + (index % 2 === 0 ? 60_000 : 9_000_000) });
      }
      const known = models.filter(isKnown);
      expect(known).to.have.length(MAX_RESTING - 1);
      expect(models.filter((model, index) => index % 2 === 1 && !known.includes(model))).to.deep.equal([]);
      expect(ledger.status('p/busy').inFlight).to.equal(1);
      reservation.settle();
    });

    it('targets without state go first, however many rest', () => {
      for (let index = 0; index < 2 * MAX_ADDRESSED; index++) {
        register(`missing-${index}`);
        fail(`missing-${index}`, { class: 'not_found', reason: 'unknown model' });
      }
      registerOthers(0, 10 * MAX_ADDRESSED);
      const kept = Array.from({ length: 10 * MAX_ADDRESSED }, (_, index) => `other-${index}`).filter(isKnown);
      expect(kept.length).to.be.below(2 * MAX_ADDRESSED);
    });

    it('a pool goes with the last of its targets', () => {
      const limits: Declaration = { scope: 'p#free', limits: [{ requests: 50, per: '1d' }], source: 'known' };
      const kept = (): string[] => ledger.snapshot().scopes.map(({ id }) => id);
      register('one', 'p#free', limits);
      register('two', 'p#free', limits);
      registerOthers(0, MAX_ADDRESSED - 1);
      expect(['one', 'two'].map(isKnown)).to.deep.equal([false, true]);
      expect(kept()).to.deep.equal(['p#free']);
      registerOthers(MAX_ADDRESSED, 1);
      expect(kept()).to.deep.equal([]);
    });
  });

  describe('belong to their account:', () => {
    const configured = (...limits: Declaration['limits'][number][]): Declaration => ({
      scope: 'p',
      limits,
      source: 'manual',
    });

    it('its configured limits hold although no chain names a target of it', () => {
      configure('key', configured({ requests: 2, per: '1m' }));
      register('one');
      register('two');
      serve('one');
      serve('two');
      expect(refusalOf(ledger, 'p/one', NEED)?.reason).to.equal('p: 0 of 2 requests per 1m left, as configured');
    });

    it('its configured limits override what the provider type knows', () => {
      configure('key', configured({ requests: 9, per: '1s' }));
      register('one', undefined, { scope: 'p/one', limits: [{ requests: 2, per: '1m' }], source: 'known' });
      const granted = Array.from({ length: 20 }, () => reserveOne(ledger, 'p/one', NEED).granted);
      expect(granted.filter(Boolean)).to.have.length(9);
    });

    it('their state survives a new configuration', () => {
      register('one');
      fail('one', { class: 'quota', reason: 'spent' });
      configure('key');
      register('one');
      expect(refusalOf(ledger, 'p/one', NEED)?.reason).to.equal('spent');
    });

    it('their state survives a restart', () => {
      register('one');
      fail('one', { class: 'quota', reason: 'spent' });
      const snapshot = JSON.parse(JSON.stringify(ledger.snapshot()));
      ledger = new MemoryLedger(clock);
      ledger.restore(snapshot);
      configure('key');
      register('one');
      expect(refusalOf(ledger, 'p/one', NEED)?.reason).to.equal('spent');
    });

    it('a new key ends what its old key caused', () => {
      register('one');
      fail('one', { class: 'auth', reason: 'key refused' }, 'provider');
      expect(ledger.status('p/one').state).to.equal('disabled');
      configure('another key');
      register('one');
      expect(ledger.status('p/one').state).to.equal('available');
    });
  });
});
