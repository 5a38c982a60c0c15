import { expect } from 'chai';
import type { Declaration, Signal } from '../../../src/contract/quota.js';
import type { Refusal, Reservation, TargetScopes } from '../../../src/ledger/ledger.js';
import { MemoryLedger } from '../../../src/ledger/memory/memory-ledger.js';
import { TurningClock } from '../../turning-clock.js';
import { refusalOf, reserveOne, respond } from '../ask-ledger.js';

const NEED = { tokens: 100, inputTokens: 60 };
const TARGETS: TargetScopes[] = [
  { target: 'groq/a', provider: 'groq' },
  { target: 'groq/b', provider: 'groq' },
  { target: 'openrouter/x:free', provider: 'openrouter', pool: 'openrouter#free' },
  { target: 'openrouter/y:free', provider: 'openrouter', pool: 'openrouter#free' },
  { target: 'openrouter/paid', provider: 'openrouter', pool: 'openrouter#credit' },
];
const ACCOUNTS = ['groq', 'openrouter'].map((provider) => ({ provider, fingerprint: provider }));

describe('MemoryLedger', () => {
  let clock: TurningClock;
  let ledger: MemoryLedger;

  const configure = (...declarations: Declaration[]): void => ledger.configure(ACCOUNTS, TARGETS, declarations);

  const reserve = (target: string, need = NEED): Reservation => {
    const answer = reserveOne(ledger, target, need);
    if (!answer.granted) throw new Error(`refused: ${answer.reason}`);
    return answer;
  };

  const refusal = (target: string, need = NEED): Refusal => {
    const answer = reserveOne(ledger, target, need);
    if (answer.granted) throw new Error('granted');
    return answer;
  };

  /** An attempt that is served, so that the probation ends. */
  const hear = (target: string, ...signals: Signal[]): void => {
    const reservation = reserve(target);
    respond(ledger, reservation, signals, true);
    reservation.settle({ input: 1, output: 1 });
  };

  const grants = (target: string, asked: number): number =>
    Array.from({ length: asked }, () => reserveOne(ledger, target, NEED)).filter(({ granted }) => granted).length;

  beforeEach(() => {
    clock = new TurningClock();
    ledger = new MemoryLedger(clock);
    configure();
  });

  describe('signals', () => {
    it('grant what remains and not one more, however many requests arrive at once (pitfall 1: check, then act)', () => {
      hear('groq/a', { dimension: 'requests', window: '1m', limit: 30, remaining: 5, resetAt: clock.now() + 20_000 });
      expect(grants('groq/a', 40)).to.equal(5);
    });

    it('say when the window resets, and grant again from that moment', () => {
      const resetAt = clock.now() + 20_000;
      hear('groq/a', { dimension: 'requests', window: '1m', limit: 30, remaining: 0, resetAt });
      expect(refusal('groq/a')).to.include({ code: 'quota', retryAt: resetAt });
      clock.turn(20_000);
      // One request finds out for all whether the window has really been reset.
      const first = reserve('groq/a');
      expect(grants('groq/a', 100)).to.equal(0);
      respond(ledger, first, [], true);
      expect(grants('groq/a', 100)).to.equal(29);
    });

    it('keep what was left when a window ends by the clock: it is there whether or not the next one has begun', () => {
      const stated = (remaining: number): Signal => ({
        dimension: 'requests',
        limit: 30,
        remaining,
        resetAt: clock.now() + 6,
      });
      hear('groq/a', stated(20));
      clock.turn(10);
      const attempts = Array.from({ length: 20 }, () => reserve('groq/a'));
      expect(grants('groq/a', 5)).to.equal(0);
      // The provider has counted all of them before it answers the first.
      respond(ledger, attempts[0] as Reservation, [stated(10)], true);
      clock.turn(10);
      expect(ledger.status('groq/a').quotas[0]?.used, 'a window that begins anew').to.equal(0);
    });

    it('move the reset a little when the windows of a provider begin late (clocks disagree)', () => {
      const said = (remaining: number, resetAt: number): Signal => ({
        dimension: 'requests',
        window: '1m',
        limit: 30,
        remaining,
        resetAt,
      });
      hear('groq/a', said(0, clock.now() + 20_000));
      clock.turn(20_000);
      const early = reserve('groq/a');
      respond(ledger, early, [said(0, clock.now() + 2_000)], false);
      early.settle();
      clock.turn(4_000);
      hear('groq/a', said(29, clock.now() + 56_000));
      expect(ledger.status('groq/a').quotas[0]?.resetAt).to.equal(clock.now() + 58_000);
    });

    it('show that a window slides, and each unit is counted by itself from then on', () => {
      for (let index = 0; index < 10; index++) {
        const resetAt = clock.now() + 60_000 - index * 5_000;
        hear('groq/a', { dimension: 'requests', window: '1m', limit: 10, remaining: 9 - index, resetAt });
        clock.turn(5_000);
      }
      clock.turn(10_000);
      const first = reserve('groq/a');
      respond(
        ledger,
        first,
        [{ dimension: 'requests', window: '1m', limit: 10, remaining: 0, resetAt: clock.now() + 5_000 }],
        true,
      );
      expect(grants('groq/a', 9)).to.equal(0);
      // A use expires a little late, so that the log stays short.
      clock.turn(5_300);
      expect(grants('groq/a', 9)).to.equal(1);
    });

    it('raise what is left only when no other attempt was in flight (responses overtake each other)', () => {
      const said = (remaining: number, inMs: number): Signal => ({
        dimension: 'requests',
        window: '1m',
        limit: 10,
        remaining,
        resetAt: clock.now() + inMs,
      });
      hear('groq/a', said(9, 60_000));
      clock.turn(20_000);
      hear('groq/a', said(8, 60_000));
      clock.turn(20_000);
      hear('groq/a', said(7, 60_000));
      // Three of ten are used. The later attempt reaches the provider before the earlier one, and its answer arrives after it.
      const [earlier, later] = [reserve('groq/a'), reserve('groq/a')];
      respond(ledger, earlier, [said(5, 60_000)], true);
      respond(ledger, later, [said(6, 60_000)], true);
      expect(grants('groq/a', 10)).to.equal(5);
    });

    it('count the most that a request may use against a day, and what it rarely exceeds against a minute', () => {
      const need = { ...NEED, mostTokens: 500 };
      const said = (window: string): Signal => ({
        dimension: 'tokens',
        window,
        limit: 10_000,
        remaining: 450,
        resetAt: clock.now() + 40_000,
      });
      hear('groq/a', said('1d'));
      hear('groq/b', said('1m'));
      expect(refusal('groq/a', need).code).to.equal('quota');
      expect(reserve('groq/b', need).granted).to.equal(true);
    });

    it('include the attempt that they answer, which is not counted twice', () => {
      hear('groq/a', { dimension: 'requests', window: '1m', limit: 30, remaining: 29, resetAt: clock.now() + 20_000 });
      expect(ledger.status('groq/a').quotas[0]).to.include({ remaining: 29, inFlight: 0 });
    });

    it('leave out attempts in flight, which are subtracted even when the quota is new', () => {
      hear('groq/a');
      const [first, second] = [reserve('groq/a'), reserve('groq/a')];
      const signal: Signal = {
        dimension: 'requests',
        window: '1m',
        limit: 30,
        remaining: 10,
        resetAt: clock.now() + 9_000,
      };
      respond(ledger, first, [signal], true);
      expect(ledger.status('groq/a').quotas[0]).to.include({ inFlight: 1, remaining: 9 });
      second.release();
      expect(ledger.status('groq/a').quotas[0]).to.include({ inFlight: 0, remaining: 10 });
    });

    it('of an earlier dispatch only lower what is left (pitfall 2: order by dispatch)', () => {
      hear('groq/a');
      const resetAt = clock.now() + 30_000;
      const [early, late] = [reserve('groq/a'), reserve('groq/a')];
      respond(ledger, late, [{ dimension: 'requests', window: '1m', limit: 30, remaining: 3, resetAt }], true);
      respond(ledger, early, [{ dimension: 'requests', window: '1m', limit: 30, remaining: 20, resetAt }], true);
      expect(ledger.status('groq/a').quotas[0]?.remaining).to.equal(3);
    });

    it('describe a bucket that refills bit by bit, and the next request is granted when it fits', () => {
      hear('groq/a', {
        dimension: 'requests',
        window: '1m',
        limit: 60,
        remaining: 0,
        resetAt: clock.now() + 60_000,
        refills: true,
      });
      expect(refusal('groq/a').retryAt).to.equal(clock.now() + 1_000);
      clock.turn(3_000);
      expect(grants('groq/a', 10)).to.equal(3);
    });

    it('refuse for good what never fits, with the reason', () => {
      hear('groq/a', { dimension: 'tokens', window: '1m', limit: 80, remaining: 80, resetAt: clock.now() + 60_000 });
      const refused = refusal('groq/a');
      expect(refused).to.include({ code: 'too_large', retryAt: Number.POSITIVE_INFINITY });
      expect(refused.reason).to.equal('needs 100 tokens, more than the limit of 80 per 1m');
    });

    it('with nothing left and a reset of now refuse for a second (pitfall 5: a cooldown of 0 ms)', () => {
      hear('groq/a', { dimension: 'requests', window: '1m', limit: 5, remaining: 0, resetAt: clock.now() });
      expect(refusal('groq/a').retryAt).to.equal(clock.now() + 1_000);
    });

    it('without a window, stated once, refuse for a minute at most', () => {
      const first = reserve('groq/a');
      const resetAt = clock.now() + 5_000;
      respond(ledger, first, [{ dimension: 'requests', limit: 3, remaining: 0, resetAt }], false);
      first.settle({ input: 0, output: 0 });
      clock.turn(5_000);
      for (let index = 0; index < 3; index++) hear('groq/a');
      expect(refusal('groq/a')).to.include({ code: 'quota', retryAt: clock.now() + 60_000 });
      clock.turn(60_000);
      hear('groq/a');
    });

    it('of a pool count for all its models and for no others (pitfall 8: the wrong scope)', () => {
      hear('openrouter/x:free', {
        dimension: 'requests',
        window: '1d',
        scope: 'pool',
        limit: 50,
        remaining: 0,
        resetAt: clock.now() + 9e6,
      });
      expect(refusal('openrouter/y:free').reason).to.match(/^openrouter#free: 0 of 50 requests per 1d left/);
      expect(refusalOf(ledger, 'openrouter/paid', NEED)).to.equal(undefined);
    });
  });

  describe('configured limits', () => {
    const manual = (scope: string, ...limits: Declaration['limits'][number][]): Declaration => ({
      scope,
      limits,
      source: 'manual',
    });

    it('are never exceeded in any window of their length', () => {
      configure(manual('groq/a', { requests: 3, per: '10s' }));
      for (let index = 0; index < 3; index++) hear('groq/a');
      expect(refusal('groq/a').retryAt).to.equal(clock.now() + 10_000);
      clock.turn(9_999);
      expect(grants('groq/a', 9)).to.equal(0);
      clock.turn(1);
      expect(grants('groq/a', 9)).to.equal(3);
    });

    it('count the tokens that were really used (pitfall 6: counted without tokens)', () => {
      configure(manual('groq/a', { tokens: 250, per: '1m' }));
      const reservation = reserve('groq/a');
      respond(ledger, reservation, [], true);
      reservation.settle({ input: 90, output: 70 });
      expect(ledger.status('groq/a').quotas[0]).to.include({ used: 160, remaining: 90 });
      expect(refusal('groq/a').code).to.equal('quota');
    });

    it('count the request of an answer that was cut off, and the tokens that were seen', () => {
      configure(manual('groq/a', { requests: 9, per: '1m' }, { tokens: 900, per: '1m' }, { concurrent: 1 }));
      const reservation = reserve('groq/a');
      ledger.served(reservation);
      reservation.settle({ input: 60, output: 1 });
      const [requests, tokens, slots] = ledger.status('groq/a').quotas;
      expect(requests).to.include({ used: 1, remaining: 8, inFlight: 0 });
      expect(tokens).to.include({ used: 61, remaining: 839, inFlight: 0 });
      expect(slots).to.include({ remaining: 1, inFlight: 0 });
    });

    it('count the whole estimate when no usage is known, and the request alone when it was refused', () => {
      configure(manual('groq/a', { requests: 9, per: '1m' }, { tokens: 900, per: '1m' }));
      const served = reserve('groq/a');
      ledger.served(served);
      served.settle();
      const refused = reserve('groq/a');
      ledger.refused(refused);
      refused.settle({ input: 0, output: 0 });
      const [requests, tokens] = ledger.status('groq/a').quotas;
      expect(requests).to.include({ used: 2 });
      expect(tokens).to.include({ used: 100 });
    });

    it('count a reservation once, whatever is called on it again', () => {
      configure(manual('groq/a', { tokens: 900, per: '1m' }));
      const reservation = reserve('groq/a');
      ledger.served(reservation);
      ledger.served(reservation);
      ledger.refused(reservation);
      reservation.settle({ input: 60, output: 1 });
      reservation.settle({ input: 60, output: 1 });
      reservation.release();
      expect(ledger.status('groq/a').quotas[0]).to.include({ used: 61, remaining: 839, inFlight: 0 });
      // One attempt at first contact, and one more for the attempt that was served.
      expect(grants('groq/a', 9)).to.equal(2);
    });

    it('hold slots, and free each when its attempt ends (pitfalls 6 and 15)', () => {
      configure(manual('groq', { concurrent: 2 }));
      const first = reserve('groq/a');
      reserve('groq/b');
      expect(refusal('groq/a').code).to.equal('concurrent');
      expect(refusal('groq/a').retryAt).to.equal(undefined);
      first.release();
      first.settle();
      expect(grants('groq/b', 5)).to.equal(1);
    });

    it('hold whatever headers state (pitfall 7: one stray header switched a limit off)', () => {
      configure(manual('groq/a', { requests: 2, per: '1m' }));
      hear('groq/a', {
        dimension: 'requests',
        window: '1m',
        limit: 1000,
        remaining: 999,
        resetAt: clock.now() + 60_000,
      });
      expect(grants('groq/a', 5)).to.equal(1);
    });

    it('override what a provider type knows about the same dimension', () => {
      configure(manual('groq/a', { requests: 9, per: '1s' }), {
        scope: 'groq/a',
        limits: [{ requests: 2, per: '1m' }],
        source: 'known',
      });
      expect(grants('groq/a', 20)).to.equal(9);
    });

    it('keep what was used of them in a new configuration', () => {
      configure(manual('groq/a', { requests: 2, per: '1m' }));
      hear('groq/a');
      configure(manual('groq/a', { requests: 3, per: '1m' }));
      expect(grants('groq/a', 9)).to.equal(2);
      configure();
      expect(ledger.status('groq/a').quotas).to.deep.equal([]);
    });
  });

  describe('cooldowns', () => {
    const fail = (
      target: string,
      failureClass: 'rate_limit' | 'overloaded' | 'auth' | 'quota',
      until?: number,
    ): number | undefined => {
      const reservation = reserve(target);
      respond(ledger, reservation, [], false);
      const scope = failureClass === 'auth' ? 'provider' : 'target';
      const end = ledger.coolDown(reservation, scope, { class: failureClass, reason: failureClass, until });
      reservation.settle({ input: 0, output: 0 });
      return end;
    };

    it('last until the time that the provider named, and end by themselves', () => {
      fail('groq/a', 'rate_limit', clock.now() + 7_000);
      expect(refusal('groq/a')).to.include({ code: 'cooldown', class: 'rate_limit', retryAt: clock.now() + 7_000 });
      expect(ledger.status('groq/a')).to.include({ state: 'exhausted', until: clock.now() + 7_000 });
      clock.turn(7_000);
      expect(refusalOf(ledger, 'groq/a', NEED)).to.equal(undefined);
    });

    it('are never shortened by an earlier end (pitfall 3)', () => {
      hear('groq/a');
      const [first, second] = [reserve('groq/a'), reserve('groq/a')];
      const end = clock.now() + 60_000;
      ledger.coolDown(first, 'target', { class: 'rate_limit', reason: 'long', until: end });
      ledger.coolDown(second, 'target', { class: 'rate_limit', reason: 'short', until: clock.now() + 1_000 });
      expect(refusalOf(ledger, 'groq/a', NEED)).to.include({ retryAt: end, reason: 'long' });
    });

    it('do not end when an earlier dispatch is served (pitfall 2)', () => {
      hear('groq/a');
      const [slow, refused] = [reserve('groq/a'), reserve('groq/a')];
      ledger.coolDown(refused, 'target', { class: 'rate_limit', reason: 'spent' });
      respond(ledger, slow, [], true);
      expect(refusalOf(ledger, 'groq/a', NEED)?.code).to.equal('cooldown');
    });

    it('without a named time double with each failure, and one request at a time follows', () => {
      const spans = Array.from({ length: 8 }, () => {
        const span = (fail('groq/a', 'rate_limit') ?? 0) - clock.now();
        clock.turn(span);
        return span / 1_000;
      });
      expect(spans).to.deep.equal([2, 4, 8, 16, 32, 64, 64, 64]);
      expect(grants('groq/a', 20)).to.equal(1);
      expect(refusal('groq/a').code).to.equal('probing');
    });

    it('begin with the second overload, with 2 s that double up to 15 s', () => {
      const spans = Array.from({ length: 6 }, () => {
        const end = fail('groq/a', 'overloaded');
        const span = end === undefined ? 0 : end - clock.now();
        clock.turn(span);
        return span / 1_000;
      });
      expect(spans).to.deep.equal([0, 2, 4, 8, 15, 15]);
    });

    it('count failures from zero once a target has served', () => {
      fail('groq/a', 'overloaded');
      hear('groq/a');
      expect(fail('groq/a', 'overloaded')).to.equal(undefined);
    });

    it('apply to the only target of a chain as well (pitfall 11: a single target was exempt)', () => {
      ledger.configure(ACCOUNTS, [TARGETS[0] as TargetScopes], []);
      fail('groq/a', 'rate_limit', clock.now() + 5_000);
      expect(grants('groq/a', 33)).to.equal(0);
    });

    it('disable a provider whose key was refused, for a minute that doubles to an hour, or until its key changes', () => {
      const spans = Array.from({ length: 8 }, () => {
        const end = fail('groq/a', 'auth') as number;
        expect(ledger.status('groq/b')).to.include({ state: 'disabled', until: end });
        expect(refusal('groq/b')).to.include({ code: 'disabled', class: 'auth', retryAt: end });
        const span = end - clock.now();
        clock.turn(span);
        return span / 60_000;
      });
      expect(spans).to.deep.equal([1, 2, 4, 8, 16, 32, 60, 60]);
      expect(grants('groq/a', 9), 'one probe').to.equal(1);
      ledger.configure([{ provider: 'groq', fingerprint: 'another key' }], TARGETS, []);
      expect(ledger.status('groq/b').state).to.equal('available');
    });

    it('doubt the first refusal of a key that worked, and disable the provider when it repeats', () => {
      hear('groq/a');
      expect(fail('groq/a', 'auth')).to.equal(clock.now() + 5_000);
      expect(refusal('groq/b')).to.include({ code: 'cooldown', class: 'auth' });
      expect(ledger.status('groq/b').state).to.equal('exhausted');
      clock.turn(5_000);
      expect(fail('groq/a', 'auth')).to.equal(clock.now() + 60_000);
      expect(ledger.status('groq/b').state).to.equal('disabled');
      clock.turn(60_000);
      hear('groq/b');
      expect(fail('groq/b', 'auth'), 'it works again').to.equal(clock.now() + 5_000);
    });

    it('let the provider name a shorter rest for such a key, and no longer one', () => {
      for (const [hintMs, restMs] of [
        [1_000, 1_000],
        [90_000, 5_000],
        [-1, 5_000],
      ] as const) {
        hear('groq/a');
        expect(fail('groq/a', 'auth', clock.now() + hintMs)).to.equal(clock.now() + restMs);
        clock.turn(restMs);
      }
    });

    it('bound the times that a provider names (a claim, not a truth)', () => {
      expect(fail('groq/a', 'rate_limit', clock.now() + 9e9)).to.equal(clock.now() + 6 * 3_600_000);
      expect(fail('groq/b', 'rate_limit', clock.now() + 1)).to.equal(clock.now() + 500);
      expect(fail('openrouter/paid', 'quota', Number.POSITIVE_INFINITY)).to.equal(clock.now() + 86_400_000);
    });

    for (const [what, hintMs, seconds] of [
      ['no time', undefined, [2, 4, 8, 16, 32, 64, 64]],
      ['now', 0, [2, 4, 8, 16, 32, 64, 64]],
      ['a time long past', -9e9, [2, 4, 8, 16, 32, 64, 64]],
      ['no number', Number.NaN, [2, 4, 8, 16, 32, 64, 64]],
      ['always a second', 1_000, [1, 2, 4, 8, 16, 32, 64, 64]],
      ['always a minute', 60_000, [60, 120, 240, 480, 480]],
    ] as const) {
      it(`grow while refusals repeat and the provider names ${what}`, () => {
        const spans = seconds.map(() => {
          const span =
            (fail('groq/a', 'rate_limit', hintMs === undefined ? undefined : clock.now() + hintMs) ?? 0) - clock.now();
          clock.turn(span);
          return span / 1_000;
        });
        expect(spans).to.deep.equal(seconds);
        hear('groq/a');
        const first = fail('groq/a', 'rate_limit', hintMs === undefined ? undefined : clock.now() + hintMs) as number;
        expect((first - clock.now()) / 1_000, 'after a success').to.equal(seconds[0]);
      });
    }

    it('grow as well when failures of two classes alternate', () => {
      const spans = Array.from({ length: 6 }, (_, index) => {
        const end = fail('groq/a', index % 2 === 0 ? 'rate_limit' : 'overloaded');
        const span = end === undefined ? 0 : end - clock.now();
        clock.turn(span);
        return span / 1_000;
      });
      expect(spans).to.deep.equal([2, 0, 4, 2, 8, 4]);
    });

    it('do not grow when an attempt is refused that was sent before the cooldown ended', () => {
      hear('groq/a');
      const [first, second] = [reserve('groq/a'), reserve('groq/a')];
      const hint = (): number => clock.now() + 1_000;
      ledger.coolDown(first, 'target', { class: 'rate_limit', reason: 'no', until: hint() });
      clock.turn(1_500);
      const until = ledger.coolDown(second, 'target', { class: 'rate_limit', reason: 'no', until: hint() });
      expect(until).to.equal(clock.now() + 1_000);
    });

    it('last no longer than the window of the limit that the refusal names', () => {
      const reservation = reserve('groq/a');
      respond(ledger, reservation, [{ dimension: 'requests', window: '1m', limit: 5, remaining: 0 }], false);
      const coolDown = { class: 'rate_limit', reason: 'no', until: clock.now() + 5_000_000 } as const;
      expect(ledger.coolDown(reservation, 'target', coolDown)).to.equal(clock.now() + 60_000);
    });
  });

  describe('first contact', () => {
    it('sends one request until it is answered, so that a spent day costs one refused call, then one more for each served', () => {
      const first = reserve('groq/a');
      expect(grants('groq/a', 50)).to.equal(0);
      expect(refusal('groq/a').code).to.equal('first_contact');
      respond(ledger, first, [], true);
      expect(grants('groq/a', 50)).to.equal(2);
    });

    it('needs no probation once a quota is known', () => {
      hear('groq/a', { dimension: 'requests', window: '1m', limit: 50, remaining: 49, resetAt: clock.now() + 9_000 });
      expect(grants('groq/a', 60)).to.equal(49);
    });

    it('can be skipped by a request', () => {
      grants('groq/a', 3);
      expect(reserveOne(ledger, 'groq/a', NEED, { skipProbation: true }).granted).to.equal(true);
    });
  });

  it('calls listeners when room may have returned', () => {
    const heard: string[] = [];
    const stop = ledger.onChange((scope) => heard.push(scope));
    const reservation = reserve('groq/a');
    reservation.settle();
    expect(heard).to.deep.equal(['groq/a']);
    stop();
    reserve('groq/a').settle();
    expect(heard).to.have.length(1);
  });

  it('reports an attempt to listeners, and as in flight at its target alone', () => {
    const heard: string[] = [];
    const stop = ledger.onReserve((target) => heard.push(`${target}: ${ledger.status(target).inFlight}`));
    const reservation = reserve('groq/a');
    expect(heard).to.deep.equal(['groq/a: 1']);
    expect(ledger.status('groq/b').inFlight).to.equal(0);
    reservation.settle();
    expect(ledger.status('groq/a').inFlight).to.equal(0);
    stop();
    reserve('groq/a');
    expect(heard).to.have.length(1);
  });

  it('still serves requests of the configuration before', () => {
    ledger.configure(ACCOUNTS, [TARGETS[0] as TargetScopes], []);
    expect(grants('groq/b', 1)).to.equal(1);
  });
});
